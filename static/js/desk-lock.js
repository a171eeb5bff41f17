// When the sign-in is over: takes the page out of sight and asks for the passkey, or password and
// code, where it stands. Signing in is the site's own, by its own pages; only the page stays.
"use strict";
(() => {
  const lock = document.getElementById("desk-lock");
  const alarm = lock.querySelector("[role=alert]");
  const form = lock.querySelector("form");
  const { login, code, passkey, user } = lock.dataset;
  const here = location.pathname + location.search;
  let away = null, scrolled = null;

  // What stays in sight has the shapes of the page and none of its words.
  const unreadable = (nodes) => {
    const copy = document.createElement("div");
    copy.className = "lock-copy";
    copy.inert = true;
    copy.ariaHidden = "true";
    for (const node of nodes) if (node.matches("#container")) copy.append(node.cloneNode(true));
    for (const each of copy.querySelectorAll("*")) {
      for (const { name } of [...each.attributes]) if (name !== "class") each.removeAttribute(name);
      if (each.matches("input, select, textarea, dialog, template, svg")) each.remove();
    }
    const texts = document.createTreeWalker(copy, NodeFilter.SHOW_TEXT);
    while (texts.nextNode()) texts.currentNode.data = texts.currentNode.data.replace(/\S/g, "n");
    return copy;
  };
  const hide = () => {
    if (away) return;
    const board = document.getElementById("desk-board");
    scrolled = [board?.scrollTop, board?.scrollLeft, scrollX, scrollY];
    const nodes = [...document.body.children].filter((each) => each !== lock && !each.matches("script"));
    const copy = unreadable(nodes);
    away = { nodes, open: nodes.flatMap((each) => [...each.querySelectorAll("dialog[open]")]).filter((each) => each.id !== "idle") };
    for (const node of nodes) node.remove();
    document.body.prepend(copy);
    lock.showModal();
  };
  const show = () => {
    document.querySelector(".lock-copy").remove();
    document.body.prepend(...away.nodes);
    for (const dialog of away.open) { dialog.removeAttribute("open"); dialog.showModal(); }
    away = null;
    form.reset();
    alarm.hidden = true;
    lock.close();
    const board = document.getElementById("desk-board");
    const [top, left, x, y] = scrolled;
    board?.scrollTo(left, top);
    scrollTo(x, y);
    dispatchEvent(new Event("staff-signed-in"));
    new BroadcastChannel("staff-activity").postMessage("here");
  };
  const parse = async (answer) => new DOMParser().parseFromString(await answer.text(), "text/html");
  const token = (page) => page.querySelector("[name=csrfmiddlewaretoken]")?.value;
  const post = (url, page, fields) => fetch(url, {
    method: "POST",
    body: new URLSearchParams({ csrfmiddlewaretoken: token(page), next: here, ...fields }),
  });
  // The page as it is now says who has signed in, and has the token that forms need from now on.
  const goOn = async () => {
    const page = await parse(await fetch(here));
    const who = page.getElementById("desk-lock")?.dataset.user;
    if (!who) return false;
    if (who !== user) { location.reload(); return true; }
    for (const node of away.nodes) {
      for (const field of node.querySelectorAll("[name=csrfmiddlewaretoken]")) field.value = token(page);
    }
    show();
    return true;
  };
  const attempt = async (steps) => {
    alarm.hidden = true;
    try {
      await steps();
      if (await goOn()) return;
    } catch {
      // Said below, whatever it was: a wrong code, a passkey that was put away, no network.
    }
    alarm.hidden = false;
  };

  form.addEventListener("submit", (event) => {
    event.preventDefault();
    attempt(async () => {
      const typed = Object.fromEntries(new FormData(form));
      const first = await post(login, await parse(await fetch(login)), { login: typed.login, password: typed.password });
      if (new URL(first.url).pathname === code) await post(code, await parse(first), { code: typed.code });
    });
  });
  lock.querySelector("[data-lock-passkey]").addEventListener("click", () => attempt(async () => {
    const page = await parse(await fetch(login));
    const asked = await (await fetch(passkey, { headers: { Accept: "application/json" } })).json();
    const credential = JSON.stringify(await webauthnJSON.get(asked.request_options));
    await post(passkey, page, { credential });
  }));
  lock.addEventListener("cancel", (event) => event.preventDefault());
  addEventListener("staff-signed-out", (event) => { event.preventDefault(); hide(); });
})();
