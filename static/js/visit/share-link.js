// Copies a link that is shown once, or hands it to the phone's own way to send it where that is offered.
const address = document.getElementById("guest-address");
const copy = document.querySelector("[data-copy-link]");
const share = document.querySelector("[data-share-link]");

if (address) {
  address.addEventListener("focus", () => address.select());
  copy.hidden = !navigator.clipboard;
  copy.addEventListener("click", async () => {
    const words = copy.querySelector("[data-done]");
    try {
      await navigator.clipboard.writeText(address.value);
      words.textContent = words.dataset.done;
    } catch {
      address.select(); // for who copies by hand
    }
  });
  if (share) {
    share.hidden = !navigator.share;
    share.addEventListener("click", () => navigator.share({ url: address.value }).catch(() => {}));
  }
}
