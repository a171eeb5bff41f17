// The choice of microphone, camera and speaker, in a dialog. What is chosen is kept as in the check before.
import { chosenOf, remember } from "./chosen-devices.js";

const KINDS = { audioinput: "mic", videoinput: "camera", audiooutput: "speaker" };

export class Devices {
  #dialog;
  #media;
  #view;
  #isRestored = false;

  constructor(root, view, media) {
    this.#dialog = root.querySelector("[data-devices]");
    this.#media = media;
    this.#view = view;
    view.on("devices", () => this.#open());
    media.addEventListener("changed", () => this.#restore());
    media.addEventListener("devices", () => this.#changed());
    this.#dialog.addEventListener("change", ({ target }) => {
      this.#choose(target.dataset.kind, target.value, target.selectedOptions[0]?.textContent);
    });
  }

  async #open() {
    await this.#fill();
    this.#dialog.showModal();
  }

  // What was chosen in this tab before, once the browser names devices: it does after the first leave.
  async #restore() {
    const { audio, camera } = this.#media;
    if (this.#isRestored || !(audio || camera)) return;
    this.#isRestored = true;
    const devices = await this.#media.devices();
    const speaker = chosenOf("speaker", devices);
    if (speaker) this.#hearBy(speaker.deviceId);
    for (const [kind, track] of [["mic", audio], ["camera", camera]]) {
      const device = chosenOf(kind, devices);
      if (device && track && track.label !== device.label) await this.#media.choose(kind, device.deviceId);
    }
  }

  // A speaker that was pulled out falls silent by itself: the system's own stands in.
  async #changed() {
    const { chosen } = this.#media;
    const devices = await this.#media.devices();
    const isGone = chosen.speaker && !devices.some(({ deviceId }) => deviceId === chosen.speaker);
    if (isGone) this.#choose("speaker", "");
    if (this.#dialog.open) this.#fill();
  }

  async #fill() {
    const devices = await this.#media.devices();
    for (const [kind, name] of Object.entries(KINDS)) {
      const select = this.#dialog.querySelector(`[data-kind=${name}]`);
      const found = devices.filter((device) => device.kind === kind && device.deviceId);
      const usable = found.length > 0 && (name !== "speaker" || "setSinkId" in HTMLMediaElement.prototype);
      select.closest("[data-choice]").hidden = !usable;
      const now = this.#current(name);
      select.replaceChildren(...found.map(({ deviceId, label }, place) => {
        const words = label || this.#view.word("device", { number: place + 1 });
        return new Option(words, deviceId, false, deviceId === now);
      }));
    }
  }

  #current(name) {
    const track = { mic: this.#media.audio, camera: this.#media.camera }[name];
    return track?.getSettings().deviceId ?? this.#media.chosen[name];
  }

  #choose(kind, device, name) {
    remember(kind, device, name);
    return kind === "speaker" ? this.#hearBy(device) : this.#media.choose(kind, device);
  }

  #hearBy(speaker) {
    this.#media.chosen.speaker = speaker;
    this.#view.speaker = speaker;
  }
}
