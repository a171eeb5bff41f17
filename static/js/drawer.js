// Opens the page of a link with `data-drawer` in a dialog at the right, and leaves the page beneath
// as it is. Without this script each is a plain link to a page of its own. In the drawer, links with
// `data-drawer` and all forms stay in it. A form that is answered by a redirect is done: then
// `drawer:done` is told to the document, and the page beneath is loaded anew unless its own script
// has prevented that. Escape, the button and Back close it, and what was typed is asked about first.
(() => {
  const PART = "#content-main";
  const drawer = document.createElement("dialog");
  let title, body, says, address, sent, before, loading;

  const words = (name) => document.querySelector("[data-drawer-words]").dataset[name];

  const build = () => {
    drawer.className = "drawer";
    drawer.setAttribute("aria-labelledby", "drawer-title");
    const head = document.createElement("header");
    title = document.createElement("h2");
    title.id = "drawer-title";
    title.tabIndex = -1;
    const close = document.createElement("button");
    close.type = "button";
    close.className = "button quiet";
    close.textContent = words("close");
    close.addEventListener("click", leave);
    says = document.createElement("p");
    says.setAttribute("role", "status");
    body = document.createElement("div");
    head.append(title, close);
    drawer.append(head, says, body);
    document.body.append(drawer);
    drawer.addEventListener("cancel", (event) => { event.preventDefault(); leave(); });
    drawer.addEventListener("submit", submitted);
  };

  // What is typed or chosen in it now, without searches: they are no loss.
  const typed = () => [...body.querySelectorAll("form")].map((form) => {
    const data = new FormData(form);
    for (const name of ["q", "csrfmiddlewaretoken"]) data.delete(name);
    return form.id === "booking-choice" ? "" : [...data].map(([name, value]) => `${name}=${value}`).join("&");
  }).join("|");
  const mayLose = () => typed() === before || confirm(words("ask"));

  const leave = () => { if (mayLose()) close(); };
  const close = () => {
    before = typed();
    if (history.state?.drawer) history.back();
    else shut();
  };
  const shut = () => {
    if (!drawer.open) return;
    drawer.close();
    loading?.abort();
    body.replaceChildren();
    if (sent) done();
  };
  const done = () => {
    sent = false;
    const told = new CustomEvent("drawer:done", { cancelable: true, detail: { address } });
    if (document.dispatchEvent(told)) location.reload();
  };
  addEventListener("popstate", () => {
    if (!drawer.open) return;
    if (mayLose()) shut();
    else history.pushState({ drawer: true }, "");
  });

  const show = (text, from, kept) => {
    const page = new DOMParser().parseFromString(text, "text/html");
    const part = page.querySelector(PART);
    if (!part) return false;
    for (const sheet of page.querySelectorAll("link[rel=stylesheet]")) {
      const path = new URL(sheet.getAttribute("href"), from).href;
      if ([...document.styleSheets].some((one) => one.href === path)) continue;
      document.head.append(document.importNode(sheet, true));
    }
    address = from;
    title.textContent = page.querySelector("#content > h1")?.textContent ?? page.title;
    const content = document.importNode(part, true);
    content.id = "drawer-content";
    body.replaceChildren(content);
    window.htmx?.process(body);
    followEmail();
    before = kept ?? typed();
    says.textContent = "";
    drawer.scrollTop = 0;
    const places = kept
      ? [".errorlist ~ input, .errorlist ~ select", ".errornote"]
      : ["[autofocus]", "#id_first_name", "#booking-times input:checked", "input:not([type=hidden]), select"];
    const target = places.map((place) => body.querySelector(place)).find(Boolean) ?? title;
    if (target.matches(".errornote")) target.tabIndex = -1;
    target.focus();
    return true;
  };

  // Whoever has chosen something else meanwhile gets that, whichever answer comes first.
  const load = async (href) => {
    says.textContent = words("wait");
    loading?.abort();
    const { signal } = (loading = new AbortController());
    try {
      const answer = await fetch(href, { credentials: "same-origin", signal });
      if (show(await answer.text(), answer.url)) return;
    } catch {
      if (!signal.aborted) says.textContent = words("failed");
      return;
    }
    location.assign(href);
  };

  const open = (href) => {
    if (!drawer.isConnected) build();
    if (!drawer.open) {
      body.replaceChildren();
      title.textContent = "";
      before = "";
      drawer.showModal();
      history.pushState({ drawer: true }, "");
    }
    load(href);
  };

  const submitted = async (event) => {
    const form = event.target;
    if (event.defaultPrevented || form.matches("[data-hx-get], [data-hx-post]")) return event.preventDefault();
    event.preventDefault();
    const data = new FormData(form, event.submitter);
    const target = event.submitter?.hasAttribute("formaction") ? event.submitter.formAction : form.getAttribute("action") || address;
    if (form.method !== "post") return load(`${target.split("?")[0]}?${new URLSearchParams(data)}`);
    if (form.dataset.sending) return;
    form.dataset.sending = "yes";
    says.textContent = words("wait");
    try {
      const answer = await fetch(target, { method: "POST", body: data, redirect: "manual", credentials: "same-origin" });
      if (answer.type === "opaqueredirect") { sent = true; return close(); }
      const kept = form.hasAttribute("data-takes-search") ? undefined : "not saved";
      if (!show(await answer.text(), new URL(target, location.href).href, kept)) says.textContent = words("failed");
    } catch {
      says.textContent = words("failed");
    } finally {
      delete form.dataset.sending;
    }
  };

  // The name that was typed goes along also where its search has not been answered yet.
  const takeSearch = (event) => {
    const typed = document.getElementById("find-patient")?.value.trim();
    if (typed && event.target.matches("[data-takes-search]")) event.target.elements.q.value = typed;
  };
  document.addEventListener("submit", takeSearch, true);

  document.addEventListener("click", (event) => {
    const link = event.target.closest?.("a[href]");
    const elsewhere = event.button || event.ctrlKey || event.metaKey || event.shiftKey || event.altKey;
    if (!link || elsewhere || event.defaultPrevented || link.target) return;
    const inside = drawer.contains(link);
    if (link.hasAttribute("data-drawer") && (inside || link.dataset.drawer !== "inside")) {
      event.preventDefault();
      if (!inside || mayLose()) open(link.href);
    } else if (inside && !link.href.startsWith("tel:") && !mayLose()) event.preventDefault();
  });
  // Nobody is asked about e-mail where no address is typed.
  const followEmail = () => {
    const field = document.getElementById("id_email");
    for (const part of document.querySelectorAll("[data-needs-email]")) part.hidden = Boolean(field) && !field.value.trim();
  };
  document.addEventListener("input", (event) => event.target.id === "id_email" && followEmail());
  followEmail();

  document.addEventListener("keydown", (event) => {
    // Enter in the search goes to the first who was found.
    if (event.key !== "Enter" || !event.target.matches?.("#find-patient")) return;
    const found = document.querySelector("#booking-found :is(a, button)");
    if (found && window.htmx) { event.preventDefault(); found.focus(); }
  });
})();
