"""What the template of a figure asks of a number."""

from typing import Any

from django import template
from django.utils.formats import number_format

from core.staff.figures.figure import Percent

register = template.Library()


@register.filter
def figure_number(value: Any) -> str:
    """Return "1,234", "12.5 %" or, of what is unknown, a dash."""
    if value is None:
        return "–"
    if isinstance(value, int | float):
        places = None if isinstance(value, int) else 1
        return number_format(value, places, use_l10n=True, force_grouping=True)
    return str(value)


@register.filter
def is_percent(value: Any) -> bool:
    """Return whether a bar can be drawn for it."""
    return isinstance(value, Percent) and value.value is not None


@register.filter
def bar_width(value: Percent) -> int:
    """Return how long its bar is, of a hundred."""
    return min(100, round(value.value or 0))
