// The cards of an issue as a list to drag, with buttons for the keyboard. Without this it has numbers: see newsletter/admin/card_order.py.
(() => {
  const shown = 6;
  const fold = (text) => text.normalize("NFKD").replace(/\p{M}/gu, "").toLowerCase();

  const start = (box) => {
    const list = box.querySelector(".card-list");
    const template = box.querySelector("template");
    const status = box.querySelector("[role=status]");
    const search = box.querySelector("input[type=search]");
    const offers = box.querySelector(".card-offers");
    const titles = new Map();
    let dragged;

    const rows = () => [...list.children];
    const keyOf = (row) => row.querySelector("input[type=hidden]").value;
    const titleOf = (row) => row.querySelector(".card-title").textContent;
    const say = (words, row) => {
      const values = { title: titleOf(row), place: rows().indexOf(row) + 1, all: rows().length };
      status.textContent = words.replace(/\{(\w+)\}/g, (_found, name) => values[name]);
    };
    const renumber = () => {
      const all = rows();
      all.forEach((row, nth) => {
        row.querySelector(".card-place input").value = nth + 1;
        row.querySelector("[data-move='-1']").disabled = nth === 0;
        row.querySelector("[data-move='1']").disabled = nth === all.length - 1;
      });
      list.dispatchEvent(new Event("input", { bubbles: true })); // for the preview, and for what is kept
    };
    const dress = (row) => {
      titles.set(keyOf(row), titleOf(row));
      row.draggable = true;
      row.querySelector(".card-place").hidden = true;
      row.querySelector(".card-leave").hidden = true;
      row.querySelector(".card-buttons").hidden = false;
      for (const button of row.querySelectorAll("button")) {
        button.setAttribute("aria-label", button.dataset.label.replace("{title}", titleOf(row)));
      }
    };
    const offer = () => {
      const wanted = fold(search.value.trim());
      const taken = new Set(rows().map(keyOf));
      const found = [...titles].filter(([key, title]) => !taken.has(key) && fold(title).includes(wanted));
      offers.replaceChildren(...found.slice(0, shown).map(([key, title]) => {
        const item = document.createElement("li");
        const button = document.createElement("button");
        button.type = "button";
        button.dataset.key = key;
        button.textContent = `+ ${title}`;
        item.append(button);
        return item;
      }));
      box.querySelector(".card-none").hidden = found.length > 0;
    };
    const add = (key) => {
      const row = template.content.firstElementChild.cloneNode(true);
      const hidden = row.querySelector("input[type=hidden]");
      hidden.name = box.dataset.name;
      hidden.value = key;
      row.querySelector(".card-place input").name = `${box.dataset.name}-place`;
      row.querySelector(".card-title").textContent = titles.get(key);
      list.append(row);
      dress(row);
      renumber();
      offer();
      say(box.dataset.added, row);
    };
    const move = (row, step, button) => {
      if (step < 0) row.previousElementSibling?.before(row);
      else row.nextElementSibling?.after(row);
      renumber();
      const other = row.querySelector(`[data-move='${-step}']`);
      (button.disabled ? other : button).focus();
      say(box.dataset.moved, row);
    };
    const leaveOut = (row) => {
      const next = row.nextElementSibling ?? row.previousElementSibling;
      say(box.dataset.leftOut, row);
      row.remove();
      renumber();
      offer();
      (next?.querySelector("[data-leave]") ?? search).focus();
    };

    for (const select of box.querySelectorAll(".card-plain-add select")) {
      for (const option of select.options) if (option.value) titles.set(option.value, option.text);
    }
    box.querySelector(".card-plain-add").remove();
    box.querySelector(".card-add").hidden = false;
    rows().forEach(dress);
    for (const row of rows()) row.querySelector(".card-leave input").checked = false;
    offer();

    list.addEventListener("click", (event) => {
      const button = event.target.closest("button");
      const row = button?.closest("li");
      if (!row) return;
      if ("leave" in button.dataset) leaveOut(row);
      else move(row, Number(button.dataset.move), button);
    });
    offers.addEventListener("click", (event) => {
      const key = event.target.closest("button")?.dataset.key;
      if (!key) return;
      add(key);
      (offers.querySelector("button") ?? search).focus();
    });
    search.addEventListener("input", (event) => {
      event.stopPropagation(); // it is no change
      offer();
    });
    search.addEventListener("keydown", (event) => {
      if (event.key !== "Enter") return;
      event.preventDefault(); // it would save
      const first = offers.querySelector("button");
      if (first && search.value.trim()) {
        add(first.dataset.key);
        search.value = "";
        offer();
      }
    });
    list.addEventListener("dragstart", (event) => {
      dragged = event.target.closest("li");
      dragged.classList.add("dragged");
      event.dataTransfer.effectAllowed = "move";
    });
    list.addEventListener("dragover", (event) => {
      const over = event.target.closest("li");
      if (!dragged || !over || over.parentElement !== list) return;
      event.preventDefault();
      if (over === dragged) return;
      const { top, height } = over.getBoundingClientRect();
      if (event.clientY < top + height / 2) over.before(dragged);
      else over.after(dragged);
    });
    list.addEventListener("drop", (event) => event.preventDefault());
    list.addEventListener("dragend", () => {
      if (!dragged) return;
      dragged.classList.remove("dragged");
      say(box.dataset.moved, dragged);
      dragged = undefined;
      renumber();
    });
    // The numbers are set once it is known where they stand: that is no change of anybody's.
    rows().forEach((row, nth) => {
      row.querySelector("[data-move='-1']").disabled = nth === 0;
      row.querySelector("[data-move='1']").disabled = nth === rows().length - 1;
    });
  };
  addEventListener("DOMContentLoaded", () => document.querySelectorAll(".card-order").forEach(start));
})();
