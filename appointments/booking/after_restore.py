"""Visits after a restore: what was booked, moved or cancelled since the backup is so again.

They are promises to people, and times that nobody else may get. What is kept of them beside a
backup are their rows, whole, and so the names in them: encrypted, as in the backup itself.
"""

from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import Any

from django.apps import apps
from django.core import serializers
from django.db import IntegrityError, connection, models, transaction

from appointments.booking.rules import settle_expired
from appointments.models import Appointment, Consent, ConsentText, Patient, Provider
from appointments.models.appointment_status import LIVE
from core.api.models import ApiKey
from core.database import database_time

WRITTEN_ONCE = (Consent, ConsentText)
AT_ONCE = 500
LONGEST_COMMIT = timedelta(hours=1)  # an event may be dated so long before anybody can see it


def changed_since(since: datetime) -> str:
    """Return the rows of each visit that was booked or changed since then, as JSON."""
    visits = Appointment.objects.visits().filter(pk__in=_changed(since)).order_by("pk")
    consents = Consent.objects.filter(appointment__in=visits).order_by("pk")
    parts: list[models.QuerySet[Any]] = [
        ConsentText.objects.filter(pk__in=consents.values("text")),
        Patient.objects.filter(pk__in=visits.values("patient")),
        visits,
        consents,
    ]
    return serializers.serialize("json", (row for part in parts for row in part))


def _changed(since: datetime) -> set[int]:
    """The newest events first, in parts: there may be a million before them."""
    events = apps.get_model("appointments", "AppointmentEvent")._default_manager
    newest = events.order_by("-pgh_id").values_list("pgh_id", "pgh_obj_id", "pgh_created_at")
    found: set[int] = set()
    part = list(newest[:AT_ONCE])
    while part:
        recent = [event for event in part if event[2] >= since - LONGEST_COMMIT]
        found |= {pk for _event, pk, _at in recent}
        part = list(newest.filter(pgh_id__lt=part[-1][0])[:AT_ONCE]) if recent else []
    return found


def bring_back(text: str) -> tuple[int, int]:
    """Let these rows stand as they were; return how many visits changed, and how many could not.

    Nobody is told. In the caller's transaction; safe to run twice.
    """
    with connection.cursor() as cursor:
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")  # a row that fits nowhere fails by itself
    now = database_time.now()
    settle_expired(list(Provider.objects.values_list("pk", flat=True)), now)
    brought = failed = 0
    for row in sorted(serializers.deserialize("json", text), key=_order):
        is_visit = isinstance(row.object, Appointment)
        try:
            with transaction.atomic():
                changed = _put(row)
        except IntegrityError:
            failed += is_visit
        else:
            brought += is_visit and changed
    return brought, failed


def _order(row: Any) -> tuple[int, bool]:
    """What others refer to first; of visits those that keep no time any more."""
    kinds = (ConsentText, Patient, Appointment, Consent)
    visit = row.object
    return kinds.index(type(visit)), isinstance(visit, Appointment) and visit.status in LIVE


def _put(row: Any) -> bool:
    """Write one row as it was; return whether that changed anything."""
    there = type(row.object)._default_manager.filter(pk=row.object.pk)
    if isinstance(row.object, WRITTEN_ONCE) and there.exists():
        return False
    if isinstance(row.object, Appointment):
        key = row.object.api_key_id
        if key is not None and not ApiKey.objects.filter(pk=key).exists():
            row.object.api_key_id = None  # it was made since the backup, and is gone
    changed = list(_values(there)) != list(_values([row.object]))
    row.save()
    return changed


def _values(rows: Any) -> Iterator[list[Any]]:
    for row in rows:
        fields = (field for field in row._meta.concrete_fields if not field.generated)
        yield [getattr(row, field.attname) for field in fields]
