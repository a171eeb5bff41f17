"""The records that a response of the admin shows: as declared, and as Django's pages hold them."""

from collections.abc import Iterable
from itertools import chain
from typing import Any

from django.contrib.admin.utils import NestedObjects
from django.db import DEFAULT_DB_ALIAS
from django.db.models import Model
from django.http import HttpResponse

from core.staff.audit.disclosures import Shown, by_model, declared_on, merged


class UndeclaredRecords(Exception):
    """A page of the admin does not say which records it shows: see `disclosures`."""


def shown_by(response: HttpResponse) -> Shown | None:
    """Return the keys of all records on the page by model; None where nothing says which."""
    if is_empty(response):
        return {}
    said, found = declared_on(response), _of_django(response)
    if said is None and found is None:
        return None
    return merged(found or {}, said or {})


def is_empty(response: HttpResponse) -> bool:
    """Return whether there is nothing to see: sent elsewhere, or without a body."""
    if 300 <= response.status_code < 400:
        return True
    rendered = getattr(response, "is_rendered", True)
    return rendered and not response.streaming and not response.content


def context_of(response: HttpResponse) -> dict[str, Any]:
    """Return the template context of a response; empty where it has none."""
    return getattr(response, "context_data", None) or {}


def _of_django(response: HttpResponse) -> Shown | None:
    """What stands on the pages that Django makes, told apart by what only they have."""
    context = context_of(response)
    if "cl" in context:
        return by_model(context["cl"].result_list)
    if "adminform" in context:
        return by_model(_on_a_form(context))
    if "deleted_objects" in context:
        return by_model(_on_a_deletion([context["object"]], context))
    if "deletable_objects" in context:
        return by_model(_on_a_deletion(context["queryset"], context))
    if "action_list" in context:
        return by_model([context["object"]])
    if "panels" in context or "app_list" in context:
        return _on_the_panels(context.get("panels", ()))
    names_no_other = (
        "popup_response_data" in context  # the window that closes: the record just written
        or getattr(response, "template_name", "") == "admin/invalid_setup.html"
    )
    return {} if names_no_other else None


def _on_a_form(context: dict[str, Any]) -> Iterable[Model]:
    """The record itself, and those in the tables below it."""
    if context.get("original") is not None:
        yield context["original"]
    for inline in context.get("inline_admin_formsets", ()):
        yield from (form.instance for form in inline.formset.initial_forms)


def _on_a_deletion(rows: Iterable[Model], context: dict[str, Any]) -> Iterable[Model]:
    """These, and what would go with them; or what forbids it, where somebody may know that."""
    chosen = list(rows)
    if context["perms_lacking"]:
        return chosen  # of the others it names the kinds
    collector = NestedObjects(using=DEFAULT_DB_ALIAS)
    collector.collect(chosen)
    others = collector.protected or chain(*collector.model_objs.values())
    return [*chosen, *(row for row in others if not row._meta.auto_created)]


def _on_the_panels(panels: Iterable[dict[str, Any]]) -> Shown | None:
    """What the blocks of what there is to do say they show; None where one says nothing."""
    said = [panel["context"].get("records") for panel in panels]
    return None if None in said else merged(*map(by_model, said))
