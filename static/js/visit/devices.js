// The choice of microphone, camera and speaker, in a dialog. What is chosen is kept as in the check before.
import { remember } from "./chosen-devices.js";

const KINDS = { audioinput: "mic", videoinput: "camera", audiooutput: "speaker" };

export class Devices {
  #dialog;
  #media;
  #view;

  constructor(root, view, media) {
    this.#dialog = root.querySelector("[data-devices]");
    this.#media = media;
    this.#view = view;
    view.on("devices", () => this.#open());
    view.speaker = media.chosen.speaker;
    media.addEventListener("devices", () => this.#changed());
    this.#dialog.addEventListener("change", ({ target }) => this.#choose(target.dataset.kind, target.value));
  }

  async #open() {
    await this.#fill();
    this.#dialog.showModal();
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

  #choose(kind, device) {
    remember(kind, device);
    if (kind !== "speaker") return this.#media.choose(kind, device);
    this.#media.chosen.speaker = device;
    this.#view.speaker = device;
  }
}
