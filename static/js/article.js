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

// "Was this helpful?" is answered without leaving the page. Whatever goes wrong, the form goes out.
const question = document.querySelector("form.feedback");
question?.addEventListener("submit", async (event) => {
  event.preventDefault();
  const answer = new FormData(question);
  answer.set("helpful", event.submitter?.value ?? "");
  try {
    const response = await fetch(question.action, { method: "POST", body: new URLSearchParams(answer) });
    if (!response.ok || !response.redirected) throw new Error(response.status);
  } catch {
    const pressed = document.createElement("input");
    Object.assign(pressed, { type: "hidden", name: "helpful", value: answer.get("helpful") });
    question.append(pressed);
    question.submit();
    return;
  }
  const thanks = document.createElement("p");
  Object.assign(thanks, { className: "lead", role: "status", tabIndex: -1, textContent: question.dataset.thanks });
  question.replaceWith(thanks);
  thanks.focus();
});
