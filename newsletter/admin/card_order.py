"""The cards of an issue in their order: a field, and a list that needs no JavaScript.

Without it each row has a number and a box to leave it out; static/js/card-order.js makes that a
list to drag, with buttons for the keyboard.
"""

from typing import Any

from django import forms
from django.template.loader import render_to_string
from django.utils.safestring import SafeString

from core.validation.primary_keys import parse_key

ROWS_TO_ADD = 3  # without JavaScript, at a time


class CardOrder(forms.SelectMultiple):
    """A list of what was chosen, and what can be added to it."""

    template_name = "admin/newsletter/issue/_card_order.html"

    class Media:
        js = ["js/card-order.js"]

    def get_context(self, name: str, value: Any, attrs: dict[str, Any] | None) -> dict[str, Any]:
        """Return the context with `chosen` and `offered` as pairs of key and title."""
        titles = {str(key): title for key, title in self.choices}
        chosen = [str(key) for key in value or () if str(key) in titles]
        context = super().get_context(name, [], attrs)
        context["widget"] |= {
            "chosen": [(key, titles[key]) for key in chosen],
            "offered": [(key, title) for key, title in titles.items() if key not in chosen],
            "rows_to_add": range(ROWS_TO_ADD),
        }
        return context

    def render(self, name: str, value: Any, attrs: Any = None, renderer: Any = None) -> SafeString:
        """Render it from the templates of the site, where forms do not look."""
        return render_to_string(self.template_name, self.get_context(name, value, attrs))

    def value_from_datadict(self, data: Any, files: Any, name: str) -> list[str]:
        """Return the keys in the order of their numbers; those that were added come last."""
        keys, places = data.getlist(name), data.getlist(f"{name}-place")
        if len(places) != len(keys):
            places = [""] * len(keys)
        rows = enumerate(zip(keys, places, strict=True))
        ordered = sorted(rows, key=lambda row: (_place(row[1][1], row[0]), row[0]))
        left_out = set(data.getlist(f"{name}-leave"))
        wanted = [key for _nth, (key, _place) in ordered if key not in left_out]
        added = [key for key in data.getlist(f"{name}-add") if key]
        return list(dict.fromkeys([*wanted, *added]))


class OrderedChoiceField(forms.TypedMultipleChoiceField):
    """Several choices, and their order."""

    ordered = True  # for core.staff.edit_conflicts: another order is a change

    def has_changed(self, initial: Any, data: Any) -> bool:
        return [str(each) for each in initial or ()] != [str(each) for each in data or ()]


def _place(text: str, nth: int) -> int:
    return parse_key(text) or nth + 1
