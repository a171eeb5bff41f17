// Pure: how a connection does, and what the timetable of failures asks for. Times are milliseconds.
export const LOST = 3_000, RESTART = 5_000, REBUILD = 12_000, RELAY = 20_000, PHONE = 30_000;
export const CONNECT = 4_000, ATTEMPTS = 3, ASK = 3_000;
const BAD_LOSS = 0.08, BAD_DELAY = 0.6, WORSE_AFTER = 4, BETTER_AFTER = 20;

// What is to be done about a connection now: "restart", "rebuild", "relay", or null.
// Whoever does not offer asks for it ASK later. `born`: when this generation began; `life`: when something was last heard.
export function due({ now, born, life, connected, failed, disconnected, restarted, attempts, offers, hasRelay }) {
  const patience = offers ? 0 : ASK;
  const quiet = now - life - patience;
  const afresh = hasRelay && relayIsDue({ quiet, attempts }) ? "relay" : "rebuild";
  if (!connected) return now - born - patience >= CONNECT ? afresh : null;
  if (failed || quiet >= REBUILD) return afresh;
  if (!restarted && (quiet >= RESTART || (disconnected && quiet >= 0))) return "restart";
  return null;
}

// Whether the next try is by the relay alone: direct paths were found, and carried nothing.
export function relayIsDue({ quiet, attempts }) {
  return quiet >= RELAY || attempts >= ATTEMPTS;
}

// Whether it is time to speak of the telephone.
export function phoneIsDue({ now, life, everConnected, attempts }) {
  return now - life >= PHONE || (!everConnected && attempts > ATTEMPTS);
}

// How the line is, in one word: "connecting", "lost", "weak" or "good".
export function lineState({ now, life, everConnected, level, loss = 0, delay = 0 }) {
  if (!everConnected) return "connecting";
  if (now - life >= LOST) return "lost";
  return level > 0 || loss > BAD_LOSS || delay > BAD_DELAY ? "weak" : "good";
}

// How large a picture the line carries: steps down after seconds of a bad line, up again after 20 good ones.
export class PictureSize {
  static HEIGHTS = [720, 480, 240, 0];
  level = 0;
  #bad = 0;
  #good = 0;

  get height() {
    return PictureSize.HEIGHTS[this.level];
  }

  // Hears once a second what share was lost and how long a round trip took. Whether the size has changed.
  hear({ loss = 0, delay = 0 }) {
    const bad = loss > BAD_LOSS || delay > BAD_DELAY;
    this.#bad = bad ? this.#bad + 1 : 0;
    this.#good = bad ? 0 : this.#good + 1;
    if (this.#bad >= WORSE_AFTER && this.height) return this.#turn(1);
    if (this.#good >= BETTER_AFTER && this.level) return this.#turn(-1);
    return false;
  }

  #turn(by) {
    this.level += by;
    this.#bad = this.#good = 0;
    return true;
  }
}

// How long a microphone that is on has been silent.
export class Silence {
  static QUIET = 0.004;
  static HINT = 8_000;
  #since = null;

  // Hears a level from 0 to 1, or null where it is off. Whether a hint is due.
  hear(level, now) {
    if (level === null || level > Silence.QUIET) this.#since = null;
    else this.#since ??= now;
    return this.#since !== null && now - this.#since >= Silence.HINT;
  }
}
