// Which camera, microphone and speaker somebody chose in this browser, in the check or in the call.
// Only the browser's own numbers and names of them are kept, and no longer than the tab. By the name it is found again
// where a browser numbers devices anew with each page.

const KEY = "visit-devices";
const KINDS = { mic: "audioinput", camera: "videoinput", speaker: "audiooutput" };

export function remembered() {
  try {
    return JSON.parse(sessionStorage.getItem(KEY)) ?? {};
  } catch {
    return {};
  }
}

export function remember(kind, deviceId, name = "") {
  const before = remembered();
  try {
    sessionStorage.setItem(KEY, JSON.stringify({ ...before, [kind]: deviceId, names: { ...before.names, [kind]: name } }));
  } catch {
    // Storage is closed here: the default device it is.
  }
}

// The chosen one of these devices; undefined where none was chosen, or it is gone.
export function chosenOf(kind, devices) {
  const { names = {}, ...numbers } = remembered();
  const some = devices.filter((device) => device.kind === KINDS[kind] && device.deviceId);
  return some.find(({ deviceId }) => deviceId === numbers[kind]) ?? some.find(({ label }) => label && label === names[kind]);
}

// What to ask of `getUserMedia`; `kinds` are "camera" and "mic". One that is gone by now does no harm.
export function constraints(kinds) {
  const chosen = remembered();
  const wish = (kind) => (chosen[kind] ? { deviceId: { ideal: chosen[kind] } } : {});
  return {
    audio: kinds.includes("mic") && { ...wish("mic"), echoCancellation: true, noiseSuppression: true, autoGainControl: true },
    video: kinds.includes("camera") && { ...wish("camera"), width: { ideal: 1280 }, height: { ideal: 720 }, ...(chosen.camera ? {} : { facingMode: "user" }) },
  };
}

// The devices of one kind, in the browser's words: "videoinput", "audioinput", "audiooutput".
export async function list(kind) {
  const all = await navigator.mediaDevices.enumerateDevices();
  return all.filter((device) => device.kind === kind && device.deviceId);
}
