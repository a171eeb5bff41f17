// Moving a visit and choosing a stretch of time: by mouse, by long press, and by keys.
// Nothing is changed here: a dialog of the server asks first.
"use strict";
(() => {
  const { board, content, words, say, fill, columns, scope, ask } = desk;
  if (!board) return;
  const FAR = 5, HOLD = 450, SHORTEST = 3;
  const rows = Number(board.dataset.rows), seconds = Number(board.dataset.seconds);
  const ghost = document.createElement("div");
  ghost.className = "ghost";
  const begins = (col, row) => Number(col.dataset.begin) + row * seconds;
  const iso = (second) => new Date(second * 1000).toISOString().replace(".000Z", "+0000");
  // The words of the axis, so that our clock is spoken whatever the browser's zone is.
  const hours = [...board.querySelectorAll(".axis li")].map((li) => li.textContent.trim());
  const clock = (row) => {
    const each = 3600 / seconds, label = hours[Math.floor(row / each)] || "";
    const minutes = String((row % each) * seconds / 60).padStart(2, "0");
    return label.replace(/:\d\d/, `:${minutes}`);
  };
  const when = (col, row) => fill(words.when, { clock: clock(row), who: col.dataset.who });
  const rowAt = (col, y) => {
    const first = col.querySelector("h2").getBoundingClientRect().height;
    const box = col.getBoundingClientRect();
    const height = board.querySelector(".axis").getBoundingClientRect().height - first;
    return Math.max(0, Math.min(rows - 1, Math.floor((y - box.top - first) / (height / rows))));
  };
  const colAt = (x) => columns().find((col) => { const box = col.getBoundingClientRect(); return x >= box.left && x < box.right; });

  let drag = null, down = null, hold = 0;
  const show = () => {
    const length = Math.min(drag.length, rows - drag.row);
    ghost.className = `ghost t${drag.row} d${length}`;
    ghost.textContent = clock(drag.row);
    if (ghost.parentElement !== drag.col) drag.col.append(ghost);
  };
  const end = () => {
    ghost.remove();
    drag?.visit?.classList.remove("up");
    drag = null;
  };
  const drop = () => {
    if (!drag) return;
    const { visit, col, row, length, from, home } = drag;
    end();
    const query = new URLSearchParams({ scope: scope(), provider: col.dataset.provider, starts_at: iso(begins(col, row)) });
    if (visit) {
      if (row === from && col === home) return say(words.back);
      visit.focus();
      return ask(`${content.dataset.change}${visit.dataset.visit}/desk/move/?${query}`);
    }
    query.set("ends_at", iso(begins(col, row + length)));
    ask(`${content.dataset.hours}?${query}`);
  };
  const take = (visit, col, row, grip) => {
    const from = visit ? Number(visit.dataset.at) : row;
    drag = { visit, col, home: col, row: from, from, grip, length: visit ? Number(visit.dataset.for) : SHORTEST };
    visit?.classList.add("up");
    show();
  };
  const start = () => take(down.visit, down.col, down.row, down.visit ? down.row - Number(down.visit.dataset.at) : 0);

  board.addEventListener("pointerdown", (event) => {
    const col = event.target.closest(".col");
    if (!col || event.button || drag || event.target.closest("h2, button, .more, a[href^='tel:']")) return;
    const visit = event.target.closest(".visit");
    if (visit ? !("moves" in visit.dataset) : !(content.dataset.close || content.dataset.book)) return;
    down = { x: event.clientX, y: event.clientY, visit, col, row: rowAt(col, event.clientY) };
    if (event.pointerType === "touch") {
      hold = setTimeout(() => { if (down) { start(); navigator.vibrate?.(20); } }, HOLD);
    }
  });
  addEventListener("pointermove", (event) => {
    if (!down) return;
    if (!drag) {
      if (Math.hypot(event.clientX - down.x, event.clientY - down.y) <= FAR) return;
      if (event.pointerType === "touch") { clearTimeout(hold); down = null; return; }
      start();
    }
    const row = rowAt(drag.visit ? colAt(event.clientX) || drag.col : drag.col, event.clientY);
    if (drag.visit) {
      drag.col = colAt(event.clientX) || drag.col;
      drag.row = Math.max(0, row - drag.grip);
    } else {
      drag.row = Math.min(drag.from, row);
      drag.length = Math.max(SHORTEST, Math.abs(row - drag.from) + 1);
    }
    show();
  });
  let dragged = 0;
  addEventListener("pointerup", () => {
    clearTimeout(hold);
    down = null;
    if (drag) { dragged = Date.now(); drop(); }
  });
  addEventListener("pointercancel", () => { clearTimeout(hold); down = null; end(); });
  document.addEventListener("touchmove", (event) => { if (drag) event.preventDefault(); }, { passive: false });
  board.addEventListener("contextmenu", (event) => { if (drag) event.preventDefault(); });
  board.addEventListener("dragstart", (event) => event.preventDefault());
  // The link under a drag is not followed; one in a free time books the time that was pressed.
  board.addEventListener("click", (event) => {
    if (Date.now() - dragged < 300) { event.preventDefault(); event.stopPropagation(); return; }
    const gap = event.target.closest("a.gap");
    if (!gap || !event.clientY) return;
    const col = gap.closest(".col"), row = Math.max(Number(gap.dataset.at), Math.floor(rowAt(col, event.clientY) / 3) * 3);
    const url = new URL(gap.href);
    url.searchParams.set("starts_at", iso(begins(col, row)).replace("+0000", "+00:00"));
    gap.href = url;
  }, true);

  const STEPS = { ArrowUp: [0, -1], ArrowDown: [0, 1], PageUp: [0, -12], PageDown: [0, 12], ArrowLeft: [-1, 0], ArrowRight: [1, 0] };
  addEventListener("keydown", (event) => {
    if (!drag) {
      const visit = event.target.matches?.(".visit[data-moves]") && event.target;
      if (!visit || event.key.toLowerCase() !== "m" || event.ctrlKey || event.metaKey || event.altKey) return;
      take(visit, visit.closest(".col"), 0, 0);
      say(fill(words.moving, { when: when(drag.col, drag.row) }));
      return;
    }
    const step = STEPS[event.key];
    if (step) {
      event.preventDefault();
      const all = columns();
      drag.col = all[Math.max(0, Math.min(all.length - 1, all.indexOf(drag.col) + step[0]))];
      drag.row = Math.max(0, Math.min(rows - drag.length, drag.row + step[1]));
      show();
      ghost.scrollIntoView({ block: "nearest", inline: "nearest" });
      say(when(drag.col, drag.row));
    } else if (event.key === "Enter") {
      event.preventDefault();
      drop();
    } else if (event.key === "Escape" || event.key === "Tab") {
      end();
      say(words.back);
    }
  });
  desk.isDragging = () => Boolean(drag || down);
})();
