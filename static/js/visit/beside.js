// What stands beside the call: the note kept as it is typed, the timer, the end. While picture or sound
// flows somebody is here, whether they type or not: see js/idle.js.
const room = document.getElementById("visit-room");
const words = document.getElementById("visit-words").dataset;
const EVERY = 5_000, WATCH = 10_000;

// ── kept as it is typed ──

class Kept {
  #form;
  #saved;
  #sent = null; // what was sent and not answered: sent again as it was, so that nothing counts twice
  #saving = null;
  #stopped = false;

  constructor(form) {
    this.#form = form;
    this.#saved = this.#typed();
    form.addEventListener("input", () => this.#stopped || this.#say(words.typing));
  }

  // A page that is locked is out of the document, and still the one that was typed in.
  get isHere() { return room.contains(this.#form); }
  get isDirty() { return !this.#stopped && this.#typed() !== this.#saved; }

  #typed() {
    const fields = new FormData(this.#form);
    fields.delete("saves");
    fields.delete("csrfmiddlewaretoken");
    return new URLSearchParams(fields).toString();
  }

  #say(text) { this.#form.querySelector("[data-autosave-state]").textContent = text; }

  save(how) {
    const mayNot = !this.isDirty || !this.#form.isConnected || this.#form.matches(".htmx-request");
    if (!this.#saving && !mayNot) this.#saving = this.#send(how).finally(() => { this.#saving = null; });
    return this.#saving;
  }

  // What is on its way has been answered: null, or the promise of it.
  get answered() { return this.#saving; }

  // All that is typed is kept, also what was typed while an earlier save was on its way.
  async saveAll() {
    await this.#saving;
    await this.save();
  }

  async #send({ keepalive = false } = {}) {
    const typed = this.#sent ?? this.#typed();
    this.#sent = typed;
    const body = new URLSearchParams(typed);
    body.set("saves", this.#form.elements.saves.value);
    body.set("csrfmiddlewaretoken", this.#form.elements.csrfmiddlewaretoken.value);
    try {
      const answer = await fetch(this.#form.dataset.autosave, { method: "POST", body, redirect: "manual", keepalive });
      await this.#answered(answer, typed);
    } catch {
      this.#say(words.offline);
    }
  }

  async #answered(answer, typed) {
    if (answer.type === "opaqueredirect" || answer.status === 403) {
      this.#say(words.signedOut);
      return dispatchEvent(new Event("staff-signed-out", { cancelable: true }));
    }
    if (answer.status === 409) {
      this.#stopped = true;
      return this.#say((await answer.json()).problem);
    }
    if (!answer.ok) return this.#say(words.offline);
    const { saves, kept } = await answer.json();
    this.#sent = null;
    this.#saved = typed;
    this.#form.elements.saves.value = saves;
    this.#say(words.kept.replace("{time}", kept));
  }
}

const kept = new Map();
const forms = () => {
  for (const [form, one] of kept) if (!one.isHere) kept.delete(form);
  for (const form of room.querySelectorAll("form[data-autosave]")) if (!kept.has(form)) kept.set(form, new Kept(form));
  return [...kept.values()];
};
forms();
setInterval(() => forms().forEach((one) => one.save()), EVERY);
document.addEventListener("visibilitychange", () => document.hidden && forms().forEach((one) => one.save({ keepalive: true })));
// Signed or shared is what this page was told of last: a save on its way would look like somebody else's.
room.addEventListener("htmx:confirm", (event) => {
  const answered = kept.get(event.target)?.answered;
  if (!answered) return;
  event.preventDefault();
  answered.then(() => event.detail.issueRequest(true));
});
addEventListener("beforeunload", (event) => { if (forms().some((one) => one.isDirty)) event.preventDefault(); });

// ── small helps ──

const pad = (number) => String(number).padStart(2, "0");
// The practice's clock, which staff read everywhere: "2026-11-27T14:05".
const clock = (zone) => new Intl.DateTimeFormat("sv-SE", { timeZone: zone, dateStyle: "short", timeStyle: "short" }).format(new Date()).replace(" ", "T");
const offer = () => room.querySelectorAll("[data-pdmp-now]").forEach((button) => { button.hidden = false; });
offer();
document.body.addEventListener("htmx:afterSwap", ({ target }) => {
  offer();
  forms();
  if (target.id === "part-first") renew(); // the end asks for no reason any more
});
room.addEventListener("click", ({ target }) => {
  const button = target.closest("[data-pdmp-now]");
  if (!button) return;
  const { pdmp_at: at, pdmp_state: state } = button.form.elements;
  at.value = clock(button.dataset.zone);
  state.value ||= button.dataset.pdmpNow;
  at.dispatchEvent(new Event("input", { bubbles: true }));
});
room.addEventListener("change", ({ target }) => {
  const form = target.closest("form.cows");
  if (!form) return;
  const values = [...form.querySelectorAll("select")].map((each) => each.value);
  const sum = values.reduce((total, value) => total + Number(value), 0);
  form.querySelector("[data-cows-sum]").textContent = values.includes("") ? `≥ ${sum}` : `${sum}`;
});

// ── how long it lasts ──

const timer = document.querySelector("[data-timer]");
let since = Number(timer.dataset.since) || 0;
const tick = () => {
  timer.hidden = !since;
  if (!since) return;
  const seconds = Math.max(0, Math.floor(Date.now() / 1000 - since));
  timer.querySelector("b").textContent = `${Math.floor(seconds / 60)}:${pad(seconds % 60)}`;
  timer.querySelector("[data-over]").hidden = Date.now() / 1000 < Number(timer.dataset.ends);
};
setInterval(tick, 1000);
tick();

// ── the end ──

const panel = document.getElementById("part-finish");
// What can be chosen changes once somebody has come, or the line has failed.
// Where the visit is somebody else's by now, or nobody answers, it stays as it is: the call says why.
const renew = async () => {
  const form = panel.querySelector("[data-finish]");
  if (!form || form.contains(document.activeElement)) return;
  const body = new URLSearchParams({ csrfmiddlewaretoken: form.elements.csrfmiddlewaretoken.value });
  const answer = await fetch(form.dataset.finish, { method: "POST", body, redirect: "manual" }).catch(() => null);
  if (answer?.ok) htmx.swap(panel, await answer.text(), { swapStyle: "innerHTML" });
};
addEventListener("visit:phase", ({ detail }) => {
  if (detail === "admitted" || detail === "live") since ||= Date.now() / 1000;
  if (["over", "cancelled", "closed"].includes(detail)) since = 0;
  renew();
});
panel.addEventListener("submit", async (event) => {
  const form = event.target.closest("[data-finish]");
  if (!form) return;
  event.preventDefault();
  const body = new FormData(form, event.submitter);
  const values = { csrfmiddlewaretoken: form.elements.csrfmiddlewaretoken.value };
  await Promise.all(forms().map((one) => one.saveAll()));
  const why = panel.querySelector("[data-finish-why]");
  try {
    const answer = await fetch(form.action, { method: "POST", body, headers: { Accept: "application/json" }, redirect: "manual" });
    const told = await answer.json();
    if (!answer.ok) throw new Error(told.why ?? words.offline);
    since = 0;
    dispatchEvent(new Event("visit:finished"));
    htmx.ajax("POST", form.dataset.finish, { target: panel, values });
  } catch (error) {
    why.hidden = false;
    why.textContent = error instanceof SyntaxError || error instanceof TypeError ? words.offline : error.message;
  }
});

// ── whoever talks is here ──

const times = new WeakMap();
setInterval(() => {
  let flows = false;
  for (const video of document.querySelectorAll("#call [data-face], #call [data-shared]")) {
    if (video.srcObject?.active && video.currentTime !== times.get(video)) flows = true;
    times.set(video, video.currentTime);
  }
  if (flows) dispatchEvent(new Event("staff-active"));
}, WATCH);
