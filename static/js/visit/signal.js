// The line to the signalling process: a fresh ticket for each socket; where no socket holds, the phase by asking.
const FIRST = 500, LONGEST = 8_000, ASKS = 5_000, PATIENCE = 8_000, OPENS_WITHIN = 6_000;
const TAKEN_OVER = 4409, TOO_MANY = 4429, OURS = 4000; // from here on the server itself has closed it, which no proxy kept away
const BLOCKED_AFTER = 2; // sockets in a row that never opened: a proxy refuses them

export class Signal extends EventTarget {
  #url;
  #form;
  #socket = null;
  #timer;
  #tries = 0;
  #refused = 0;
  #asking = false;
  #stopped = true;
  isOpen = false;

  // `url` gives tickets; `form` holds the token against forged requests.
  constructor(url, form) {
    super();
    this.#url = url;
    this.#form = form;
    const wake = () => this.#hurry();
    addEventListener("online", () => this.reconnect());
    navigator.connection?.addEventListener?.("change", () => this.reconnect());
    document.addEventListener("visibilitychange", () => document.visibilityState === "visible" && wake());
  }

  start() {
    this.#stopped = false;
    this.#connect();
  }

  stop() {
    this.#stopped = true;
    clearTimeout(this.#timer);
    this.#drop();
  }

  // Whether it went out: what is said while the line is down is lost, and asked for anew.
  send(message) {
    if (this.isOpen) this.#socket.send(JSON.stringify(message));
    return this.isOpen;
  }

  // Throws the socket away, which may be dead without knowing, and takes another.
  reconnect() {
    if (this.#stopped) return;
    this.#drop();
    this.#tries = 0;
    this.#connect();
  }

  // What the server says of the room now, or null where it cannot be reached. Fresh ICE servers come with it.
  async ask() {
    let response;
    try {
      response = await fetch(this.#url, {
        method: "POST", body: new FormData(this.#form), headers: { Accept: "application/json", "X-Passive": "1" }, // nobody has to be here for it
        signal: AbortSignal.timeout(PATIENCE), redirect: "manual",
      });
      if (response.ok) return await response.json();
    } catch {
      return null;
    }
    if (response.status === 429) {
      this.#tries = 8; // the longest pause
      this.#tell("slowed", {});
    }
    const isGone = [403, 404, 410].includes(response.status);
    if (isGone || response.type === "opaqueredirect") this.#tell("refused", { isGone });
    return null;
  }

  async #connect() {
    if (this.#stopped || this.#asking || this.#socket) return;
    clearTimeout(this.#timer);
    this.#asking = true;
    const answer = await this.ask();
    this.#asking = false;
    if (this.#stopped) return;
    if (!answer) return this.#later();
    this.#tell("answer", answer);
    if (this.#stopped) return;
    if (answer.ticket && answer.socket) this.#open(answer);
    else this.#later(Math.max(1, answer.look_again_after ?? 5) * 1000);
  }

  #open({ ticket, socket: address }) {
    let socket;
    try {
      socket = this.#socket = new WebSocket(address);
    } catch {
      return this.#closed(0);
    }
    const late = setTimeout(() => socket.close(), OPENS_WITHIN);
    socket.onopen = () => socket.send(JSON.stringify({ t: "hello", ticket }));
    socket.onmessage = ({ data }) => {
      const message = JSON.parse(data);
      if (message.t === "you") {
        clearTimeout(late);
        this.#tries = this.#refused = 0;
        this.isOpen = true;
        this.#tell("open", message);
      }
      this.#tell("message", message);
    };
    socket.onclose = ({ code }) => {
      clearTimeout(late);
      if (this.#socket === socket) this.#closed(code);
    };
  }

  #closed(code) {
    const wasOpen = this.isOpen;
    this.#socket = null;
    this.isOpen = false;
    if (code === TAKEN_OVER) {
      this.stop();
      return this.#tell("taken", {});
    }
    if (wasOpen) this.#tell("lost", {});
    else if (code < OURS && ++this.#refused === BLOCKED_AFTER) this.#tell("blocked", {});
    if (code === TOO_MANY) this.#tries = 8;
    this.#later();
  }

  #drop() {
    const socket = this.#socket;
    if (!socket) return;
    this.#socket = null;
    const wasOpen = this.isOpen;
    this.isOpen = false;
    socket.close();
    if (wasOpen) this.#tell("lost", {});
  }

  #later(after) {
    const longest = this.#refused >= BLOCKED_AFTER ? ASKS : LONGEST;
    const wait = after ?? Math.min(FIRST * 2 ** this.#tries++, longest) * (0.5 + Math.random());
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => this.#connect(), wait);
  }

  #hurry() {
    if (this.#stopped || this.#socket) return;
    this.#tries = 0;
    this.#connect();
  }

  #tell(name, detail) {
    this.dispatchEvent(new CustomEvent(name, { detail }));
  }
}
