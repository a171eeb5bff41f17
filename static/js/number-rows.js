// Numbers a row that was just added below a form: a source by its [number], a question by its place.
document.addEventListener("formset:added", (event) => {
  const field = event.target.querySelector("input[name$='-number'], input[name$='-position']");
  if (!field) return;
  const suffix = field.name.slice(field.name.lastIndexOf("-"));
  const prefix = event.detail.formsetName;
  const others = [...document.querySelectorAll(`input[name^='${prefix}-'][name$='${suffix}']`)];
  const taken = others.filter((other) => other !== field && !other.name.includes("__prefix__"));
  field.value = Math.max(0, ...taken.map((other) => Number(other.value))) + 1;
});
