"""Every address of the admin, with the keys of what is there: none is written down twice."""

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import cache
from itertools import product
from typing import Any

from django.contrib import admin
from django.db.models import Model
from django.urls import URLPattern, URLResolver

from appointments.models import Appointment, Patient, Provider
from newsletter.models import Delivery
from payments.models import Payment, Superbill

PARTS = re.compile(r"<(?:(?:\w+):)?(\w+)>")
# What stands in an address beside a key.
WORDS = {
    "appointments_appointment_action": {
        "name": ["check-in", "complete", "no-show", "undo", "cancel"]
    },
    "appointments_appointment_desk_step": {"name": ["check-in", "called"]},
    "articles_article_action": {"name": ["submit", "approve", "confirm", "archive"]},
    "articles_article_restore": {"number": ["1"]},
    "pages_textpage_action": {"name": ["submit", "approve", "confirm"]},
    "pages_textpage_restore": {"number": ["1"]},
    "articles_comment_action": {"name": ["approve", "reject", "spam"]},
    "newsletter_issue_action": {"name": ["send-now", "schedule", "pause", "cancel"]},
    "newsletter_issue_decide": {"name": ["resend", "mark-sent"]},
    "newsletter_subscriber_record": {"kind": ["json", "csv"]},
}


@dataclass(frozen=True)
class Address:
    name: str
    path: str
    model: type[Model] | None


def patterns() -> Iterator[tuple[str, str, type[Model] | None]]:
    """Name, route and model of every address, those of Django too."""
    by_label = {f"{m._meta.app_label}/{m._meta.model_name}/": m for m in admin.site._registry}
    for route, pattern in _walk(admin.site.urls[0]):
        found = (model for start, model in by_label.items() if route.startswith(start))
        yield pattern.name or "", route, next(found, None)


@cache
def custom() -> set[str]:
    """The names of the addresses that our apps add."""
    usual = re.compile(r"_(changelist|add|change|delete|history)$")
    return {
        name
        for name, _route, model in patterns()
        if model is not None and name and not usual.search(name)
    }


def all_addresses(most: int = 9) -> list[Address]:
    """Each of them for every record there is, and at most for so many."""
    return [
        Address(name, f"/admin/{path}", model)
        for name, route, model in patterns()
        if not route.startswith("^") and "(?P" not in route
        for path in _filled(name, route, model, most)
    ]


def _walk(entries: Iterable[Any], before: str = "") -> Iterator[tuple[str, URLPattern]]:
    for entry in entries:
        route = before + str(entry.pattern)
        if isinstance(entry, URLResolver):
            yield from _walk(entry.url_patterns, route)
        else:
            yield route, entry


def _filled(name: str, route: str, model: type[Model] | None, most: int) -> Iterator[str]:
    parts = PARTS.findall(route)
    for values in product(*(_values(name, part, model, most) for part in parts)):
        path = route
        for value in values:
            path = PARTS.sub(str(value), path, count=1)
        yield path


def _values(name: str, part: str, model: type[Model] | None, most: int) -> list[Any]:
    if part in WORDS.get(name, {}):
        return WORDS[name][part]
    match part:
        case "day":
            starts = Appointment.objects.values_list("starts_at", flat=True)
            return sorted({f"{start:%Y-%m-%d}" for start in starts})[:most]
        case "provider":
            return list(Provider.objects.values_list("pk", flat=True)[:most])
        case "delivery":
            return list(Delivery.objects.values_list("pk", flat=True)[:most])
        case "pk" if name == "payments_receipt":
            return list(Payment.objects.values_list("pk", flat=True)[:most])
        case "pk" if name == "payments_superbill":
            return list(Superbill.objects.values_list("pk", flat=True)[:most])
        case "pk" if name in ("visit_answers", "payments_visit"):
            return list(Appointment.objects.visits().values_list("pk", flat=True)[:most])
        case "pk" if name == "patient_accounts":
            return list(Patient.objects.values_list("pk", flat=True)[:most])
        case "object_id" | "pk" if model is not None:
            return list(model._default_manager.values_list("pk", flat=True)[:most]) or [1]
        case _:
            return ["1"]
