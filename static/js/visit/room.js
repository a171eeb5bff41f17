// A room as one seat has it: the line to the server, the devices, the call and what is shown of them.
import { Call } from "./call.js";
import { Chat } from "./chat.js";
import { Devices } from "./devices.js";
import { Silence } from "./health.js";
import { Media, WakeLock } from "./media.js";
import { moveSelfPicture } from "./self-picture.js";
import { Signal } from "./signal.js";
import { View } from "./view.js";

const TOGETHER = ["admitted", "live"], DONE = ["over", "moved", "cancelled", "closed", "by_phone"];
const PANELS = { early: "closed", moved: "closed", cancelled: "closed", by_phone: "phone", open: "waiting" };
const PEOPLE = ["patient", "clinician"];
const LEVELS_EACH = 150;

export class Room {
  phase = "";
  #here = [];
  #silence = new Silence();
  #lock = new WakeLock();
  #left = false;
  #line = "connecting";
  #phoneNear = false;
  #since = null;
  #medium = -1;

  constructor(root) {
    this.root = root;
    this.names = JSON.parse(root.dataset.names);
    this.form = root.querySelector("[data-token]");
    this.view = new View(root);
    this.signal = new Signal(root.dataset.ticketUrl, this.form);
    this.media = new Media();
    this.call = new Call({ seat: root.dataset.seat, signal: this.signal, media: this.media });
    this.call.name = root.dataset.ownName;
    this.chat = new Chat(root, this.view, this.call);
    new Devices(root, this.view, this.media);
    moveSelfPicture(root.querySelector(".call-self"));
    this.#listen();
    this.#act();
  }

  start() {
    this.#left = false;
    this.view.show("starting");
    this.phase = "";
    this.signal.start();
    if (!Media.canShare) this.root.querySelector("[data-act=share]").hidden = true;
    return this.media.open();
  }

  nameOf(seat) {
    const told = this.call.peers.get(seat)?.state.name;
    return this.names[seat] ?? (typeof told === "string" && told ? told.slice(0, 100) : this.view.word("guest"));
  }

  // Posts to one of the addresses of the page; what comes back says what holds now.
  async post(url, fields = {}) {
    const body = new FormData(this.form);
    for (const [name, value] of Object.entries(fields)) body.set(name, value);
    try {
      const response = await fetch(url, { method: "POST", body, headers: { Accept: "application/json" } });
      const answer = response.headers.get("content-type")?.includes("json") ? await response.json() : {};
      return { ok: response.ok, ...answer };
    } catch {
      return { ok: false };
    }
  }

  #listen() {
    const { signal, call, media, view } = this;
    signal.addEventListener("answer", ({ detail }) => this.#answered(detail));
    signal.addEventListener("open", ({ detail }) => this.#opened(detail));
    signal.addEventListener("message", ({ detail }) => this.#heard(detail));
    signal.addEventListener("taken", () => this.#stop("elsewhere"));
    signal.addEventListener("blocked", () => view.notice("blocked", !TOGETHER.includes(this.phase)));
    signal.addEventListener("slowed", () => view.notice("slowed", true));
    signal.addEventListener("refused", ({ detail }) => this.#refused(detail.isGone));
    call.addEventListener("peers", () => this.#draw());
    call.addEventListener("connected", ({ detail }) => this.#connected(detail));
    call.addEventListener("words", ({ detail }) => this.#words(detail));
    call.addEventListener("lines", ({ detail }) => this.#lines(detail));
    call.addEventListener("phone", ({ detail }) => this.#phone(detail));
    call.addEventListener("size", ({ detail }) => view.say(view.word(detail ? "line-weak" : "own-camera-weak")));
    media.addEventListener("changed", () => this.#mediaChanged());
    media.addEventListener("interrupted", () => view.notice("talk", true));
    setInterval(() => this.#hearMyself(), LEVELS_EACH);
  }

  #act() {
    const { view, media } = this;
    view.on("mic", () => media.turnMic(!media.state.mic));
    view.on("camera", () => media.turnCamera(!media.camera));
    view.on("share", () => media.share(!media.screen));
    view.on("retry", () => media.open({ mic: !media.audio, camera: !media.camera }));
    view.on("without-camera", () => this.#goWithoutCamera());
    view.on("hear", () => view.hear());
    view.on("talk", () => media.talkAgain().then(() => view.notice("talk", !media.audio)));
    view.on("copy", (button) => this.#copy(button));
    view.on("more", (button) => this.#turnMenu(button.getAttribute("aria-expanded") !== "true"));
    this.root.addEventListener("click", ({ target }) => target.closest("[data-act=more]") || this.#turnMenu(false));
    this.root.addEventListener("keydown", ({ key }) => key === "Escape" && this.#turnMenu(false));
    view.on("leave", () => this.leave());
    view.on("return", () => this.start());
    view.on("here", () => this.start());
    view.on("phone", () => this.goByPhone());
  }

  #answered(answer) {
    this.view.notice("slowed", false);
    // Somebody else holds the visit now: the page is another's from its title on.
    if (answer.host !== this.root.dataset.host && !this.call.isOn) return location.reload();
    this.call.learn(answer);
    this.turn(answer.phase, answer.words, answer.here);
  }

  #opened({ phase, here, ice }) {
    if (ice) this.call.ice = ice;
    this.view.notice("blocked", false);
    this.#here = here ?? [];
    const wasOn = this.call.isOn;
    this.turn(phase);
    if (wasOn && this.call.isOn) this.call.begin(this.#here);
    this.#hereChanged();
  }

  #heard(message) {
    const { t, seat } = message;
    if (t === "phase") this.turn(message.phase);
    else if (t === "here") this.#comes(seat);
    else if (t === "gone") this.#goes(seat);
    else if (t === "bye") this.#goes(message.from);
    else if (["offer", "answer", "ice", "again"].includes(t)) this.call.hear(message);
  }

  #comes(seat) {
    if (!this.#here.includes(seat)) this.#here.push(seat);
    this.call.arrive(seat);
    this.#hereChanged();
  }

  #goes(seat) {
    this.#here = this.#here.filter((one) => one !== seat);
    this.call.leave(seat);
    this.#hereChanged();
  }

  #hereChanged() {
    this.hereChanged?.(this.#here);
    this.view.tell("here", this.#here);
  }

  // What holds in the room now. Without words they are asked for: a socket carries none.
  turn(phase, words, here) {
    if (this.#left || !phase) return;
    const turned = phase !== this.phase;
    this.phase = phase === "ended" ? "over" : phase;
    if (here && !this.signal.isOpen) this.#here = here;
    if (TOGETHER.includes(this.phase)) this.view.show("call");
    else this.view.show(PANELS[this.phase] ?? this.phase, words);
    if (turned) this.#turned(words);
    this.#lock.wanted = !DONE.includes(this.phase);
    this.view.tell("phase", this.phase);
  }

  #turned(words) {
    if (!DONE.includes(this.phase) && !this.media.isOpen) this.media.open();
    if (TOGETHER.includes(this.phase)) return this.call.isOn || this.call.begin(this.#here);
    this.#phone(false);
    this.#timeLine(false);
    this.call.end();
    this.view.notice("blocked", false);
    if (!DONE.includes(this.phase)) return;
    this.media.close();
    if (this.phase === "over") this.signal.stop();
    if (words === undefined) this.signal.ask().then((answer) => answer && this.view.show(PANELS[this.phase] ?? this.phase, answer.words));
  }

  // It is not this page's any more.
  close(words) {
    this.#stop("closed");
    this.view.show("closed", words);
  }

  #stop(panel) {
    this.#timeLine(false);
    this.signal.stop();
    this.call.end();
    this.media.close();
    this.#lock.wanted = false;
    this.view.show(panel);
    this.phase = "";
  }

  // The link holds no more, or somebody has signed out: what goes on goes on, and a page without a call says why.
  // In the desk somebody signs in where they stand, so that nothing typed beside the picture is lost.
  #refused(isGone) {
    if (isGone && this.refused) return this.refused();
    if (!dispatchEvent(new Event("staff-signed-out", { cancelable: true }))) return;
    if (!this.call.everConnected) location.reload();
  }

  async leave() {
    this.#left = true;
    this.signal.send({ t: "bye" });
    this.call.end({ t: "bye" });
    this.#stop("left");
    if (this.root.dataset.leaveUrl) await this.post(this.root.dataset.leaveUrl);
  }

  async goByPhone() {
    const answer = await this.post(this.root.dataset.phoneUrl);
    if (answer.ok) this.turn("by_phone", answer.words ?? "");
    else this.view.notice("unsent", true);
  }

  // On a phone the rarer controls fold into a menu.
  #turnMenu(open) {
    const button = this.root.querySelector("[data-act=more]");
    const menu = this.root.querySelector("[data-menu]");
    if (!open && menu.contains(document.activeElement) && button.offsetParent) button.focus();
    menu.classList.toggle("is-open", open);
    button.setAttribute("aria-expanded", open);
  }

  #goWithoutCamera() {
    this.media.wants.camera = false;
    this.media.problems.camera = null;
    this.#mediaChanged();
    if (!this.media.audio) this.media.open({ mic: true, camera: false });
  }

  async #copy(button) {
    try {
      await navigator.clipboard.writeText(location.href);
      button.textContent = this.view.word("copied");
    } catch {
      const field = button.parentElement.querySelector("input");
      field.hidden = false;
      field.value = location.href;
      field.select();
    }
  }

  #mediaChanged() {
    const { view, media } = this;
    const { mic, camera, sharing } = media.state;
    view.self(media.camera);
    view.press("mic", mic, mic ? "turn-mic-off" : "turn-mic-on");
    view.press("camera", camera, camera ? "turn-camera-off" : "turn-camera-on");
    view.press("share", sharing, sharing ? "stop-sharing" : "share");
    const shown = this.#problem();
    for (const notice of this.root.querySelectorAll("[data-problem]")) view.notice(notice.dataset.notice, notice.dataset.notice === shown);
    if (media.audio && !media.audio.muted) view.notice("talk", false);
  }

  // The one sentence about devices that helps most.
  #problem() {
    const { mic, camera } = this.media.problems;
    if ([mic, camera].includes("unsupported") || [mic, camera].includes("hangs")) return "app";
    if (mic === "denied" && camera === "denied") return "denied";
    if (mic) return `mic-${mic}`;
    return camera ? `camera-${camera}` : "";
  }

  #hearMyself() {
    if (document.hidden) return;
    const { level } = this.media;
    this.view.level(level === null ? 0 : Math.min(1, level * 6));
    this.view.notice("silent", this.#silence.hear(level, performance.now()) && !DONE.includes(this.phase));
  }

  #connected(peer) {
    this.view.say(this.view.word("is-here", { name: this.nameOf(peer.seat) }));
    this.#draw();
    this.#hereChanged();
    this.view.tell("connected", { seat: peer.seat });
    if (PEOPLE.includes(peer.seat)) this.#report("connected", performance.now() - peer.born);
  }

  // What the clinic may know of the line: that it holds, for how long, and by which kind of path.
  async #report(kind, number) {
    if (this.root.dataset.reportUrl) await this.post(this.root.dataset.reportUrl, { kind, number: Math.round(number) });
  }

  #timeLine(flows, path) {
    const now = performance.now();
    if (flows && this.#since === null) {
      this.#since = now;
      this.#report("path", path === "relay" ? 1 : 0);
    } else if (!flows && this.#since !== null) {
      this.#report("lost", (now - this.#since) / 1000);
      this.#since = null;
    }
  }

  // A visit is one of sound alone until a picture has come.
  #tellMedium(flows, seen) {
    const medium = seen ? 1 : 0;
    if (!flows || medium <= this.#medium) return;
    this.#medium = medium;
    this.#report("medium", medium);
  }

  #words({ peer, words }) {
    const name = this.nameOf(peer.seat);
    if (words.t === "chat") this.chat.hear(name, words);
    if (words.t === "bye") this.view.say(this.view.word("left", { name }));
    if (words.t === "state") this.#tellChange(peer, name);
    this.#draw();
  }

  #tellChange(peer, name) {
    const { mic, camera, sharing, hidden } = peer.state;
    const before = peer.told ?? { mic: true, camera: true, sharing: false, hidden: false };
    peer.told = { mic, camera, sharing, hidden };
    const said = [
      mic !== before.mic && (mic ? "says-mic-on" : "says-mic-off"),
      camera !== before.camera && (camera ? "says-camera-on" : "says-camera-off"),
      sharing !== before.sharing && (sharing ? "says-sharing" : "says-not-sharing"),
      hidden !== before.hidden && hidden && "says-paused",
    ].filter(Boolean);
    if (said.length) this.view.say(said.map((word) => this.view.word(word, { name })).join(" "));
  }

  #lines(lines) {
    const order = ["connecting", "lost", "weak", "good"];
    const states = lines.map(({ state }) => state);
    this.#line = order.find((state) => states.includes(state)) ?? "waiting";
    this.view.line(this.#line);
    for (const { peer, state } of lines) peer.line = state;
    this.#draw();
    const flows = states.some((state) => state === "good" || state === "weak");
    const path = lines[0]?.peer.path ?? "none";
    this.#timeLine(flows, path);
    this.#tellMedium(flows, lines.some(({ peer }) => PEOPLE.includes(peer.seat) && peer.seen));
    this.view.tell("line", { state: this.#line, flows, path });
  }

  #draw() {
    const shown = [...this.call.peers.values()].filter((peer) => peer.pc || peer.here);
    this.view.faces(shown.map((peer) => ({
      seat: peer.seat, name: this.nameOf(peer.seat), ...peer.streams, state: peer.state,
      line: peer.line ?? (peer.connected ? "good" : "connecting"),
    })));
  }

  #phone(near) {
    if (near === this.#phoneNear) return;
    this.#phoneNear = near;
    this.view.notice("phone", near);
  }
}
