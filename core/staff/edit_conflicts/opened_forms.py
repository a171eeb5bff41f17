"""The form of a record and the tables below it, as somebody opens them who may change them."""

from collections import Counter
from typing import Any

from django.contrib.admin import ModelAdmin
from django.contrib.admin.utils import flatten_fieldsets
from django.http import HttpRequest

from core.staff.edit_conflicts import detection, snapshots
from core.staff.edit_conflicts.merging import Opened


def locked(model_admin: ModelAdmin, request: HttpRequest, pk: str, to_field: str | None) -> Any:
    """Return the record as whoever was first has left it, and let nobody else save it.

    None where there is none; not locked for who may not change it.
    """
    record = model_admin.get_object(request, pk, to_field)
    if record is None or not model_admin.has_change_permission(request, record):
        return record
    inlines = model_admin.get_inline_instances(request, record)
    rows = [
        inline.get_formset(request, record)(
            instance=record, queryset=inline.get_queryset(request)
        ).get_queryset()
        for inline in inlines
        if _can_change(inline, request, record)
    ]
    detection.lock(model_admin.model, record.pk, rows)
    return model_admin.get_object(request, pk, to_field)


def forms_of(model_admin: ModelAdmin, request: HttpRequest, record: Any) -> Opened:
    """Return the forms that a GET would show now."""
    fields = flatten_fieldsets(model_admin.get_fieldsets(request, record))
    form = model_admin.get_form(request, record, change=True, fields=fields)(instance=record)
    tables, prefixes = [], Counter[str]()
    for formset, inline in model_admin.get_formsets_with_inlines(request, record):
        prefix = formset.get_default_prefix()
        prefixes[prefix] += 1
        if prefixes[prefix] != 1:
            prefix = f"{prefix}-{prefixes[prefix]}"  # as Django counts them
        if _can_change(inline, request, record):
            queryset = inline.get_queryset(request)
            table = formset(instance=record, prefix=prefix, queryset=queryset)
            tables.append((table, str(inline.verbose_name)))
    return Opened(record, form, tables)


def _can_change(inline: Any, request: HttpRequest, record: Any) -> bool:
    return (
        inline.has_change_permission(request, record)
        or inline.has_add_permission(request, record)
        or inline.has_delete_permission(request, record)
    )


def snapshot_of_page(context: dict[str, Any]) -> snapshots.Snapshot:
    """Return what stands on the page that Django is about to make of a GET."""
    tables = [
        inline.formset
        for inline in context["inline_admin_formsets"]
        if inline.has_change_permission or inline.has_add_permission or inline.has_delete_permission
    ]
    return snapshots.take(context["original"], context["adminform"].form, tables)
