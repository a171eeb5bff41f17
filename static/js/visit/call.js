// The call: a connection to each other seat, kept alive by the timetable of failures.
import { Peer } from "./peer.js";
import { PictureSize, due, lineState, phoneIsDue } from "./health.js";

const SECOND = 1_000, EACH = 500, ON_ITS_WAY = 2 * SECOND;
const RANK = ["clinician", "patient", "guest-1", "guest-2"];

export class Call extends EventTarget {
  peers = new Map();
  isOn = false;
  ice = [];
  relayOnly = false;
  media;
  #signal;
  #timer;
  #size = new PictureSize();
  #measured = 0;

  constructor({ seat, signal, media }) {
    super();
    Object.assign(this, { seat, media });
    this.#signal = signal;
    media.addEventListener("changed", () => this.#share());
    document.addEventListener("visibilitychange", () => this.#tellState());
    addEventListener("pagehide", () => this.#tellState());
  }

  // Begins with those who are there. Whoever is here already and connected stays as they are.
  begin(seats) {
    this.isOn = true;
    this.#timer ??= setInterval(() => this.#look(), EACH);
    for (const seat of seats) this.arrive(seat);
  }

  end(words) {
    this.isOn = false;
    clearInterval(this.#timer);
    this.#timer = null;
    for (const peer of this.peers.values()) peer.close(words);
    this.peers.clear();
    this.#tell("peers");
  }

  arrive(seat) {
    if (!this.isOn || seat === this.seat) return;
    const [guest, toGuest] = [isGuest(this.seat), isGuest(seat)];
    if (toGuest && !guest && !this.peers.has(seat)) return; // a guest who is let in says so by asking
    const peer = this.peers.get(seat) ?? this.#add(seat);
    const now = (peer.arrivedAt = performance.now());
    peer.here = true;
    const alive = peer.connected && now - peer.life < 3 * SECOND;
    if (!alive) peer.life = now;
    if (!this.#signal.isOpen) return; // whoever comes by the socket is heard of again
    if (peer.offers) alive || toGuest || peer.offer();
    else if (!peer.pc || guest) this.#askFor(peer, "here"); // a page that was loaded anew has none
  }

  // Their socket went: sound and picture may well go on without it. Not a guest's: their link may have been taken back.
  leave(seat) {
    const peer = this.peers.get(seat);
    if (!peer) return;
    peer.here = false;
    if (!peer.connected || isGuest(seat)) this.remove(seat);
    this.#tell("peers");
  }

  remove(seat) {
    this.peers.get(seat)?.close();
    this.peers.delete(seat);
    this.#tell("peers");
  }

  hear(message) {
    if (!this.isOn) return;
    const seat = message.from;
    const peer = this.peers.get(seat) ?? this.#add(seat);
    peer.here = true;
    if (message.t === "again") this.#offerAgain(peer, message);
    else peer.hear(message);
  }

  say(words) {
    return [...this.peers.values()].map((peer) => peer.say(words)).some(Boolean);
  }

  get everConnected() {
    return [...this.peers.values()].some((peer) => peer.everConnected);
  }

  #add(seat) {
    const servers = () => ({ iceServers: this.ice, relayOnly: this.relayOnly });
    const peer = new Peer({
      seat, servers, offers: RANK.indexOf(this.seat) < RANK.indexOf(seat),
      send: (message) => this.#signal.send(message),
      freshServers: async () => this.learn(await this.#signal.ask()) ?? servers(),
    });
    peer.addEventListener("channel", () => peer.say({ t: "state", ...this.#state() }));
    peer.addEventListener("connected", () => {
      this.#share();
      this.#tell("connected", peer);
    });
    peer.addEventListener("turned", () => this.#tell("peers"));
    peer.addEventListener("words", ({ detail }) => this.#heardWords(peer, detail));
    this.peers.set(seat, peer);
    peer.sendTracks(this.media.tracks);
    this.#tell("peers");
    return peer;
  }

  #heardWords(peer, words) {
    if (words.t === "bye") {
      peer.close();
      peer.here = false;
    }
    this.#tell("words", { peer, words });
  }

  // Takes the servers that an answer of the site names.
  learn(answer) {
    if (!answer?.ice_servers) return;
    this.ice = answer.ice_servers;
    this.relayOnly = Boolean(answer.relay_only);
  }

  #askFor(peer, why) {
    peer.askedAt = performance.now();
    this.#signal.send({ t: "again", g: peer.generation, why, to: peer.seat });
  }

  // The other side misses something: a new path first, where it is about this generation, then all anew.
  #offerAgain(peer, { g, why }) {
    const now = performance.now();
    const same = g && g === peer.generation;
    const isOnItsWay = peer.offeredAt >= peer.arrivedAt && now - peer.offeredAt < ON_ITS_WAY;
    if (same && why === "here" && now - peer.life < 3 * SECOND) return;
    if (!same && isOnItsWay) return;
    if (same && peer.connected && !peer.restarted) peer.restart();
    else peer.offer();
  }

  async #look() {
    const now = performance.now();
    const lines = await Promise.all([...this.peers.values()].map(async (peer) => {
      const line = await peer.look(now);
      this.#act(peer, now);
      return { ...line, state: lineState({ ...line, now, life: peer.life, everConnected: peer.everConnected, level: this.#size.level }), peer };
    }));
    const worst = (field) => Math.max(0, ...lines.map((line) => line[field] ?? 0));
    if (now - this.#measured >= SECOND - EACH / 2) {
      this.#measured = now;
      if (this.#size.hear({ loss: worst("loss"), delay: worst("delay") })) this.#tell("size", this.#size.height);
      for (const peer of this.peers.values()) peer.limitPicture(this.#size.height, now);
      this.#tellState();
    }
    this.#tell("lines", lines);
    this.#tell("phone", lines.some(({ peer }) => phoneIsDue({ now, life: peer.life, everConnected: peer.everConnected, attempts: peer.attempts })));
  }

  #act(peer, now) {
    if (!peer.here) return;
    const { born, life, connected, failed, disconnected, restarted, attempts, offers, hasRelay } = peer;
    const step = due({ now, born: born || life, life, connected, failed, disconnected, restarted, attempts, offers, hasRelay });
    if (!step) return;
    if (!offers) {
      if (now - peer.askedAt >= 4_000) this.#askFor(peer, step);
    } else if (step === "restart") peer.restart();
    else peer.offer(step === "relay");
  }

  #state() {
    const state = this.media.state;
    return { ...state, camera: state.camera && this.#size.height > 0, weak: this.#size.level > 0, name: this.name };
  }

  #tellState() {
    this.say({ t: "state", ...this.#state() });
  }

  #share() {
    for (const peer of this.peers.values()) peer.sendTracks(this.media.tracks);
    this.#tellState();
  }

  #tell(name, detail) {
    this.dispatchEvent(new CustomEvent(name, { detail }));
  }
}


function isGuest(seat) {
  return seat.startsWith("guest");
}
