"""The red task that words of danger make: with whom somebody is to speak now."""

from typing import Any

from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_POST

from appointments.admin import practice_time
from appointments.calls import phone_notes
from core.people import phone_numbers
from core.staff.audit import disclosures
from core.staff.audit.admin_pages import record_all
from core.staff.urgency import Urgency
from messaging import danger, staff_rights
from messaging.danger import AlreadyHandled
from messaging.models import DangerAlert
from messaging.models.danger_alerts import DangerAlertQuerySet

PANEL = "admin/messaging/_alerts_panel.html"
SHOWN = 10


@admin.site.register_panel(Urgency.DANGER)  # type: ignore[attr-defined]  # our site: core.staff
def danger_alerts(request: HttpRequest) -> tuple[str, dict[str, Any]] | None:
    """List the patients with whom somebody is to speak now, who waits longest first."""
    alerts = danger_alerts_to_do(request)
    if alerts is None:
        return None
    rows = list(alerts.select_related("patient__merged_into", "thread"))
    if not rows:
        return None
    shown = [_row(alert) for alert in rows[:SHOWN]]
    context = {
        "count": len(rows),
        "more": len(rows) - SHOWN,
        "rows": shown,
        "records": [row["patient"] for row in shown],
    }
    return PANEL, context


@admin.site.register_to_do  # type: ignore[attr-defined]  # our site: core.staff
def danger_alerts_to_do(request: HttpRequest) -> DangerAlertQuerySet | None:
    """Return the alerts that nobody has looked after."""
    if not request.user.has_perm(staff_rights.HANDLE):
        return None
    return DangerAlert.objects.open().visible_to(request.user)


@admin.site.register_page("message-alerts/<int:pk>/handled/")  # type: ignore[attr-defined]
@require_POST
def message_alert_handled(request: HttpRequest, pk: int) -> HttpResponse:
    """Note that this person has looked after it."""
    if not request.user.has_perm(staff_rights.HANDLE):
        raise PermissionDenied
    record_all(request, "act:alert_handled", model=DangerAlert._meta.label_lower, object_pks=[pk])
    try:
        danger.handle(pk, by=str(request.user))
        messages.success(request, _("Noted: you have looked after it."))
    except AlreadyHandled:
        messages.warning(request, _("Somebody else has looked after it already."))
    return disclosures.declare_none(redirect("admin:to_do"))


def _row(alert: DangerAlert) -> dict[str, Any]:
    record = alert.patient.merged_into or alert.patient
    contact = phone_notes.contacts_of([record]).get(record.pk, "")
    return {
        "alert": alert,
        "patient": record,
        "raised": practice_time.format_datetime(alert.raised_at),
        "phone": phone_notes.with_note(phone_numbers.as_link(record.phone), contact),
    }
