// Before the visitor has chosen a time zone, remember the browser's own, once.
const form = document.getElementById("guess-zone");
const zone = Intl.DateTimeFormat().resolvedOptions().timeZone;

if (form && zone && sessionStorage.getItem("guessed-zone") !== zone) {
  sessionStorage.setItem("guessed-zone", zone);
  form.elements.zone.value = zone;
  // A reload would undo what was clicked meanwhile.
  let leaving = false;
  addEventListener("beforeunload", () => (leaving = true), { once: true });
  fetch(form.action, { method: "POST", body: new FormData(form) }).then(() => {
    // Times are on the page in another zone: show them in the right one.
    if (!leaving && form.dataset.shown && form.dataset.shown !== zone) location.reload();
  });
}
