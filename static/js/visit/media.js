// This side's microphone, camera and screen, whatever the browser, the system or a headset does to them.
import { remembered } from "./chosen-devices.js";

const SETTLES_WITHIN = 15_000, INTERRUPTED_AFTER = 1_000;
const SOUND = { echoCancellation: true, noiseSuppression: true, autoGainControl: true };
const PICTURE = { width: { ideal: 1280 }, height: { ideal: 720 }, facingMode: "user" };
const PROBLEMS = {
  NotAllowedError: "denied", SecurityError: "denied", NotFoundError: "none", OverconstrainedError: "none",
  NotReadableError: "in_use", AbortError: "in_use", TimeoutError: "hangs",
};

export class Media extends EventTarget {
  audio = null;
  camera = null;
  screen = null;
  // What the person wants, which outlives a reload and devices that go.
  wants = { mic: true, camera: true };
  chosen = remembered();
  problems = { mic: null, camera: null };
  #context;
  #analyser;
  #waves;
  #asked = 0;
  isOpen = false;

  constructor() {
    super();
    navigator.mediaDevices?.addEventListener("devicechange", () => this.#checkDevices());
  }

  static get isSupported() {
    return Boolean(navigator.mediaDevices?.getUserMedia && window.RTCPeerConnection);
  }

  // No button where it cannot work: phones and tablets offer the name and refuse.
  static get canShare() {
    const phone = navigator.userAgentData?.mobile || /Android|iPhone|iPad|iPod/.test(navigator.userAgent);
    const tablet = /Macintosh/.test(navigator.userAgent) && navigator.maxTouchPoints > 1;
    return Boolean(navigator.mediaDevices?.getDisplayMedia) && !phone && !tablet;
  }

  get tracks() {
    return { audio: this.audio, camera: this.camera, screen: this.screen };
  }

  get state() {
    return {
      mic: Boolean(this.audio?.enabled), camera: Boolean(this.camera), sharing: Boolean(this.screen),
      hidden: document.visibilityState === "hidden",
    };
  }

  // Asks for both at once, which is one question to the person; then for what can be had of them.
  async open({ mic = this.wants.mic || !this.audio, camera = this.wants.camera } = {}) {
    this.isOpen = true;
    if (!Media.isSupported) return this.#refused({ mic: "unsupported", camera: "unsupported" });
    const asked = ++this.#asked;
    const [stream, problem] = await this.#ask({ audio: mic, video: camera });
    if (asked !== this.#asked) return stream?.getTracks().forEach((track) => track.stop());
    if (stream) return this.#take(stream, { mic, camera });
    if (mic && camera && problem !== "hangs") await this.#openSingly(problem, asked);
    else this.#refused({ mic: mic ? problem : this.problems.mic, camera: camera ? problem : this.problems.camera });
  }

  async #openSingly(problem, asked) {
    const found = { mic: problem, camera: problem };
    for (const [kind, field] of [["mic", "audio"], ["camera", "video"]]) {
      if (problem === "denied" && !(await this.#mayAsk(kind))) continue;
      const [stream, other] = await this.#ask({ [field]: true });
      if (asked !== this.#asked) return stream?.getTracks().forEach((track) => track.stop());
      found[kind] = other;
      if (stream) this.#take(stream, { [kind]: true }, true);
    }
    this.#refused(found);
  }

  // After a refusal nobody is asked again, but what is allowed already may be taken.
  async #mayAsk(kind) {
    try {
      const name = { mic: "microphone", camera: "camera" }[kind];
      return (await navigator.permissions.query({ name })).state === "granted";
    } catch {
      return kind === "mic";
    }
  }

  async #ask({ audio, video }) {
    const pick = (kind, wishes) => (this.chosen[kind] ? { ...wishes, deviceId: { exact: this.chosen[kind] } } : wishes);
    const wishes = { audio: audio && pick("mic", SOUND), video: video && pick("camera", PICTURE) };
    if (!audio && !video) return [new MediaStream(), null];
    const devices = navigator.mediaDevices.getUserMedia(wishes);
    let late = false;
    const timeout = new Promise((_, refuse) => setTimeout(() => {
      late = true;
      refuse(new DOMException("", "TimeoutError"));
    }, SETTLES_WITHIN));
    devices.then((stream) => late && stream.getTracks().forEach((track) => track.stop()), () => null);
    try {
      return [await Promise.race([devices, timeout]), null];
    } catch (error) {
      const { mic, camera, ...others } = this.chosen;
      if ((mic || camera) && PROBLEMS[error.name] === "none") {
        this.chosen = others; // what was chosen is gone: the system's own choice stands in
        return this.#ask({ audio, video });
      }
      return [null, PROBLEMS[error.name] ?? "denied"];
    }
  }

  #take(stream, asked, quietly = false) {
    const [audio] = stream.getAudioTracks(), [camera] = stream.getVideoTracks();
    if (asked.mic && audio) this.#takeAudio(audio);
    if (asked.camera && camera) this.#takeCamera(camera);
    if (asked.mic) this.problems.mic = null;
    if (asked.camera) this.problems.camera = null;
    if (!quietly) this.#tell("changed");
  }

  #refused(problems) {
    this.problems = problems;
    this.#tell("changed");
  }

  #takeAudio(track) {
    this.audio?.stop();
    track.enabled = this.wants.mic;
    track.onended = () => this.audio === track && this.#lost("mic");
    track.onmute = () => setTimeout(() => this.audio === track && track.muted && this.#tell("interrupted"), INTERRUPTED_AFTER);
    track.onunmute = () => this.#tell("changed");
    this.audio = track;
    this.#listen(track);
  }

  #takeCamera(track) {
    this.camera?.stop();
    track.onended = () => this.camera === track && this.#lost("camera");
    this.camera = track;
  }

  // A headset was pulled, or the system took the device: the default one, without a question.
  async #lost(kind) {
    delete this.chosen[kind];
    if (kind === "mic") this.audio = null;
    else this.camera = null;
    await this.open({ mic: kind === "mic", camera: kind === "camera" });
    if (kind === "mic" && !this.audio) this.#tell("interrupted");
  }

  async #checkDevices() {
    this.#tell("devices");
    const there = (await navigator.mediaDevices.enumerateDevices()).map((device) => device.deviceId).filter(Boolean);
    if (!there.length) return;
    for (const [kind, track] of [["mic", this.audio], ["camera", this.camera]]) {
      const device = track?.getSettings().deviceId;
      if (device && !there.includes(device)) await this.#lost(kind);
    }
  }

  async devices() {
    return (await navigator.mediaDevices?.enumerateDevices?.()) ?? [];
  }

  async choose(kind, device) {
    this.chosen[kind] = device;
    if (kind === "mic" || this.wants.camera) await this.open({ mic: kind === "mic", camera: kind === "camera" });
  }

  // Takes the microphone anew, as after a phone call.
  async talkAgain() {
    this.wants.mic = true;
    await this.open({ mic: true, camera: false });
    await this.#context?.resume();
  }

  async turnMic(on) {
    this.wants.mic = on;
    if (on && !this.audio) return this.open({ mic: true, camera: false });
    if (this.audio) this.audio.enabled = on;
    this.#tell("changed");
  }

  // Off means off: the light beside the lens goes out.
  async turnCamera(on) {
    this.wants.camera = on;
    if (on) return this.open({ mic: false, camera: true });
    this.camera?.stop();
    this.camera = null;
    this.#tell("changed");
  }

  async share(on) {
    if (!on) return this.#endShare();
    let stream;
    try {
      stream = await navigator.mediaDevices.getDisplayMedia({ video: { frameRate: { max: 15 } }, audio: false });
    } catch {
      return; // they chose nothing
    }
    [this.screen] = stream.getVideoTracks();
    this.screen.contentHint = "detail";
    this.screen.onended = () => this.#endShare();
    this.#tell("changed");
  }

  #endShare() {
    this.screen?.stop();
    this.screen = null;
    this.#tell("changed");
  }

  // How loud this side is, from 0 to 1; null where nothing listens.
  get level() {
    if (!this.audio?.enabled || !this.#analyser || this.#context.state !== "running") return null;
    this.#analyser.getFloatTimeDomainData(this.#waves);
    return Math.sqrt(this.#waves.reduce((sum, wave) => sum + wave * wave, 0) / this.#waves.length);
  }

  #listen(track) {
    const Context = window.AudioContext ?? window.webkitAudioContext;
    if (!Context) return;
    this.#context ??= new Context();
    this.#analyser?.disconnect();
    this.#analyser = this.#context.createAnalyser();
    this.#waves = new Float32Array((this.#analyser.fftSize = 1024));
    this.#context.createMediaStreamSource(new MediaStream([track])).connect(this.#analyser);
  }

  close() {
    this.isOpen = false;
    this.#asked += 1;
    for (const track of [this.audio, this.camera, this.screen]) track?.stop();
    this.audio = this.camera = this.screen = null;
    this.#tell("changed");
  }

  #tell(name) {
    this.dispatchEvent(new Event(name));
  }
}

// Keeps the screen lit while somebody talks: a phone that locks ends the picture.
export class WakeLock {
  #lock = null;
  #wanted = false;

  constructor() {
    document.addEventListener("visibilitychange", () => this.#renew());
  }

  set wanted(wanted) {
    this.#wanted = wanted;
    if (wanted) this.#renew();
    else this.#lock?.release();
  }

  async #renew() {
    if (!this.#wanted || document.visibilityState !== "visible" || (this.#lock && !this.#lock.released)) return;
    try {
      this.#lock = await navigator.wakeLock?.request("screen");
    } catch {
      this.#lock = null; // a low battery
    }
  }
}
