// Asks every twenty seconds what has changed, and changes only that: no card under somebody's
// fingers. It tells the server that nobody has to be here for it.
"use strict";
(() => {
  const EVERY = 20_000, TO_DO_EVERY = 15;
  const { content, board, dialog } = desk;
  let tag = "", turn = 0, changes = 0, running = null, next = null;
  const busyHands = () => desk.isDragging?.() || dialog.open || document.querySelector(".board .htmx-request, #desk-attention .htmx-request");
  const versions = () => [...document.querySelectorAll("[data-column], #desk-attention")].map((each) => each.dataset.version);
  const isUnderHands = (part) => part.contains(document.activeElement) || part.matches(":hover");

  const card = (old, fresh) => {
    if (old.dataset.version === fresh.dataset.version) return true;
    if (isUnderHands(old)) return false;
    old.replaceWith(fresh);
    htmx.process(fresh);
    return true;
  };
  // Returns whether all of it was taken over; else it is asked for again.
  const column = (fresh) => {
    const old = document.getElementById(fresh.id);
    if (!old) return false;
    let whole = true;
    const under = old.querySelector(".under");
    if (under.contains(document.activeElement)) whole = false;
    else under.replaceWith(fresh.querySelector(".under"));
    const list = old.querySelector(".visits"), kept = new Set();
    for (const each of [...fresh.querySelectorAll(".visit")]) {
      kept.add(each.id);
      const was = document.getElementById(each.id);
      if (was && was.closest(".col") === old) whole = card(was, each) && whole;
      else {
        if (was && !isUnderHands(was)) was.remove();
        list.append(each);
        htmx.process(each);
      }
    }
    for (const gone of [...list.children].filter((each) => !kept.has(each.id))) {
      if (isUnderHands(gone)) whole = false;
      else gone.remove();
    }
    // The order of cards is the order of the tab key.
    [...list.children].sort((a, b) => (a.dataset.at || 0) - (b.dataset.at || 0)).forEach((each) => {
      if (!list.contains(document.activeElement)) list.append(each);
    });
    if (whole) old.dataset.version = fresh.dataset.version;
    return whole;
  };
  const lists = (fresh) => {
    const old = document.getElementById("desk-attention");
    if (!fresh || !old) return true;
    if (old.contains(document.activeElement)) return false;
    old.replaceWith(fresh);
    htmx.process(fresh);
    return true;
  };

  const look = async () => {
    if (busyHands() || document.hidden) return;
    const before = changes;
    try {
      const url = new URL(content.dataset.renewal, location.href);
      url.searchParams.set("has", versions().join(","));
      const headers = { "X-Passive": "1", ...(tag && { "If-None-Match": tag }) };
      const answer = await fetch(url, { headers, cache: "no-store", redirect: "manual" });
      if (answer.type === "opaqueredirect" || answer.status === 403) return dispatchEvent(new Event("staff-signed-out", { cancelable: true }));
      if (answer.status !== 200) return;
      const text = await answer.text();
      // Of what was done here meanwhile it may know nothing, and would take it back.
      if (busyHands() || changes !== before) return;
      const page = new DOMParser().parseFromString(text, "text/html");
      const taken = [...page.querySelectorAll(".col")].map(column);
      taken.push(lists(page.getElementById("desk-attention")));
      tag = taken.every(Boolean) ? answer.headers.get("ETag") : "";
      desk.showChosen();
      desk.tick();
    } catch {
      // No network: what is shown stays, and is asked for again.
    }
  };
  // One after the other: who asks while an answer is on its way gets one that was asked for later.
  const renew = () => {
    if (!running) return (running = look().finally(() => { running = null; }));
    return (next ??= running.then(() => { next = null; return renew(); }));
  };
  const toDo = async () => {
    const old = document.getElementById("desk-to-do");
    if (!old || isUnderHands(old)) return;
    const answer = await fetch(old.getAttribute("data-hx-get"), { headers: { "X-Passive": "1" }, redirect: "manual" });
    if (answer.status === 200) old.innerHTML = await answer.text();
  };
  if (board) setInterval(() => { renew(); if (++turn % TO_DO_EVERY === 0) toDo(); }, EVERY);
  document.addEventListener("htmx:afterRequest", ({ detail }) => { if (detail.requestConfig.verb !== "get") changes += 1; });
  document.body.addEventListener("desk-changed", () => setTimeout(renew, 50));
  addEventListener("visibilitychange", renew);
  addEventListener("staff-signed-in", renew);
  desk.renew = renew;
})();
