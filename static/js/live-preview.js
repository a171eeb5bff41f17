// The preview beside a form: what stands in the form, a moment after the last key. The server makes it, and saves nothing.
(() => {
  const pane = document.querySelector(".live-preview");
  const form = pane?.closest("form");
  if (!form) return;
  const toggle = form.querySelector(".preview-toggle");
  const frame = pane.querySelector("iframe");
  const text = pane.querySelector("pre");
  const problems = pane.querySelector(".live-preview-problems");
  const remembered = "preview";
  let waiting, last, scrolled, asking;

  const show = async () => {
    const data = new URLSearchParams(new FormData(form));
    if (data.toString() === last) return;
    last = data.toString();
    asking?.abort(); // a slow answer would bring back what stood there before
    const { signal } = (asking = new AbortController());
    const asked = fetch(pane.dataset.address, { method: "POST", body: data, signal });
    const shown = await asked.then((answer) => answer.ok && answer.json()).catch(() => null);
    if (!shown) return;
    scrolled = frame.contentDocument?.scrollingElement?.scrollTop;
    frame.srcdoc = shown.html;
    if (text) text.textContent = shown.text;
    problems.replaceChildren(...shown.problems.map((words) => {
      const item = document.createElement("li");
      item.textContent = words;
      return item;
    }));
  };
  const soon = () => {
    clearTimeout(waiting);
    if (!pane.hidden) waiting = setTimeout(show, 500);
  };
  const open = (isOpen) => {
    pane.hidden = !isOpen;
    document.body.classList.toggle("with-preview", isOpen);
    toggle.setAttribute("aria-pressed", String(isOpen));
    soon();
  };

  frame.addEventListener("load", () => {
    // Where the reader was, as far as the frame lets us look.
    if (scrolled) frame.contentDocument?.scrollingElement?.scrollTo({ top: scrolled, behavior: "instant" });
  });
  for (const kind of ["input", "change", "click"]) form.addEventListener(kind, soon); // rows come and go by a click
  pane.addEventListener("change", (event) => {
    const chosen = event.target.value;
    frame.hidden = chosen === "text";
    text.hidden = chosen !== "text";
    frame.classList.toggle("phone", chosen === "phone");
  });
  toggle.hidden = false;
  toggle.addEventListener("click", () => {
    open(pane.hidden);
    localStorage.setItem(remembered, pane.hidden ? "" : "open");
    if (!pane.hidden) pane.scrollIntoView({ block: "nearest" });
  });
  open(localStorage.getItem(remembered) === "open" && matchMedia("(min-width: 64em)").matches);
})();
