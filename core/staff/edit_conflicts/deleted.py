"""A record that was deleted while somebody edited it: it is named, and what they typed is shown."""

from collections.abc import Iterator
from typing import Any

from django.contrib.admin import ModelAdmin
from django.core.exceptions import FieldDoesNotExist, ValidationError
from django.http import HttpRequest, HttpResponse
from django.template.response import TemplateResponse
from django.utils.text import capfirst
from django.utils.translation import gettext as _

from core.staff.audit import disclosures
from core.staff.edit_conflicts import detection, form_values, snapshots

PAGE = "admin/deleted.html"
PLUMBING = {"id", "DELETE"}


def deleted_page(model_admin: ModelAdmin, request: HttpRequest, pk: str) -> HttpResponse:
    """Return what was typed, to be copied from. Only for whoever may change such records."""
    model, opts = model_admin.model, model_admin.opts
    opened: dict[str, Any] = snapshots.read(request.POST.get(snapshots.TOKEN, "")) or {}
    since = opened.get("at")
    context = model_admin.admin_site.each_context(request) | {
        "title": _("Deleted meanwhile"),
        "opts": opts,
        "kind": opts.verbose_name,
        "name": opened.get("name", ""),
        "who": detection.last_editors([(model, pk)], since, request.user),
        "typed": list(_typed(model_admin, request)),
        "may_add": model_admin.has_add_permission(request),
    }
    response = TemplateResponse(request, PAGE, context, status=410)
    try:
        record = model(pk=opts.pk.to_python(pk))
    except (ValidationError, ValueError):  # no record ever had this key
        return disclosures.declare_none(response)
    return disclosures.declare(response, [record])


def _typed(model_admin: ModelAdmin, request: HttpRequest) -> Iterator[tuple[str, str]]:
    """Labels and words of what is not empty; of the tables below the form as it was sent."""
    form = model_admin.get_form(request, None, change=True)()
    for name, field in form.fields.items():
        value = snapshots.typed(field, request.POST, request.FILES, name)
        raw = request.POST.get(name, "")
        if value:
            # A long text whole, not as a snapshot keeps it.
            yield (
                str(field.label),
                raw if isinstance(value, dict) else form_values.words(field, value),
            )
    for name, sent in request.POST.lists():
        text, last = ", ".join(filter(None, sent)), name.rpartition("-")[2]
        if text and "-" in name and "__prefix__" not in name and _is_typed(last):
            yield _label(model_admin, last), text


def _is_typed(name: str) -> bool:
    return name not in PLUMBING and not name.endswith("_FORMS")


def _label(model_admin: ModelAdmin, name: str) -> str:
    for model in (inline.model for inline in model_admin.inlines):
        try:
            return capfirst(str(model._meta.get_field(name).verbose_name))
        except (FieldDoesNotExist, AttributeError):
            continue
    return capfirst(name.replace("_", " "))
