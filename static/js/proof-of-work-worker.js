// Finds the number whose key, by PBKDF2, begins as the puzzle says. Posts both, or throws.
const hex = (bytes) => Array.from(new Uint8Array(bytes), (b) => b.toString(16).padStart(2, "0")).join("");
const bytes = (text) => Uint8Array.from(text.match(/../g), (pair) => parseInt(pair, 16));

onmessage = async ({ data: { parameters, most } }) => {
  const { nonce, salt, cost, keyLength, keyPrefix, algorithm } = parameters;
  const start = bytes(nonce);
  const password = new Uint8Array(start.length + 4);
  password.set(start);
  const rules = { name: "PBKDF2", salt: bytes(salt), iterations: cost, hash: algorithm.split("/")[1] };
  for (let counter = 0; counter < most; counter += 1) {
    new DataView(password.buffer).setUint32(start.length, counter);
    const key = await crypto.subtle.importKey("raw", password, "PBKDF2", false, ["deriveBits"]);
    const derivedKey = hex(await crypto.subtle.deriveBits(rules, key, keyLength * 8));
    if (derivedKey.startsWith(keyPrefix)) {
      postMessage({ counter, derivedKey });
      return;
    }
  }
  setTimeout(() => {
    throw new Error("no number fits");
  });
};
