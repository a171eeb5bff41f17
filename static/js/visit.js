// The page of a visit looks again by itself: the button to join comes when it is time, and what is not so any more goes.
const page = document.querySelector("[data-look-again-after]");
const said = page.querySelector("[data-said]");
let timer, asking;

// Nobody sees a page in the back: it looks once a minute there, and at once when it comes to the front.
function wait(seconds) {
  clearTimeout(timer);
  timer = setTimeout(look, (document.hidden ? Math.max(seconds, 60) : seconds) * 1000);
}

async function look() {
  wait(60);
  asking?.abort(); // a slow answer would bring back what was
  const { signal } = (asking = new AbortController());
  let answer, text;
  try {
    // Nobody did anything: a session that is idle ends all the same.
    answer = await fetch(location.pathname, { cache: "no-store", headers: { "X-Passive": "1" }, signal });
    text = await answer.text();
  } catch {
    return; // no network: once more in a minute
  }
  if (answer.status >= 500 || answer.status === 429) return;
  const fresh = new DOMParser().parseFromString(text, "text/html").querySelector("[data-look-again-after]");
  // The link has ended, or the visit is gone: the whole page says so.
  if (!fresh) return location.reload();
  for (const part of page.querySelectorAll("[data-part]")) {
    turn(part, fresh.querySelector(`[data-part="${part.dataset.part}"]`));
  }
  wait(Number(fresh.dataset.lookAgainAfter));
}

function turn(part, fresh) {
  if (!fresh || fresh.innerHTML === part.innerHTML) return;
  const before = part.querySelector("[data-state]")?.dataset.state;
  const focused = part.contains(document.activeElement);
  part.replaceChildren(...fresh.childNodes);
  if (focused) {
    const first = part.querySelector("a, button") ?? part;
    if (first === part) part.tabIndex = -1;
    first.focus();
  }
  // Minutes are counted in silence; another state is spoken.
  const state = part.querySelector("[data-state]");
  if (state && state.dataset.state !== before) said.textContent = state.textContent.trim();
}

document.addEventListener("visibilitychange", () => {
  if (document.visibilityState === "visible") look();
});
wait(Number(page.dataset.lookAgainAfter));
