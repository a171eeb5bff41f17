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

// "Was this helpful?" is answered without leaving the page: yes or no, and then the form for a sentence, which the
// page of thanks has. Whatever goes wrong, the form goes out.
const answered = (form, more) => {
  const thanks = document.createElement("p");
  Object.assign(thanks, { className: "lead", role: "status", tabIndex: -1, textContent: form.dataset.thanks });
  form.replaceWith(thanks, ...more);
  more.forEach(listen);
  thanks.focus();
};

function listen(form) {
  form.addEventListener("submit", async (event) => {
    event.preventDefault();
    const answer = new FormData(form);
    if (event.submitter?.name) answer.set(event.submitter.name, event.submitter.value);
    try {
      const response = await fetch(form.action, { method: "POST", body: new URLSearchParams(answer) });
      if (!response.ok || !response.redirected) throw new Error(response.status);
      const page = new DOMParser().parseFromString(await response.text(), "text/html");
      document.querySelectorAll("p.lead[role=status]").forEach((old) => old.remove());
      answered(form, [...page.querySelectorAll("form.feedback")].map((next) => document.importNode(next, true)));
    } catch {
      const pressed = document.createElement("input");
      Object.assign(pressed, { type: "hidden", name: "helpful", value: answer.get("helpful") ?? "" });
      form.append(pressed);
      form.submit();
    }
  });
}

document.querySelectorAll("form.feedback").forEach(listen);
