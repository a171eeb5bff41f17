// The check before a visit: camera, microphone and sound in under a minute, and for each refusal a way on.
// Nothing that is seen or heard leaves the browser; the clinic learns what works and what does not.
import { canCall, isAndroid, isApplePhone, isInApp, refusalPlace } from "./browser.js";
import { chosenOf, constraints, list, remember } from "./chosen-devices.js";
import { meter, playNotes } from "./sound.js";

const NO_ANSWER = 15_000;
const SILENT = 8_000;
const BOTH = ["camera", "mic"];
const page = document.querySelector("[data-check]");
const picture = page.querySelector("[data-self]");
const one = (name) => page.querySelector(`[data-${name}]`);
const show = (name, shown = true) => page.querySelectorAll(`[data-${name}]`).forEach((each) => (each.hidden = !shown));
const result = { camera: false, microphone: false, sound: "", trouble: "" };
let stream, stopMeter, silent, attempt = 0, wanted = BOTH;

// ── what stands in the list, and what the clinic is told ───────────────────────────

function mark(part, state) {
  const row = page.querySelector(`[data-result="${part}"]`);
  row.dataset.state = state;
  for (const each of row.querySelectorAll("[data-when]")) each.hidden = each.dataset.when !== state;
}

const send = (form) => fetch(location.pathname, { method: "POST", body: form, keepalive: true }).catch(() => {});
let told = "", isTelling = false, untold = null;
// One after the other, and the newest only: the clinic knows what comes last.
async function tell() {
  const form = new FormData(one("result-form"));
  for (const [name, value] of Object.entries(result)) form.set(name, value === true ? "yes" : value === false ? "no" : value);
  const text = JSON.stringify([...form]);
  if (text === told) return;
  told = text;
  untold = form;
  if (isTelling) return;
  isTelling = true;
  while (untold) {
    const next = untold;
    untold = null;
    await send(next); // where it cannot be told now the check is as good as before
  }
  isTelling = false;
}
addEventListener("pagehide", () => untold && send(untold));

function finish() {
  const works = result.microphone && result.sound === "heard";
  show("all-set", works && result.camera);
  show("all-set-without-camera", works && !result.camera);
  one("later").classList.toggle("btn-primary", works);
  one("later").classList.toggle("btn-link", !works);
  show("later-words", !works);
  show("done-words", works);
}

// ── camera and microphone ─────────────────────────────────────────────────────────

function stop() {
  stopMeter?.();
  clearTimeout(silent);
  stream?.getTracks().forEach((track) => track.stop());
  stream = stopMeter = undefined;
}

// `because`: what keeps the camera out, where the microphone is asked for alone.
async function ask(kinds, because = "") {
  const mine = ++attempt;
  wanted = kinds;
  result.trouble = because;
  stop();
  show("trouble", false);
  show("starting");
  const slow = setTimeout(() => trouble(isInApp() ? "in-app" : "no-answer"), NO_ANSWER);
  try {
    const found = await navigator.mediaDevices.getUserMedia(constraints(kinds));
    if (mine !== attempt) return found.getTracks().forEach((track) => track.stop());
    await opened(found);
  } catch (error) {
    if (mine === attempt) await refused(error, kinds);
  } finally {
    clearTimeout(slow);
    if (mine === attempt) show("starting", false);
  }
}

async function opened(found) {
  stream = found;
  result.camera = found.getVideoTracks().length > 0;
  result.microphone = false;
  show("trouble", false);
  show("before", false);
  show("after");
  mark("camera", result.camera ? "works" : "fails");
  mark("microphone", found.getAudioTracks().length ? "waits" : "fails");
  picture.srcObject = found;
  picture.hidden = !result.camera;
  show("no-picture", !result.camera);
  picture.play().catch(() => {});
  listen();
  for (const track of found.getTracks()) track.addEventListener("ended", () => ask(wanted, result.trouble));
  await offerDevices();
  finish();
}

function listen() {
  if (!stream.getAudioTracks().length) return;
  show("silent", false);
  silent = setTimeout(() => {
    show("silent");
    result.trouble ||= "silent";
    tell();
  }, SILENT);
  stopMeter = meter(stream, {
    onLevel: (level) => (one("level").value = level),
    onHeard: () => {
      clearTimeout(silent);
      show("silent", false);
      if (result.trouble === "silent") result.trouble = "";
      result.microphone = true;
      mark("microphone", "works");
      finish();
      tell();
    },
  });
}

// Which trouble it is; where one of two is missing or taken, the other one alone.
async function refused(error, asked) {
  if (error.name === "NotAllowedError" || error.name === "SecurityError") {
    if (/system|platform/i.test(error.message)) return trouble("system");
    return trouble((await isStillAsked()) ? "dismissed" : "denied");
  }
  if (error.name === "NotSupportedError" || error.name === "TypeError") return trouble("too-old");
  const taken = error.name === "NotReadableError" || error.name === "AbortError";
  const name = taken ? "in-use" : "none";
  if (asked.length === 1) return trouble(`${name}-microphone`);
  await ask(["mic"], name);
  if (stream) trouble(name, { goesOn: true });
}

async function isStillAsked() {
  try {
    const states = await Promise.all(["camera", "microphone"].map((name) => navigator.permissions.query({ name })));
    return states.every((each) => each.state !== "denied");
  } catch {
    return false;
  }
}

function trouble(name, { goesOn = false } = {}) {
  result.trouble = name.replace("-microphone", "");
  page.querySelectorAll("[data-trouble]").forEach((card) => (card.hidden = card.dataset.trouble !== name));
  if (!goesOn) show("before", false);
  if (!goesOn) for (const part of ["camera", "microphone"]) mark(part, "fails");
  one("troubles").querySelector("[data-trouble]:not([hidden]) :is(h2, h3)")?.focus();
  finish();
  if (name !== "dismissed" && name !== "no-answer") tell();
}

// ── which devices ───────────────────────────────────────────────────────────────

const SELECTS = { camera: "videoinput", mic: "audioinput", speaker: "audiooutput" };

async function offerDevices() {
  for (const [name, kind] of Object.entries(SELECTS)) {
    const select = page.querySelector(`select[name="${name}"]`);
    const found = name === "speaker" && !AudioContext.prototype.setSinkId ? [] : await list(kind);
    const used = stream?.getTracks().find((track) => kind.startsWith(track.kind))?.getSettings().deviceId;
    // What somebody chose stays chosen, also where the browser names its track by another number.
    const shown = chosenOf(name, found)?.deviceId ?? used;
    select.replaceChildren(...found.map((device, nth) => {
      const words = device.label || `${select.dataset.word} ${nth + 1}`;
      return new Option(words, device.deviceId, false, device.deviceId === shown);
    }));
    select.closest("[data-choice]").hidden = found.length < 2;
  }
}

// ── what is pressed ────────────────────────────────────────────────────────────

page.addEventListener("change", (event) => {
  if (!(event.target.name in SELECTS)) return;
  remember(event.target.name, event.target.value, event.target.selectedOptions[0]?.textContent);
  if (event.target.name !== "speaker") ask(wanted, result.trouble);
});

const PRESSED = {
  start: () => ask(BOTH),
  again: () => ask(BOTH),
  "without-camera": () => ask(["mic"], result.trouble),
  async play(button) {
    button.disabled = true;
    await playNotes(chosenOf("speaker", await list("audiooutput"))?.deviceId).catch(() => {});
    button.disabled = false;
    show("heard-question");
  },
  heard: () => soundIs("heard"),
  "not-heard": () => soundIs("not-heard"),
  async copy(button) {
    const words = button.querySelector("[data-copied]");
    const address = button.closest(".check-copy").querySelector("[data-address]");
    try {
      await navigator.clipboard.writeText(address.value);
      words.textContent = words.dataset.copied;
    } catch {
      address.select(); // for who copies by hand
    }
  },
};

function soundIs(answer) {
  result.sound = answer;
  mark("sound", answer === "heard" ? "works" : "fails");
  show("heard-question", answer !== "heard");
  show("not-heard-help", answer !== "heard");
  finish();
  tell();
}

page.addEventListener("click", (event) => {
  const button = event.target.closest("[data-press]");
  if (button) PRESSED[button.dataset.press](button);
});
addEventListener("pagehide", stop);
navigator.mediaDevices?.addEventListener?.("devicechange", () => stream && offerDevices());

// ── the beginning ──────────────────────────────────────────────────────────────

for (const place of page.querySelectorAll("[data-place]")) place.hidden = place.dataset.place !== refusalPlace();
for (const address of page.querySelectorAll("[data-address]")) address.value = location.href;
for (const way of page.querySelectorAll("[data-on]")) {
  way.hidden = way.dataset.on !== (isApplePhone() ? "apple" : isAndroid() ? "android" : "computer");
}
for (const link of page.querySelectorAll("[data-open-elsewhere]")) {
  link.href = `intent://${location.host}${location.pathname}#Intent;scheme=https;end`;
}
show("needs-script", false);
if (canCall()) {
  show("check-body");
  mark("browser", "works");
} else {
  show("check-body");
  show("before", false);
  mark("browser", "fails");
  trouble(isInApp() ? "in-app" : "too-old");
}
