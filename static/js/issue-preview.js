// The preview below an issue's form: what stands in the form, a moment after the last key.
const pane = document.querySelector(".issue-preview");
const form = pane?.closest("form");
if (form) {
  const frame = pane.querySelector("iframe");
  const text = pane.querySelector("pre");
  const problems = pane.querySelector(".issue-preview-problems");
  let waiting = 0;
  let last = "";

  const show = async () => {
    // Of the article picker only what was picked counts, chosen there or not.
    for (const option of document.querySelectorAll("#id_articles_to option")) option.selected = true;
    const data = new URLSearchParams(new FormData(form));
    if (data.toString() === last) return;
    last = data.toString();
    const answer = await fetch(pane.dataset.address, { method: "POST", body: data });
    if (!answer.ok) return;
    const shown = await answer.json();
    frame.srcdoc = shown.html;
    text.textContent = shown.text;
    problems.replaceChildren(...shown.problems.map((words) => {
      const item = document.createElement("li");
      item.textContent = words;
      return item;
    }));
    pane.hidden = false;
  };
  const soon = () => {
    clearTimeout(waiting);
    waiting = setTimeout(show, 500);
  };
  form.addEventListener("input", soon);
  form.addEventListener("change", soon);
  form.addEventListener("keyup", soon); // the editor and the picker send no event of their own
  form.addEventListener("click", soon);
  pane.addEventListener("change", (event) => {
    const chosen = event.target.value;
    frame.hidden = chosen === "text";
    text.hidden = chosen !== "text";
    frame.classList.toggle("phone", chosen === "phone");
  });
  soon();
}
