// A part of the page that could not be fetched: says so, with a way to try again. The page, and what was typed, stays as it is.
const place = document.getElementById("htmx-failed");

if (place) {
  const words = place.querySelector("template");
  let failed;
  const shown = () => place.querySelector(".error-summary");

  const clear = () => {
    const focused = place.contains(document.activeElement);
    shown()?.remove();
    // The button that was pressed is gone: go on where the first try began.
    if (focused) setTimeout(() => (document.getElementById(failed.elt.id) ?? document.getElementById("main")).focus());
  };

  const say = (event) => {
    failed = event.detail.requestConfig;
    const again = shown() && document.activeElement === shown().querySelector("button");
    shown()?.remove();
    place.append(words.content.cloneNode(true));
    const button = shown().querySelector("button");
    button.addEventListener("click", () => window.htmx.ajax(failed.verb, failed.path, { source: failed.elt }));
    if (again) button.focus();
    place.scrollIntoView({ block: "nearest" });
  };

  document.addEventListener("htmx:responseError", say); // 503 while the database is away, 500
  document.addEventListener("htmx:sendError", say); // no line, no server
  document.addEventListener("htmx:timeout", say);
  document.addEventListener("htmx:beforeSwap", (event) => {
    if (event.detail.shouldSwap) clear();
  });
}
