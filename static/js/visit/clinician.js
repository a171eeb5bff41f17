// The clinician's room: who is let in, sent back, called by phone. The page around hears `visit:` events.
import { Room } from "./room.js";

const root = document.getElementById("call");
const room = new Room(root);
const { admitUrl, sendBackUrl } = root.dataset;

// Who waits stands beside "Let in", and whoever comes along has a button of their own.
let waited;
room.hereChanged = (here) => {
  const waits = here.includes("patient");
  for (const part of root.querySelectorAll("[data-if-patient]")) part.hidden = (part.dataset.ifPatient === "here") !== waits;
  if (waits !== waited) room.view.say(room.view.word(waits ? "patient-here" : "patient-away"));
  waited = waits;
  for (const seat of ["guest-1", "guest-2"]) {
    room.view.notice(seat, here.includes(seat) && !room.call.peers.get(seat)?.connected);
  }
};

// No ticket: the visit was handed over, or only the form's token is old, because they signed in anew elsewhere.
room.refused = async () => {
  const page = await fetch(location.href, { headers: { "X-Passive": "1" }, redirect: "manual" }).catch(() => null);
  if ([403, 404].includes(page?.status)) return room.close(room.view.word("not-yours"));
  if (!page?.ok) return;
  const fresh = new DOMParser().parseFromString(await page.text(), "text/html").querySelector("#call [name=csrfmiddlewaretoken]");
  for (const field of document.querySelectorAll("[name=csrfmiddlewaretoken]")) field.value = fresh?.value ?? field.value;
};

async function act(url, phase, button, fields) {
  button.disabled = true;
  const answer = await room.post(url, fields);
  button.disabled = false;
  const refusal = root.querySelector("[data-refusal]");
  refusal.hidden = answer.ok;
  if (!answer.ok) refusal.textContent = answer.why || room.view.word("not-sent");
  if (answer.ok && phase) room.turn(answer.phase ?? phase, answer.words);
}

room.view.on("admit", (button) => act(admitUrl, "admitted", button));
room.view.on("admit-guest", (button) => act(admitUrl, "", button, { seat: button.dataset.seat }));
room.view.on("send-back", (button) => act(sendBackUrl, "waiting", button));
addEventListener("visit:finished", () => room.turn("over"));
room.start();
