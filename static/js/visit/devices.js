// The choice of microphone, camera and speaker, in a dialog.
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
    media.addEventListener("devices", () => this.#dialog.open && this.#fill());
    this.#dialog.addEventListener("change", ({ target }) => this.#choose(target.dataset.kind, target.value));
  }

  async #open() {
    await this.#fill();
    this.#dialog.showModal();
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

  async #choose(kind, device) {
    if (kind !== "speaker") return this.#media.choose(kind, device);
    this.#media.chosen.speaker = device;
    await Promise.all(this.#view.speakers.map((video) => video.setSinkId(device).catch(() => null)));
  }
}
