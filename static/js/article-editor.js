// Starts django-prose-editor on the text of an article, without anything inline: see core/richtext/editor.py.
for (const area of document.querySelectorAll("textarea[data-editor]")) {
  // The editor leaves its inline style out where it finds an element of this name. Of no namespace
  // that styles anything, it is nothing that the CSP could complain about.
  const standIn = document.createElementNS("about:none", "style");
  standIn.setAttribute("data-tiptap-style", "");
  document.head.append(standIn);

  const editor = await import(area.dataset.editor);
  const wanted = Object.entries(JSON.parse(area.dataset.extensions));
  const extensions = wanted
    .filter(([name]) => editor[name])
    .map(([name, options]) => (typeof options === "object" ? editor[name].configure(options) : editor[name]));
  editor.createTextareaEditor(area, extensions);
}
