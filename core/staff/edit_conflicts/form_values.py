"""Values of form fields: as people read them, and as a browser would send them."""

from datetime import date, datetime, time
from typing import Any

from django import forms
from django.contrib.admin.widgets import RelatedFieldWidgetWrapper
from django.forms.models import ModelChoiceField
from django.http import QueryDict
from django.utils import timezone
from django.utils.formats import date_format, time_format
from django.utils.translation import gettext as _

from core.staff.edit_conflicts.snapshots import Value

NOTHING = "–"


def words(field: forms.Field, value: Value) -> str:
    """Return a value of a snapshot as people read it."""
    if isinstance(value, dict):
        return value["begins"] + " …"
    if isinstance(value, list):
        names = _names(field, value)
        return "; ".join(names.get(each, each) for each in value) or NOTHING
    if isinstance(field, forms.BooleanField):
        return _("yes") if value else _("no")
    if not value:
        return NOTHING
    if hasattr(field, "in_words"):  # it is typed in another way than it is kept
        return str(field.in_words(value))
    if hasattr(field, "choices"):
        return _names(field, [value]).get(value, value)
    return _moment(field, value)


def _names(field: Any, values: list[str]) -> dict[str, str]:
    """What the choices with these values are called."""
    if isinstance(field, ModelChoiceField):
        key = field.to_field_name or "pk"
        choices: Any = field.queryset
        try:
            rows = list(choices.filter(**{f"{key}__in": [v for v in values if v]}))
        except (ValueError, TypeError):
            return {}
        return {str(getattr(row, key)): field.label_from_instance(row) for row in rows}
    found: dict[str, str] = {}
    for value, label in field.choices:
        if isinstance(label, list | tuple):
            found |= {str(inner): str(text) for inner, text in label}
        else:
            found[str(value)] = str(label)
    return found


def _moment(field: forms.Field, value: str) -> str:
    try:
        if isinstance(field, forms.DateTimeField | forms.SplitDateTimeField):
            when = datetime.fromisoformat(value)
            return date_format(timezone.localtime(when), "DATETIME_FORMAT")
        if isinstance(field, forms.DateField):
            return date_format(date.fromisoformat(value))
        if isinstance(field, forms.TimeField):
            return time_format(time.fromisoformat(value))
    except ValueError:
        pass  # it was typed, and is none
    return value


def put(data: QueryDict, name: str, field: forms.Field, initial: Any) -> None:
    """Write into `data` what a browser would send for the field with this value, untouched."""
    widget: Any = field.widget
    if isinstance(widget, RelatedFieldWidgetWrapper):
        widget = widget.widget
    value = field.prepare_value(initial)
    if hasattr(widget, "widgets_names"):  # one of several
        parts = zip(widget.widgets, widget.widgets_names, widget.decompress(initial), strict=True)
        for part, suffix, text in parts:
            data[name + suffix] = part.format_value(text) or ""
    elif isinstance(widget, forms.CheckboxInput):
        data.setlist(name, ["on"] if value else [])
    elif not isinstance(widget, forms.FileInput):
        shown = widget.format_value(value)
        several = shown if isinstance(shown, list | tuple) else [shown]
        data.setlist(name, ["" if each is None else str(each) for each in several])
