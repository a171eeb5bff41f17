// Hands the chosen picture to the editor that opened this window.
const list = document.querySelector(".pick");
list.addEventListener("click", (event) => {
  const button = event.target.closest("button[data-url]");
  const editor = window.opener?.CKEDITOR?.tools;
  if (!button || !editor) return;
  editor.callFunction(list.dataset.callback, button.dataset.url, {
    alternative_text: button.dataset.alt,
    caption: button.dataset.caption,
  });
  window.close();
});
