// What is written beside the picture: from browser to browser, kept by nobody.
const LONGEST = 2_000, MOST = 200;

export class Chat {
  #panel;
  #button;
  #view;
  #unread = 0;

  constructor(root, view, call) {
    this.#panel = root.querySelector("[data-chat]");
    this.#button = root.querySelector("[data-act=chat]");
    this.#view = view;
    const form = this.#panel.querySelector("form");
    form.addEventListener("submit", (event) => {
      event.preventDefault();
      const text = form.text.value.trim().slice(0, LONGEST);
      if (!text) return;
      const sent = call.say({ t: "chat", text });
      if (sent) form.reset();
      if (sent) this.#add(view.word("you"), text, true);
      this.#panel.querySelector("[data-unsent]").hidden = sent;
    });
    view.on("chat", () => this.#turn(this.#panel.hidden));
    view.on("close-chat", () => this.#turn(false));
    this.#panel.addEventListener("keydown", ({ key }) => key === "Escape" && this.#turn(false));
  }

  hear(name, { text }) {
    if (typeof text !== "string") return;
    this.#add(name, text.slice(0, LONGEST), false);
    if (!this.#panel.hidden) return;
    this.#unread += 1;
    this.#view.say(this.#view.word("wrote", { name, text: text.slice(0, 200) }));
    this.#count();
  }

  #add(name, text, own) {
    const list = this.#panel.querySelector("ol");
    const item = document.createElement("li");
    item.classList.toggle("is-own", own);
    item.append(Object.assign(document.createElement("b"), { textContent: name }), ` ${text}`);
    list.append(item);
    while (list.children.length > MOST) list.firstElementChild.remove();
    const log = list.parentElement;
    log.scrollTop = log.scrollHeight;
  }

  #turn(open) {
    this.#panel.hidden = !open;
    this.#button.setAttribute("aria-expanded", open);
    if (open) {
      this.#unread = 0;
      this.#count();
      this.#panel.querySelector("input").focus();
    } else this.#button.focus();
  }

  #count() {
    const badge = this.#button.querySelector("[data-unread]");
    badge.hidden = !this.#unread;
    badge.textContent = this.#unread;
  }
}
