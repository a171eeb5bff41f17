// Keeps what is typed into a form of the admin on the server, every 20 seconds, and warns before it is left.
// What is kept is not saved, and the sign-in idles all the same: see core/staff/autosave.
(() => {
  const pane = document.querySelector(".autosave");
  const form = pane?.closest("form");
  if (!form) return;
  const every = 20_000;
  const smallest = 60_000; // a larger body cannot outlive its page
  const words = pane.dataset;
  const state = pane.querySelector(".autosave-state");
  const others = pane.querySelector(".autosave-others");
  const undecided = "undecided" in words; // what was kept before would be lost
  let saved, kept, leaving, request;

  const typed = () => new URLSearchParams(new FormData(form)).toString();
  const isDirty = () => "unsaved" in words || typed() !== saved;
  const presence = () => new URLSearchParams({
    csrfmiddlewaretoken: form.elements.csrfmiddlewaretoken.value,
    _presence: "1",
  }).toString();

  const say = (text) => { state.textContent = text; };
  const sayOthers = (sentences) => {
    if (sentences.join() === [...others.children].map((item) => item.textContent).join()) return;
    others.replaceChildren(...sentences.map((words) => {
      const item = document.createElement("li");
      item.textContent = words;
      return item;
    }));
  };
  const send = (body) => {
    request?.abort(); // what was typed by then stands in this one as well
    request = new AbortController();
    return fetch(words.address, {
      method: "POST",
      body: new URLSearchParams(body),
      headers: { "X-Passive": "1" },
      redirect: "manual", // to the sign-in
      keepalive: body.length < smallest,
      signal: request.signal,
    });
  };
  const keep = async () => {
    if (leaving) return;
    const now = typed();
    const changed = !undecided && now !== kept;
    try {
      const answer = await send(changed ? now : presence());
      if (answer.status === 413) return say((await answer.json()).problem);
      if (!answer.ok) return say(words.signedOut);
      const told = await answer.json();
      sayOthers(told.others);
      if (!changed) return;
      kept = now;
      say(words.kept.replace("{time}", told.kept));
    } catch (error) {
      if (error.name !== "AbortError" && !leaving && changed) say(words.offline);
    }
  };

  addEventListener("DOMContentLoaded", () => {
    saved = typed();
    kept = "unsaved" in words ? null : saved;
    form.addEventListener("input", () => {
      if (undecided) say(words.undecided);
      else if (!state.textContent.trim()) say(words.dirty);
    });
    form.addEventListener("submit", () => {
      leaving = true;
      request?.abort(); // it would come after what is saved now
    });
    addEventListener("staff:leaving", () => { leaving = true; });
    addEventListener("beforeunload", (event) => {
      if (!leaving && isDirty()) event.preventDefault();
    });
    document.addEventListener("visibilitychange", () => document.hidden && keep());
    setInterval(keep, every);
  });
})();
