// The desk: what stands in dialogs, what is said, the clock, which providers are shown.
"use strict";
const desk = (() => {
  const content = document.getElementById("desk-content");
  const board = document.getElementById("desk-board");
  const dialog = document.getElementById("desk-dialog");
  const words = document.getElementById("desk-words").dataset;
  const spoken = document.getElementById("desk-spoken");
  const SHOWN = "desk-hidden-providers";
  // The clock of this machine may be wrong: the server said what time it is.
  const ahead = Date.now() - Number(content.dataset.now) * 1000;

  const now = () => (Date.now() - ahead) / 1000;
  const say = (text) => { spoken.textContent = text; };
  const fill = (text, facts) => text.replace(/\{(\w+)\}/g, (_all, name) => facts[name]);
  const columns = () => [...board.querySelectorAll(".col:not([hidden])")];
  const scope = () => document.querySelector("#desk-form [name=scope]").value;

  // ── dialogs: a menu, or a question about what was dragged ──
  let origin = null;
  const ask = async (url) => {
    origin = document.activeElement;
    const failed = () => origin.dispatchEvent(new CustomEvent("part:failed", { bubbles: true, detail: () => ask(url) }));
    const answer = await fetch(url, { headers: { "HX-Request": "true" }, redirect: "manual" }).catch(() => null);
    if (answer?.type === "opaqueredirect") return location.reload();
    if (!answer || answer.status >= 500) return failed();
    if (!answer.headers.get("Content-Type")?.startsWith("text/html")) return;
    dialog.innerHTML = await answer.text();
    document.dispatchEvent(new Event("part:arrived"));
    htmx.process(dialog);
    dialog.showModal();
  };
  const close = () => { if (dialog.open) dialog.close(); };
  dialog.addEventListener("close", () => {
    dialog.replaceChildren();
    document.getElementById(origin?.id)?.focus();
  });
  document.addEventListener("click", (event) => {
    const opener = event.target.closest("[data-dialog]");
    if (opener && !event.metaKey && !event.ctrlKey) {
      event.preventDefault();
      ask(`${opener.dataset.dialog}?scope=${encodeURIComponent(scope())}`);
    }
    if (event.target.closest("[data-cancels]")) { close(); say(words.back); }
    const closes = event.target.closest("a[data-closes]");
    if (closes) setTimeout(close);
  });

  // ── a step was taken: the card is another element now ──
  let acted = "";
  document.addEventListener("htmx:beforeRequest", (event) => {
    acted = event.target.closest(".visit")?.id || event.target.getAttribute("data-hx-target")?.slice(1) || "";
  });
  document.addEventListener("htmx:afterRequest", (event) => {
    if (event.detail.successful && event.target.matches("[data-closes]")) close();
  });
  // What was said goes again, unless somebody is about to take it back.
  const SAID_FOR = 20_000;
  let goes = 0;
  const saidGoes = () => {
    clearTimeout(goes);
    goes = setTimeout(() => {
      const said = document.getElementById("desk-said");
      if (said?.matches(":hover, :focus-within")) saidGoes();
      else said?.replaceChildren();
    }, SAID_FOR);
  };
  document.addEventListener("htmx:afterSettle", () => {
    tick();
    saidGoes();
    const card = acted ? document.getElementById(acted) : null;
    if (card?.matches(".visit") && document.activeElement === document.body) card.focus();
  });
  // Of a move the answer is a page of parts; the question is shown again where it was refused.
  document.addEventListener("htmx:beforeSwap", (event) => {
    if (event.target === dialog && event.detail.xhr.getResponseHeader("HX-Trigger")) {
      event.detail.shouldSwap = true;
      event.detail.swapOverride = "none";
    }
  });
  document.body.addEventListener("desk-changed", close);
  document.addEventListener("htmx:responseError", (event) => {
    if (event.detail.xhr.status === 403) location.reload();
  });

  // ── time passes ──
  const tick = () => {
    for (const mark of document.querySelectorAll("[data-late]")) {
      const text = fill(words.late, { minutes: Math.max(0, Math.floor((now() - mark.dataset.late) / 60)) });
      if (mark.textContent !== text) mark.textContent = text;
    }
    if (!board) return;
    for (const line of board.querySelectorAll(".now")) {
      const row = Math.floor((now() - line.closest(".col").dataset.begin) / board.dataset.seconds);
      line.hidden = row < 0 || row >= board.dataset.rows;
      line.className = `now t${Math.max(0, row)} d1`;
    }
  };

  // ── which providers are shown: remembered in this browser ──
  const hidden = () => new Set(JSON.parse(localStorage.getItem(SHOWN) || "[]"));
  const chips = document.getElementById("desk-chips");
  const showChosen = () => {
    if (!chips) return;
    const off = hidden();
    for (const chip of chips.querySelectorAll("button")) {
      const on = !off.has(chip.dataset.provider);
      chip.setAttribute("aria-pressed", on);
      for (const col of board.querySelectorAll(`.col[data-provider="${chip.dataset.provider}"]`)) col.hidden = !on;
    }
  };
  chips?.addEventListener("click", (event) => {
    const chip = event.target.closest("button");
    if (!chip) return;
    const off = hidden();
    if (!off.delete(chip.dataset.provider)) off.add(chip.dataset.provider);
    localStorage.setItem(SHOWN, JSON.stringify([...off]));
    showChosen();
  });
  if (chips) chips.hidden = false;
  showChosen();

  tick();
  setInterval(tick, 10_000);
  if (board) {
    const line = board.querySelector(".now:not([hidden])");
    if (line) board.scrollTop = Math.max(0, line.offsetTop - board.clientHeight / 3);
  }
  return { content, board, dialog, words, now, say, fill, columns, scope, ask, tick, showChosen };
})();
