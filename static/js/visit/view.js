// What the call looks like: which card is shown, the faces, what is said in words. It knows no connection.
export class View {
  #root;
  #words = new Map();
  #tiles = new Map();
  #muteds = new Set();
  #speaker = "";

  constructor(root) {
    this.#root = root;
    for (const word of this.#find("[data-words]").content.querySelectorAll("[data-word]")) {
      this.#words.set(word.dataset.word, word.textContent.trim());
    }
    root.addEventListener("click", ({ target }) => {
      const act = target.closest("[data-act]")?.dataset.act;
      if (act) root.dispatchEvent(new CustomEvent(`call:${act}`, { detail: target.closest("[data-act]") }));
    });
  }

  on(act, handle) {
    this.#root.addEventListener(`call:${act}`, ({ detail }) => handle(detail));
  }

  tell(name, detail) {
    this.#root.dispatchEvent(new CustomEvent(`visit:${name}`, { detail, bubbles: true }));
  }

  #find(selector) {
    return this.#root.querySelector(selector);
  }

  get shown() {
    return this.#root.dataset.shows;
  }

  // One card at a time; whoever had the keyboard in the former one goes on at its heading.
  show(name, words) {
    const panel = this.#find(`[data-panel="${name}"]`);
    if (words) for (const place of panel.querySelectorAll("[data-said]")) place.textContent = words;
    if (this.shown === name) return;
    const focused = this.#root.contains(document.activeElement);
    this.#root.dataset.shows = name;
    for (const other of this.#root.querySelectorAll("[data-panel]")) other.hidden = other !== panel;
    for (const part of this.#root.querySelectorAll("[data-in]")) part.hidden = !part.dataset.in.split(" ").includes(name);
    const heading = panel.querySelector("h2");
    if (focused && heading) heading.focus();
    this.say(heading?.textContent);
    this.tell("shows", name);
  }

  word(name, values = {}) {
    return (this.#words.get(name) ?? "").replace(/\{(\w+)\}/g, (_, key) => values[key] ?? "");
  }

  // For those who do not see it: spoken once, politely.
  say(text) {
    const caption = this.#find("[data-caption]");
    if (text && caption.textContent !== text) caption.textContent = text;
  }

  notice(name, shown) {
    const notice = this.#find(`[data-notice="${name}"]`);
    if (!notice || notice.hidden === !shown) return;
    const focused = notice.contains(document.activeElement);
    notice.hidden = !shown;
    if (shown) this.say(notice.querySelector("p").textContent.trim());
    else if (focused) this.#find(".call-controls button")?.focus();
  }

  line(state) {
    const line = this.#find("[data-line]");
    if (line.dataset.line === state) return;
    const before = line.dataset.line;
    line.dataset.line = state;
    line.querySelector("span").textContent = this.word(`line-${state}`);
    if (before && before !== "connecting") this.say(this.word(`line-${state}`));
  }

  press(act, pressed, label) {
    for (const button of this.#root.querySelectorAll(`[data-act="${act}"][aria-pressed]`)) {
      button.setAttribute("aria-pressed", pressed);
      button.querySelector("[data-label]").textContent = this.word(label);
    }
  }

  level(value) {
    for (const meter of this.#root.querySelectorAll("[data-level]")) meter.value = value ?? 0;
  }

  self(track) {
    for (const video of this.#root.querySelectorAll("video[data-self]")) {
      const [now] = video.srcObject?.getTracks() ?? [];
      if (now !== track) video.srcObject = track ? new MediaStream([track]) : null;
      if (track) video.play().catch(() => null); // it has no sound: nothing keeps it
    }
    this.#root.classList.toggle("is-unseen", !track);
  }

  // The faces of these seats and no others. `each`: {seat, name, face, screen, state, line}.
  faces(each) {
    const stage = this.#find("[data-stage]");
    for (const [seat, tile] of this.#tiles) {
      if (each.some((one) => one.seat === seat)) continue;
      tile.remove();
      this.#tiles.delete(seat);
    }
    for (const one of each) this.#face(stage, one);
    stage.dataset.faces = each.length;
    this.#find("[data-alone]").hidden = each.length > 0;
    stage.toggleAttribute("data-screen", each.some(({ state }) => state.sharing));
  }

  #face(stage, { seat, name, face, screen, state, line }) {
    let tile = this.#tiles.get(seat);
    if (!tile) {
      tile = this.#find("[data-tile]").content.firstElementChild.cloneNode(true);
      tile.dataset.seat = seat;
      this.#tiles.set(seat, tile);
      stage.append(tile);
      this.#aim(tile); // in the page now: in a template no sound goes anywhere
    }
    const seen = state.camera && !state.hidden;
    tile.classList.toggle("is-unseen", !seen);
    tile.classList.toggle("is-lost", line === "lost" || line === "connecting");
    tile.querySelector("[data-name]").textContent = name;
    tile.querySelector("[data-tile-words]").textContent = this.#stateWords(state, line);
    this.#play(tile.querySelector("video[data-face]"), face);
    const shared = tile.querySelector("video[data-shared]");
    shared.hidden = !state.sharing;
    this.#play(shared, state.sharing ? screen : null);
  }

  #stateWords(state, line) {
    if (line === "connecting" || line === "lost") return this.word(`line-${line}`);
    const words = [];
    if (state.mic === false) words.push("mic-off");
    if (state.hidden) words.push("paused");
    else if (state.camera === false) words.push(state.weak ? "camera-weak" : "camera-off");
    if (state.sharing) words.push("sharing");
    return words.map((word) => this.word(word)).join(" · ");
  }

  #play(video, stream) {
    const ids = (one) => one?.getTracks().map((track) => track.id).join() ?? "";
    if (ids(video.srcObject) === ids(stream)) return;
    video.srcObject = stream;
    if (stream) this.#start(video);
  }

  async #start(video) {
    try {
      await video.play();
    } catch (error) {
      if (error.name !== "NotAllowedError") return; // another stream has come meanwhile
      this.#muteds.add(video);
      this.notice("hear", true);
    }
  }

  // A tap lets the browser play.
  async hear() {
    const muteds = [...this.#muteds];
    this.#muteds.clear();
    this.notice("hear", false);
    await Promise.all(muteds.map((video) => this.#start(video)));
  }

  // Which speaker the others are heard from; none is the system's own.
  set speaker(device) {
    this.#speaker = device ?? "";
    for (const tile of this.#tiles.values()) this.#aim(tile);
  }

  #aim(tile) {
    const video = tile.querySelector("video[data-face]");
    if (video.sinkId !== undefined && video.sinkId !== this.#speaker) video.setSinkId(this.#speaker).catch(() => null);
  }
}
