// Marks the part that is being read in the contents, and copies the page's address.
const links = [...document.querySelectorAll(".contents a")];
const parts = links.map((link) => document.getElementById(decodeURIComponent(link.hash.slice(1))));

function mark() {
  const line = window.innerHeight / 3;
  const past = parts.filter((part) => part && part.getBoundingClientRect().top < line);
  const now = past.length ? parts.indexOf(past.at(-1)) : 0;
  links.forEach((link, index) => {
    if (index === now) link.setAttribute("aria-current", "location");
    else link.removeAttribute("aria-current");
  });
}

let waiting = false;
function later() {
  if (waiting) return;
  waiting = true;
  requestAnimationFrame(() => {
    waiting = false;
    mark();
  });
}

if (links.length) {
  addEventListener("scroll", later, { passive: true });
  mark();
}

const copy = document.querySelector("[data-copy]");
if (copy && navigator.clipboard) {
  copy.hidden = false;
  copy.addEventListener("click", async () => {
    await navigator.clipboard.writeText(copy.dataset.copy);
    document.getElementById("copied").textContent = copy.dataset.done;
  });
}
