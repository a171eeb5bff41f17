// One other seat, and the connection to it. Each RTCPeerConnection is a generation with a number of its own; what one
// fresh look for a path does not mend is thrown away and built anew. One side offers, the other asks for offers.
import { relayIsDue } from "./health.js";

const AUDIO = 0, CAMERA = 1, SCREEN = 2; // the order of the three lines in every offer
const CHANNEL = { negotiated: true, id: 0, ordered: true };
// A line that nobody knows yet carries this much at once: a larger picture would come later.
const FIRST_HEIGHT = 360, FIRST_FOR = 2_000;

export class Peer extends EventTarget {
  pc = null;
  generation = 0;
  born = 0;
  life = 0;
  connected = false;
  everConnected = false;
  restarted = false;
  attempts = 0;
  askedAt = 0;
  arrivedAt = 0;
  offeredAt = -1;
  here = true;
  state = { mic: null, camera: null, sharing: false, hidden: false };
  path = "none";
  height = null; // of the picture that goes out
  connectedAt = 0;
  #channel = null;
  #work = Promise.resolve();
  #early = [];
  #tracks = { audio: null, camera: null, screen: null };
  #heard = { audio: 0, frames: 0 };

  // `send` takes a message to the other seat; `servers` returns {iceServers, relayOnly}, `freshServers` the newest.
  constructor({ seat, offers, send, servers, freshServers }) {
    super();
    Object.assign(this, { seat, offers, send, servers, freshServers });
    this.life = performance.now();
  }

  get hasRelay() {
    return this.servers().iceServers.some(({ urls }) => [urls].flat().some((url) => url.startsWith("turn")));
  }

  // Whoever offers by the relay alone does so at about the same time: what keeps a direct path from one side keeps it from both.
  get #followsToRelay() {
    return this.hasRelay && relayIsDue({ quiet: performance.now() - this.life + 2_000, attempts: this.attempts });
  }

  get failed() {
    return this.pc?.connectionState === "failed";
  }

  get disconnected() {
    return this.pc?.iceConnectionState === "disconnected";
  }

  // Begins a new generation, and offers it.
  offer(relay = false) {
    this.offeredAt = performance.now();
    return this.#then(async () => {
      const pc = this.#build(nextGeneration(this.generation), relay);
      for (const kind of ["audio", "video", "video"]) pc.addTransceiver(kind, { direction: "sendrecv" });
      await this.#put();
      await this.#beginSmall();
      await this.#describe(pc);
    });
  }

  // Looks for a path anew within this generation, with servers that were given just now.
  restart() {
    this.restarted = true;
    return this.#then(async () => {
      const pc = this.pc;
      if (!pc || pc.signalingState !== "stable") return;
      const { iceServers } = await this.freshServers();
      if (pc !== this.pc || pc.signalingState !== "stable") return;
      pc.setConfiguration({ ...pc.getConfiguration(), iceServers });
      pc.restartIce();
      await this.#describe(pc);
    });
  }

  hear(message) {
    return this.#then(() => this.#hear(message));
  }

  // What this side sends: a track, or null for none.
  sendTracks(tracks) {
    if (tracks.camera !== this.#tracks.camera) this.height = null; // another camera has another size
    this.#tracks = tracks;
    return this.#then(() => this.#put());
  }

  // How tall a picture goes out; 0 for none. Turned upright, how wide.
  limitPicture(height, now) {
    const isFirst = this.height === FIRST_HEIGHT && now - this.connectedAt < FIRST_FOR;
    if (!this.connected || height === this.height || (isFirst && height > FIRST_HEIGHT)) return;
    this.height = height;
    this.#then(() => this.#size((encoding, shorter) => {
      encoding.active = height > 0;
      encoding.scaleResolutionDownBy = Math.max(1, shorter / (height || shorter));
      encoding.maxBitrate = { 720: 1_500_000, 480: 600_000, 240: 150_000 }[height] ?? 30_000;
    }));
  }

  #beginSmall() {
    this.height = FIRST_HEIGHT;
    return this.#size((encoding, shorter) => (encoding.scaleResolutionDownBy = Math.max(1, shorter / FIRST_HEIGHT)));
  }

  async #size(set) {
    const sender = this.pc?.getTransceivers()[CAMERA]?.sender;
    const parameters = sender?.getParameters();
    const [encoding] = parameters?.encodings ?? [];
    if (!encoding) return;
    const { width = 1280, height = 720 } = sender.track?.getSettings() ?? {};
    set(encoding, Math.min(width, height));
    await sender.setParameters(parameters);
  }

  say(words) {
    const open = this.#channel?.readyState === "open";
    if (open) this.#channel.send(JSON.stringify(words));
    return open;
  }

  get streams() {
    const tracks = this.pc?.getReceivers().map((receiver) => receiver.track) ?? [];
    const some = (...places) => new MediaStream(places.map((place) => tracks[place]).filter(Boolean));
    return { face: some(AUDIO, CAMERA), screen: some(SCREEN) };
  }

  // What came since the last look, and how the line did: {loss, delay}.
  async look(now) {
    const pc = this.pc;
    if (!pc) return {};
    const reports = [...(await pc.getStats()).values()];
    if (pc !== this.pc) return {};
    const sum = (kind, field) => reports.reduce((n, r) => (r.type === "inbound-rtp" && r.kind === kind ? n + (r[field] ?? 0) : n), 0);
    const heard = { audio: sum("audio", "bytesReceived"), frames: sum("video", "framesDecoded") };
    if (heard.audio > this.#heard.audio || heard.frames > this.#heard.frames) this.#lives(now);
    this.seen ||= heard.frames > this.#heard.frames;
    this.#heard = heard;
    this.#readPath(reports);
    const remote = reports.filter((r) => r.type === "remote-inbound-rtp");
    return {
      loss: Math.max(0, ...remote.map((r) => r.fractionLost ?? 0)),
      delay: Math.max(0, ...remote.map((r) => r.roundTripTime ?? 0)),
    };
  }

  close(words) {
    if (words) this.say(words);
    this.#drop();
  }

  #lives(now = performance.now()) {
    this.life = now;
    this.restarted = false;
    this.attempts = 0;
  }

  #readPath(reports) {
    const byId = new Map(reports.map((r) => [r.id, r]));
    const transport = reports.find((r) => r.type === "transport");
    const pair = byId.get(transport?.selectedCandidatePairId);
    const ends = [byId.get(pair?.localCandidateId), byId.get(pair?.remoteCandidateId)];
    if (pair) this.path = ends.some((end) => end?.candidateType === "relay") ? "relay" : "direct";
  }

  // One thing after the other: descriptions of two messages must not cross.
  #then(step) {
    this.#work = this.#work.then(step).catch((error) => this.#tell("trouble", error));
    return this.#work;
  }

  #build(generation, relay) {
    this.#drop();
    this.generation = generation;
    this.attempts += 1;
    this.born = performance.now();
    this.#heard = { audio: 0, frames: 0 };
    const { iceServers, relayOnly } = this.servers();
    const iceTransportPolicy = relay || relayOnly ? "relay" : "all";
    const pc = (this.pc = new RTCPeerConnection({ iceServers, iceTransportPolicy, bundlePolicy: "max-bundle" }));
    pc.onicecandidate = ({ candidate }) => candidate && this.#send({ t: "ice", candidate: candidate.toJSON() }, generation);
    pc.onconnectionstatechange = () => pc === this.pc && this.#turned(pc);
    this.#channel = pc.createDataChannel("visit", CHANNEL);
    this.#channel.onopen = () => this.#tell("channel");
    this.#channel.onmessage = ({ data }) => pc === this.pc && this.#hearWords(data);
    return pc;
  }

  #turned(pc) {
    if (pc.connectionState === "connected" && !this.connected) {
      this.connected = this.everConnected = true;
      this.connectedAt = performance.now();
      this.#lives();
      this.#tell("connected");
    }
    this.#tell("turned");
  }

  #hearWords(data) {
    const words = JSON.parse(data);
    this.#lives();
    if (words.t === "state") this.state = { ...this.state, ...words };
    this.#tell("words", words);
  }

  async #hear(message) {
    if (message.t === "offer") return this.#answer(message);
    if (message.g !== this.generation || !this.pc) return;
    if (message.t === "answer" && this.pc.signalingState === "have-local-offer") {
      await this.pc.setRemoteDescription({ type: "answer", sdp: message.sdp });
      await this.#addEarly();
    } else if (message.t === "ice") {
      if (!this.pc.remoteDescription) this.#early.push(message.candidate);
      else await this.pc.addIceCandidate(message.candidate).catch(() => null); // of a path that is given up
    }
  }

  async #answer({ g, sdp }) {
    const goesOn = g === this.generation && this.pc && originOf(sdp) === originOf(this.pc.remoteDescription?.sdp);
    const pc = goesOn ? this.pc : this.#build(g, this.#followsToRelay);
    this.askedAt = 0;
    await pc.setRemoteDescription({ type: "offer", sdp });
    for (const line of pc.getTransceivers()) line.direction = "sendrecv";
    await this.#put();
    if (!goesOn) await this.#beginSmall();
    await pc.setLocalDescription();
    this.#send({ t: "answer", sdp: pc.localDescription.sdp }, g);
    await this.#addEarly();
  }

  async #addEarly() {
    for (const candidate of this.#early.splice(0)) await this.pc.addIceCandidate(candidate).catch(() => null);
  }

  async #describe(pc) {
    const { generation } = this;
    await pc.setLocalDescription();
    this.#send({ t: "offer", sdp: pc.localDescription.sdp }, generation);
  }

  async #put() {
    const lines = this.pc?.getTransceivers() ?? [];
    const wanted = [this.#tracks.audio, this.#tracks.camera, this.#tracks.screen];
    await Promise.all(lines.map((line, place) => line.sender.track === wanted[place] || line.sender.replaceTrack(wanted[place] ?? null)));
  }

  #send(message, generation) {
    this.send({ ...message, g: generation, to: this.seat });
  }

  #drop() {
    this.connected = false;
    this.#early = [];
    this.#channel?.close();
    this.#channel = null;
    if (this.pc) {
      this.pc.onicecandidate = this.pc.onconnectionstatechange = null;
      this.pc.close();
    }
    this.pc = null;
  }

  #tell(name, detail) {
    this.dispatchEvent(new CustomEvent(name, { detail }));
  }
}

// Which connection wrote a description: two pages of one seat can come upon the same generation.
function originOf(sdp) {
  return sdp?.match(/^o=\S+ (\S+)/m)?.[1];
}

// Grows with the clock, so that a page loaded anew goes on above what the one before it has used.
function nextGeneration(last) {
  return Math.max(last + 1, Math.floor(Date.now() / 1000) % 900_000);
}
