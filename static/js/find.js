// The search in the header: people while one types. Without this the form leads to a page of them.
// A combobox with a grid: Up and Down choose a person, Right and Left the phone, the visit or Book.
(() => {
  const form = document.getElementById("find-form");
  if (!form) return;
  const box = form.elements.q;
  const whole = form.parentElement;
  const popup = document.getElementById("find-popup");
  const grid = document.getElementById("find-grid");
  const note = document.getElementById("find-note");
  const status = document.getElementById("find-status");
  const wait = 120; // ms after the last letter
  let timer, running, row = -1, column = 0;

  box.setAttribute("role", "combobox");
  box.setAttribute("aria-autocomplete", "list");
  box.setAttribute("aria-haspopup", "grid");
  box.setAttribute("aria-controls", "find-grid");
  box.setAttribute("aria-expanded", "false");

  const cells = (n) => [...(grid.children[n]?.querySelectorAll("[role=gridcell]:has(a)") ?? [])];

  const mark = () => {
    for (const old of grid.querySelectorAll("[aria-selected]")) old.removeAttribute("aria-selected");
    const cell = cells(row)[column];
    if (!cell) return box.removeAttribute("aria-activedescendant");
    cell.setAttribute("aria-selected", "true");
    box.setAttribute("aria-activedescendant", cell.id);
    cell.scrollIntoView({ block: "nearest" });
  };
  const choose = (n, m = 0) => { row = n; column = m; mark(); };
  const address = (cell) => cell?.querySelector("a").getAttribute("href");
  // Who was chosen before the answer to the last letter came stays chosen, if they are in it.
  const chooseAgain = (chosen) => {
    for (let n = 0; chosen && n < grid.children.length; n++) {
      const m = cells(n).findIndex((cell) => address(cell) === chosen);
      if (m >= 0) return choose(n, m);
    }
  };

  const open = (yes) => {
    popup.hidden = !yes;
    if (!yes) { grid.replaceChildren(); note.replaceChildren(); }  // nobody stays in the page
    grid.hidden = !grid.children.length;
    box.setAttribute("aria-expanded", String(yes && !grid.hidden));
    if (!yes) choose(-1);
  };

  const show = (html) => {
    const chosen = address(cells(row)[column]);
    grid.innerHTML = html;
    const said = grid.querySelector("template");
    note.replaceChildren(said.content);
    said.remove();
    grid.querySelectorAll("[role=gridcell]").forEach((cell, n) => { cell.id = `find-cell-${n}`; });
    for (const link of grid.querySelectorAll("a")) link.tabIndex = -1;
    choose(-1);
    open(true);
    chooseAgain(chosen);
    status.textContent = note.querySelector("[data-say]")?.textContent.trim() ?? "";
  };

  const say = (text) => {
    grid.replaceChildren();
    note.replaceChildren(Object.assign(document.createElement("p"), { textContent: text }));
    status.textContent = text;
    open(true);
  };

  const ask = async () => {
    running?.abort();
    if (!box.value.trim()) return open(false);
    const mine = (running = new AbortController());
    try {
      const answer = await fetch(form.dataset.rows, {
        method: "POST", body: new FormData(form), signal: mine.signal, redirect: "manual",
      });
      if (answer.type === "opaqueredirect") return say(form.dataset.signedOut);
      if (!answer.ok) return say(form.dataset.failed);
      const html = await answer.text();
      if (mine === running && document.activeElement === box) show(html);
    } catch (error) {
      if (error.name !== "AbortError") say(form.dataset.failed);
    }
  };

  box.addEventListener("input", () => {
    clearTimeout(timer);
    timer = setTimeout(ask, box.value.trim() ? wait : 0);
  });
  box.addEventListener("focus", () => { if (box.value.trim() && popup.hidden) ask(); });

  const keys = {
    ArrowDown: () => popup.hidden ? ask() : choose((row + 1) % Math.max(grid.children.length, 1)),
    ArrowUp: () => popup.hidden || choose((row < 1 ? grid.children.length : row) - 1),
    ArrowRight: () => column + 1 < cells(row).length && choose(row, column + 1),
    ArrowLeft: () => column > 0 && choose(row, column - 1),
  };
  box.addEventListener("keydown", (event) => {
    if (event.isComposing) return;
    const chosen = !popup.hidden && cells(row)[column];
    if (event.key === "Escape") {
      if (popup.hidden && !box.value) return;
      event.preventDefault();
      if (popup.hidden) box.value = "";
      running?.abort();
      clearTimeout(timer);
      open(false);
    } else if (event.key === "Enter" && chosen) {
      event.preventDefault();
      const { ctrlKey, metaKey, shiftKey } = event;
      const click = new MouseEvent("click", { bubbles: true, cancelable: true, view: window, ctrlKey, metaKey, shiftKey });
      chosen.querySelector("a").dispatchEvent(click);
      open(false);
    } else if (keys[event.key] && (chosen || !/Left|Right/.test(event.key))) {
      event.preventDefault();
      keys[event.key]();
    }
  });

  whole.addEventListener("focusout", (event) => {
    if (!whole.contains(event.relatedTarget)) open(false);
  });
  popup.addEventListener("click", (event) => { if (event.target.closest("[data-drawer]")) open(false); });

  addEventListener("keydown", (event) => {
    const typing = event.target.closest?.("input, textarea, select, [contenteditable], dialog[open]");
    if (event.key !== "/" || event.ctrlKey || event.metaKey || event.altKey || typing) return;
    event.preventDefault();
    box.focus();
    box.select();
  });
})();
