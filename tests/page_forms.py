"""Reads the forms of a page as a browser without JavaScript does."""

from dataclasses import dataclass, field
from html.parser import HTMLParser
from typing import Any


@dataclass
class Button:
    text: str
    name: str
    value: str
    action: str | None
    classes: frozenset[str] = frozenset()


@dataclass
class Form:
    """`fields` is what the browser would send as it stands; `choices` what else it could.

    `buttons` submit it, in the page's order: Enter presses the first. It does so from a field in
    `takes_enter`.
    `several` are all values of boxes and lists that may send more than one.
    """

    id: str
    action: str
    method: str
    fields: dict[str, str] = field(default_factory=dict)
    choices: dict[str, list[str]] = field(default_factory=dict)
    buttons: list[Button] = field(default_factory=list)
    takes_enter: list[str] = field(default_factory=list)
    several: dict[str, list[str]] = field(default_factory=dict)

    def sent(self, **answers: Any) -> dict[str, Any]:
        """All that the browser would send, with these answers; None leaves a name out."""
        found = self.fields | self.several | answers
        return {name: value for name, value in found.items() if value is not None}

    def filled(self, **answers: str | bool) -> dict[str, str]:
        """The fields with these answers. True ticks a box, False unticks it."""
        sent = dict(self.fields)
        for name, answer in answers.items():
            assert name in self.choices, f"no field {name} among {list(self.choices)}"
            sent.pop(name, None)
            if answer is True:
                [sent[name]] = self.choices[name]
            elif answer is not False:
                sent[name] = answer
        return sent


def read_forms(html: str) -> list[Form]:
    parser = _Forms()
    parser.feed(html)
    parser.close()
    for name, form in parser.named.items():
        assert not form.buttons or form in parser.forms, f"a button of no form: {name}"
    return parser.forms


class _Forms(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.forms: list[Form] = []
        self.named: dict[str, Form] = {}
        self._form: Form | None = None
        self._text: list[str] | None = None
        self._select: tuple[str, list[str], list[str]] | None = None
        self._multiple = False
        self._button: tuple[dict, list[str]] | None = None

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = {name: value or "" for name, value in attrs}
        if tag == "form":
            self._form = self._named(given["id"]) if "id" in given else Form("", "", "")
            self._form.action = given.get("action", "")
            self._form.method = given.get("method", "get").lower()
            self.forms.append(self._form)
            return
        form = self._named(given["form"]) if "form" in given else self._form
        if tag == "button":
            self._button = given, []
        elif tag == "option" and self._select:
            self._select[1].append(given.get("value", ""))
            if "selected" in given:
                self._select[2].append(given.get("value", ""))
        elif form is None or "disabled" in given or ("name" not in given and tag != "input"):
            return  # it sends nothing
        elif tag == "input":
            self._input(form, given)
        elif tag == "textarea":
            self._field(form, given["name"], "")
            self._text, self._area = [], (form, given["name"])
        elif tag == "select":
            self._select, self._multiple = (given["name"], [], []), "multiple" in given
            self._chooses = form

    def _named(self, form_id: str) -> Form:
        """The form of that id, which may come later on the page."""
        return self.named.setdefault(form_id, Form(form_id, "", ""))

    def handle_endtag(self, tag: str) -> None:
        if tag == "form":
            self._form = None
        elif tag == "button" and self._button:
            self._end_button(*self._button)
            self._button = None
        elif tag == "textarea" and self._text is not None:
            form, name = self._area
            form.fields[name] = "".join(self._text).removeprefix("\n")
            self._text = None
        elif tag == "select" and self._select:
            name, values, selected = self._select
            self._chooses.choices[name] = values
            # Of one that takes several, or is empty, nothing is sent until something is chosen.
            sent = selected or ([] if self._multiple else values)
            if sent:
                self._chooses.fields[name] = sent[0]
            if self._multiple:
                self._chooses.several[name] = sent
            self._select = None

    def handle_data(self, data: str) -> None:
        if self._text is not None:
            self._text.append(data)
        if self._button:
            self._button[1].append(data)

    def _end_button(self, given: dict, words: list[str]) -> None:
        form = self._named(given["form"]) if "form" in given else self._form
        if form is None or given.get("type", "submit") not in ("submit", "image"):
            return
        button = Button(
            " ".join("".join(words).split()),
            given.get("name", ""),
            given.get("value", ""),
            given.get("formaction"),
            frozenset(given.get("class", "").split()),
        )
        form.buttons.append(button)

    def _input(self, form: Form, given: dict) -> None:
        name, kind = given.get("name", ""), given.get("type", "text")
        if kind not in ("hidden", "submit", "image", "button", "reset") and (
            given.get("tabindex") != "-1"
        ):
            form.takes_enter.append(name)
        if kind in ("submit", "image"):
            self._end_button(given, [given.get("value", "")])
        if kind in ("radio", "checkbox"):
            form.choices.setdefault(name, []).append(given.get("value", "on"))
            if "checked" in given:
                form.fields[name] = given.get("value", "on")
                if kind == "checkbox":
                    form.several.setdefault(name, []).append(form.fields[name])
        elif name:
            self._field(form, name, given.get("value", ""))

    def _field(self, form: Form, name: str, value: str) -> None:
        form.fields[name] = value
        form.choices.setdefault(name, [])
