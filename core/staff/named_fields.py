"""Names for the fields that Django's admin leaves without one: whoever cannot see it hears them.

Fields in a table of rows have their name in the head of the column alone, and the two fields of a
moment share one label. [WCAG 2.2, 1.3.1 and 4.1.2]
"""

from collections.abc import Iterator
from typing import Any

from django.contrib.admin import ModelAdmin, TabularInline
from django.contrib.admin.options import InlineModelAdmin
from django.contrib.admin.widgets import AdminSplitDateTime
from django.forms import BaseFormSet, Field, Form
from django.http import HttpRequest
from django.utils.text import capfirst
from django.utils.translation import gettext as _

from core.languages.translations import second_names


class NamedRows(BaseFormSet):
    """A formset whose fields say what they are, and in which row."""

    def add_fields(self, form: Form, index: int | None) -> None:
        super().add_fields(form, index)
        row = "" if index is None else str(index + 1)
        for field in form.fields.values():
            words = {"name": capfirst(str(field.label or "")), "row": row}
            field.widget.attrs.setdefault("aria-label", _("%(name)s, row %(row)s") % words)


class NamedFieldsAdmin(ModelAdmin):
    """Names what Django's forms leave without a name, and leaves out what has two."""

    def get_exclude(self, request: HttpRequest, obj: Any = None) -> Any:
        """Leave out the second names of texts in several languages: see `second_names`."""
        given = super().get_exclude(request, obj)
        names = second_names(self.model)
        return [*(given or ()), *names] if names else given

    def get_formsets_with_inlines(
        self, request: HttpRequest, obj: Any = None
    ) -> Iterator[tuple[Any, InlineModelAdmin]]:
        for formset, inline in super().get_formsets_with_inlines(request, obj):
            in_a_table = isinstance(inline, TabularInline)
            yield (_with_names(formset) if in_a_table else formset), inline

    def formfield_for_dbfield(
        self, db_field: Any, request: HttpRequest, **kwargs: Any
    ) -> Field | None:
        """Name the two fields of a moment "Publish at: date" and "Publish at: time"."""
        field = super().formfield_for_dbfield(db_field, request, **kwargs)
        if field is not None and isinstance(field.widget, AdminSplitDateTime):
            label = capfirst(str(field.label or ""))
            for widget, part in zip(field.widget.widgets, (_("date"), _("time")), strict=True):
                widget.attrs.setdefault("aria-label", f"{label}: {part}")
        return field


def _with_names(formset: type[BaseFormSet]) -> type[BaseFormSet]:
    return type(formset.__name__, (NamedRows, formset), {})
