// Warns somebody who has been away, and leaves the page when the server has ended their session.
// Typing counts as being there, and so does a call that goes on ("staff-active"): the server hears of it at most once a minute. Tabs tell each other.
(() => {
  // Back after signing out must not show what was here.
  addEventListener("pageshow", (event) => event.persisted && location.reload());

  const minute = 60_000;
  const tabs = new BroadcastChannel("staff-activity");
  let dialog, form, end, told;

  const extend = () => {
    end = Date.now() + Number(dialog.dataset.minutes) * minute;
    told = Date.now();
    if (dialog.open) dialog.close();
  };
  // A page that can ask to sign in where it stands does so, and is not left.
  const leave = () => {
    end = Infinity;
    if (!dispatchEvent(new Event("staff-signed-out", { cancelable: true }))) return;
    dispatchEvent(new Event("staff:leaving")); // nothing may ask whether to stay
    location.replace(location.href);
  };
  addEventListener("staff-signed-in", () => extend());
  const tell = async () => {
    told = Date.now();
    try {
      const answer = await fetch(form.action, { method: "POST", body: new FormData(form) });
      if (answer.status !== 204) return leave();
      extend();
      tabs.postMessage("here");
    } catch {
      // No network: the warning stays, and the deadline with it.
    }
  };
  const active = () => {
    if (!dialog.open && Date.now() - told > minute) tell();
  };
  const check = () => {
    const left = end - Date.now();
    if (left <= 0) leave();
    else if (left <= 2 * minute && !dialog.open) dialog.showModal();
  };

  addEventListener("DOMContentLoaded", () => {
    dialog = document.getElementById("idle");
    if (!dialog) return;
    form = dialog.querySelector("form");
    form.addEventListener("submit", (event) => { event.preventDefault(); tell(); });
    dialog.addEventListener("cancel", (event) => { event.preventDefault(); tell(); });
    tabs.addEventListener("message", extend);
    for (const kind of ["keydown", "pointerdown", "input", "staff-active"]) addEventListener(kind, active);
    addEventListener("visibilitychange", check);
    setInterval(check, 1000);
    extend();
    tabs.postMessage("here");
  });
})();
