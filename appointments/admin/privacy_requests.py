"""What a colleague asked for about a record, and waits for a second person: on their first page."""

from typing import Any

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest

from appointments.admin import practice_time
from appointments.admin.record_privacy import CONFIRM
from appointments.models import PrivacyRequest
from appointments.models.patient_records import ALONE_AFTER, RequestStatus
from core.database import database_time
from core.staff.urgency import Urgency

SHOWN = 10


@admin.site.register_to_do  # type: ignore[attr-defined]  # our site: core.staff
def to_decide(request: HttpRequest) -> QuerySet[PrivacyRequest] | None:
    """Return what others have asked for and this person may confirm. What they asked for themselves
    is there once nobody has decided it for so long that they might, in a clinic of one."""
    if not request.user.has_perm(CONFIRM):
        return None
    asked = PrivacyRequest.objects.filter(status=RequestStatus.ASKED)
    since = database_time.now() - ALONE_AFTER
    return asked.exclude(asked_by_pk=request.user.pk or 0, asked_at__gt=since)


@admin.site.register_panel(Urgency.TODAY)  # type: ignore[attr-defined]  # our site: core.staff
def privacy_requests_panel(request: HttpRequest) -> tuple[str, dict[str, Any]] | None:
    """List what waits for this person's decision, the oldest first. It names no patient."""
    found = to_decide(request)
    if found is None:
        return None
    asked = list(found.order_by("asked_at", "pk"))
    if not asked:
        return None
    zone = practice_time.zone()
    rows = [(each, practice_time.format_datetime(each.asked_at, zone)) for each in asked[:SHOWN]]
    context = {"rows": rows, "more": len(asked) - SHOWN, "records": ()}
    return "admin/appointments/_privacy_requests_panel.html", context
