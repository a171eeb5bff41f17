// Finds the number whose SHA-256, behind the salt, is the challenge. Posts it, or throws.
const hex = (bytes) => Array.from(new Uint8Array(bytes), (b) => b.toString(16).padStart(2, "0")).join("");

onmessage = async ({ data: { salt, challenge, most } }) => {
  const encoder = new TextEncoder();
  for (let number = 0; number <= most; number += 1) {
    const digest = await crypto.subtle.digest("SHA-256", encoder.encode(salt + number));
    if (hex(digest) === challenge) {
      postMessage(number);
      return;
    }
  }
  setTimeout(() => {
    throw new Error("no number fits");
  });
};
