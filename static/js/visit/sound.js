// How loud a microphone hears, and three notes to hear.

const LOUD = 0.02; // of 1: somebody who speaks at an arm's length reaches it, a quiet room does not

// Tells `onLevel` from 0 to 100 with each picture, and `onHeard` once when somebody spoke. Returns what ends it.
export function meter(stream, { onLevel, onHeard }) {
  const context = new AudioContext();
  const analyser = context.createAnalyser();
  analyser.fftSize = 1024;
  context.createMediaStreamSource(stream).connect(analyser);
  const samples = new Float32Array(analyser.fftSize);
  let heard = false;
  const timer = setInterval(() => {
    if (context.state === "suspended") context.resume().catch(() => {});
    analyser.getFloatTimeDomainData(samples);
    const level = Math.sqrt(samples.reduce((sum, each) => sum + each * each, 0) / samples.length);
    onLevel(Math.min(100, Math.round(Math.sqrt(level) * 160)));
    if (level > LOUD && !heard) {
      heard = true;
      onHeard();
    }
  }, 60);
  return () => {
    clearInterval(timer);
    context.close().catch(() => {});
  };
}

// Plays three notes, by the speaker of that number where the browser lets it be chosen. Resolves at their end.
export async function playNotes(speaker = "") {
  const context = new AudioContext();
  if (speaker && context.setSinkId) await context.setSinkId(speaker).catch(() => {});
  await context.resume();
  [523, 659, 784].forEach((pitch, nth) => {
    const from = context.currentTime + nth * 0.35;
    const note = context.createOscillator();
    const loudness = context.createGain();
    note.frequency.value = pitch;
    loudness.gain.setValueAtTime(0, from);
    loudness.gain.linearRampToValueAtTime(0.3, from + 0.03);
    loudness.gain.exponentialRampToValueAtTime(0.001, from + 0.6);
    note.connect(loudness).connect(context.destination);
    note.start(from);
    note.stop(from + 0.65);
  });
  await new Promise((resolve) => setTimeout(resolve, 1500));
  await context.close().catch(() => {});
}
