// Names for the fields that libraries draw in place of a form's own: they take over its label.
(() => {
  const nameOf = (field) => field?.labels?.[0]?.textContent.trim().replace(/:$/, "")
    || field?.getAttribute("aria-label") || "";

  const name = () => {
    for (const select of document.querySelectorAll("select.admin-autocomplete.select2-hidden-accessible")) {
      const drawn = select.parentElement.querySelector(".select2-selection");
      if (!drawn || !nameOf(select)) continue;
      drawn.setAttribute("aria-label", nameOf(select));
      drawn.querySelector("[role=textbox]")?.setAttribute("aria-label", nameOf(select));
    }
    for (const text of document.querySelectorAll(".ProseMirror:not([aria-label])")) {
      const field = text.closest(".form-row, fieldset")?.querySelector("textarea");
      if (nameOf(field)) text.setAttribute("aria-label", nameOf(field));
    }
  };
  // They are drawn whenever their scripts have come, and again for each row that is added.
  addEventListener("DOMContentLoaded", () => {
    name();
    new MutationObserver(name).observe(document.body, { childList: true, subtree: true });
  });
})();
