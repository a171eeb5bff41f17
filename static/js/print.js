// The browser's print dialog on a button: a page without scripts is printed by the browser's menu.
const button = document.getElementById("print-now");
if (button) {
  button.hidden = false;
  button.addEventListener("click", () => print());
}
