"""The editor of what staff write: django-prose-editor, started by a module of our own.

Its own start needs an inline import map and an inline style, which the CSP refuses. Ours imports
the editor by its address and turns the style off; what it may do is the same list as `clean` has.
"""

import json
from typing import Any

from django import forms
from django.forms.widgets import Script
from django.templatetags.static import static
from django.urls import reverse_lazy
from django.utils.translation import gettext_lazy as _

EXTENSIONS: dict[str, Any] = {
    "Document": True,
    "Text": True,
    "Paragraph": True,
    "HardBreak": True,
    "Dropcursor": True,
    "Gapcursor": True,
    "History": True,
    "Heading": {"levels": [2, 3]},
    "Bold": True,
    "Italic": True,
    "Superscript": True,
    "Subscript": True,
    "BulletList": True,
    "OrderedList": True,
    "ListItem": True,
    "Blockquote": True,
    "HorizontalRule": True,
    "Link": {"enableTarget": False, "protocols": ["http", "https", "mailto", "tel"]},
    "Table": True,
    "TableRow": True,
    "TableHeader": True,
    "TableCell": True,
    "Image": True,
    "Caption": True,
}
# Classes of a blockquote, each with its name.
CALLOUTS = [
    ("note", _("Good to know")),
    ("warning", _("Warning")),
    ("urgent", _("Get help now")),
]
# Of the toolbar, as django-prose-editor names them; its two lists come first.
GROUPS = ["lists", "marks", "link", "nodes -blockType -lists", "table", "history"]
NO_CALLOUT = "none"


class Editor(forms.Textarea):
    """Without JavaScript it stays a field of HTML.

    `figures` offers the drawings that come with the site beside the picture library.
    """

    class Media:
        css = {
            "all": [
                "django_prose_editor/material-icons.css",
                "django_prose_editor/editor.css",
                "django_prose_editor/overrides.css",
                "css/article-editor.css",
            ]
        }
        js = [Script("js/article-editor.js", type="module")]

    def __init__(self, attrs: dict[str, Any] | None = None, *, figures: bool = False) -> None:
        super().__init__(attrs)
        self.figures = figures

    def get_context(self, name: str, value: Any, attrs: dict[str, Any] | None) -> dict[str, Any]:
        """Return the context of the widget with the settings of the editor."""
        context = super().get_context(name, value, attrs)
        context["widget"]["attrs"] |= {
            "data-editor": static("django_prose_editor/editor.js"),
            "data-extensions": json.dumps(extensions(figures=self.figures), default=str),
        }
        return context


def extensions(*, figures: bool = False) -> dict[str, Any]:
    """Return the extensions of the editor, as django-prose-editor and our own script take them."""
    picker = str(reverse_lazy("admin:articles_imageasset_pick")) + ("?figures=1" if figures else "")
    return EXTENSIONS | {
        "NodeClass": {"cssClasses": {"blockquote": [name for name, _words in CALLOUTS]}},
        "Figure": {"pickerUrl": picker},
        "Menu": {"groups": GROUPS, "lists": [_headings(), _callouts()]},
    }


def _headings() -> dict[str, Any]:
    options = [("", _("Text")), ("2", _("Heading")), ("3", _("Small heading"))]
    return {"label": _("Kind of paragraph"), "options": options}


def _callouts() -> dict[str, Any]:
    return {
        "label": _("Call-out"),
        "none": {"value": NO_CALLOUT, "words": _("No call-out")},
        "options": [("", _("Quotation")), *CALLOUTS],
    }
