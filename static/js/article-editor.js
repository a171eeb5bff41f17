// Starts django-prose-editor on a text, without anything inline: see core/richtext/editor.py.
// Its toolbar has two lists of our own, for the kind of a paragraph and for call-outs: they can be named and reached by keyboard.
const list = (label, options, choose) => {
  const select = document.createElement("select");
  select.className = "prose-menubar__list";
  select.setAttribute("aria-label", label);
  for (const [value, words] of options) select.add(new Option(words, value));
  select.addEventListener("change", () => choose(select.value));
  return select;
};

const headings = (editor, { label, options }) => {
  const select = list(label, options, (level) => {
    const chain = editor.chain().focus();
    if (level) chain.setHeading({ level: Number(level) }).run();
    else chain.setParagraph().run();
  });
  editor.on("transaction", () => {
    select.value = editor.isActive("heading") ? String(editor.getAttributes("heading").level) : "";
  });
  return select;
};

// The call-out around the selection, as its place in the document.
const around = (state, name) => {
  const { $from } = state.selection;
  for (let depth = $from.depth; depth > 0; depth -= 1) {
    const node = $from.node(depth);
    if (node.type.name === name) return { node, depth, pos: $from.before(depth) };
  }
  return null;
};

const callOuts = (editor, { NodeRange, liftTarget }, { label, options, none }) => {
  const kinds = [[none.value, none.words], ...options];
  const select = list(label, kinds, (kind) => {
    editor.chain().focus().command(({ state, tr }) => {
      const found = around(state, "blockquote");
      const { $from, $to } = state.selection;
      if (kind === none.value) {
        if (!found) return false;
        const inside = tr.doc.resolve(found.pos + 1);
        const range = new NodeRange(inside, tr.doc.resolve(found.pos + found.node.nodeSize - 1), inside.depth);
        const target = liftTarget(range);
        if (target === null) return false;
        tr.lift(range, target);
      } else if (found) {
        tr.setNodeAttribute(found.pos, "class", kind || null);
      } else {
        // Around whole blocks: a list as a whole, not a part of one of its points; in a cell what the cell holds.
        const inCell = around(state, "table");
        const range = inCell ? $from.blockRange($to) : new NodeRange($from, $to, 0);
        if (!range) return false;
        tr.wrap(range, [{ type: state.schema.nodes.blockquote, attrs: { class: kind || null } }]);
      }
      return true;
    }).run();
  });
  editor.on("transaction", () => {
    const found = around(editor.state, "blockquote");
    select.value = found ? found.node.attrs.class ?? "" : none.value;
  });
  return select;
};

const toolbar = (editor, module, { groups, lists }) => ({ editor, buttons, menu }) => {
  const [kinds, calls] = lists;
  const model = { NodeRange: module.pm.model.NodeRange, liftTarget: module.pm.transform.liftTarget };
  const rest = groups.map((group) => {
    const items = menu.items(group).filter(({ name }) => name !== "blockquote"); // one of the call-outs
    return items.length ? menu.buttonGroup({ editor }, items) : null;
  });
  return [headings(editor, kinds), callOuts(editor, model, calls), ...rest.filter(Boolean)];
};

for (const area of document.querySelectorAll("textarea[data-editor]")) {
  // The editor leaves its inline style out where it finds an element of this name. Of no namespace
  // that styles anything, it is nothing that the CSP could complain about.
  const standIn = document.createElementNS("about:none", "style");
  standIn.setAttribute("data-tiptap-style", "");
  document.head.append(standIn);

  const module = await import(area.dataset.editor);
  const wanted = Object.entries(JSON.parse(area.dataset.extensions));
  const extensions = wanted
    .filter(([name]) => module[name])
    .map(([name, options]) => {
      if (name === "Menu") return module.Menu.configure({ items: (given) => toolbar(given.editor, module, options)(given) });
      return typeof options === "object" ? module[name].configure(options) : module[name];
    });
  const label = area.labels[0]?.textContent.replace(/:$/, "") ?? "";
  module.createTextareaEditor(area, extensions).view.dom.setAttribute("aria-label", label);
}
