// Which camera, microphone and speaker somebody chose in this browser, in the check or in the call.
// Only the browser's own numbers of them are kept, and no longer than the tab.

const KEY = "visit-devices";

export function remembered() {
  try {
    return JSON.parse(sessionStorage.getItem(KEY)) ?? {};
  } catch {
    return {};
  }
}

export function remember(kind, deviceId) {
  try {
    sessionStorage.setItem(KEY, JSON.stringify({ ...remembered(), [kind]: deviceId }));
  } catch {
    // Storage is closed here: the default device it is.
  }
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
