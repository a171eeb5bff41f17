// A part of the page that could not be fetched: says so, with a way to try again. The page, and what was typed, stays as it is.
const place = document.getElementById("htmx-failed");

if (place) {
  const words = place.querySelector("template");
  let failed, into, shown, pressed;
  const isSame = (one, other) => one === other || Boolean(one?.id) && one.id === other?.id;

  const clear = () => {
    pressed = false;
    if (!shown) return;
    const focused = shown.contains(document.activeElement);
    shown.remove();
    shown = null;
    // The button that was pressed is gone: go on where the first try began.
    if (focused) setTimeout(() => (document.getElementById(failed.id) ?? document.getElementById("main") ?? document.body).focus());
  };

  const say = (elt, target, again) => {
    // What asks by itself every two seconds says so once.
    if (shown?.isConnected && failed === elt && !pressed) return;
    shown?.remove();
    [failed, into] = [elt, target];
    shown = words.content.firstElementChild.cloneNode(true);
    const dialog = elt.closest?.("dialog[open]"); // behind it nothing is read
    if (dialog) {
      shown.setAttribute("role", "alert");
      dialog.prepend(shown);
    } else place.append(shown);
    const button = shown.querySelector("button");
    button.addEventListener("click", () => {
      pressed = true;
      if (elt.isConnected) again();
      else location.reload();
    });
    if (pressed) button.focus();
    pressed = false;
    shown.scrollIntoView({ block: "nearest" });
  };

  const sayOf = ({ detail: { target, requestConfig: { elt, verb, path } } }) =>
    say(elt, target, () => window.htmx.ajax(verb, path, { source: elt }));

  document.addEventListener("htmx:responseError", sayOf); // 503 while the database is away, 500
  document.addEventListener("htmx:sendError", sayOf); // no line, no server
  document.addEventListener("htmx:timeout", sayOf);
  // What a script of ours fetched for an element: `detail` asks for it again.
  document.addEventListener("part:failed", ({ target, detail }) => say(target, target, detail));
  document.addEventListener("part:arrived", clear);
  // Another part that arrives says nothing of the one that did not.
  document.addEventListener("htmx:beforeSwap", ({ detail }) => {
    if (detail.shouldSwap && (isSame(detail.requestConfig.elt, failed) || isSame(detail.target, into))) clear();
  });
}
