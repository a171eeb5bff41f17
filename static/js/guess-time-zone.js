// Before the visitor has chosen a time zone, remember the browser's own, once.
const form = document.getElementById("guess-zone");
const zone = Intl.DateTimeFormat().resolvedOptions().timeZone;
let touched = false;
for (const kind of ["pointerdown", "keydown", "wheel"]) {
  addEventListener(kind, () => (touched = true), { once: true, passive: true });
}
// A page that opens under a resting mouse hears of a move as well: one by no distance.
addEventListener("pointermove", ({ movementX, movementY }) => (touched ||= Boolean(movementX || movementY)), { passive: true });

if (form && zone && sessionStorage.getItem("guessed-zone") !== zone) {
  sessionStorage.setItem("guessed-zone", zone);
  form.elements.zone.value = zone;
  fetch(form.action, { method: "POST", body: new FormData(form) }).then(() => {
    // Times are on the page in another zone: show them in the right one, unless somebody is about to press one.
    if (!form.dataset.shown || form.dataset.shown === zone) return;
    const path = form.dataset.fragment;
    addEventListener("htmx:beforeSwap", (event) => {
      const { verb, path: asked } = event.detail.requestConfig;
      if (touched && verb === "get" && asked === path) event.detail.shouldSwap = false;
    });
    const show = () => touched || window.htmx?.ajax("GET", path, { target: "#times", swap: "outerHTML show:none" });
    if (document.readyState === "complete") show();
    else addEventListener("load", show, { once: true });  // htmx may come after this script
  });
}
