"""What stands under "To do" about visits."""

from typing import Any

from django.contrib import admin
from django.http import HttpRequest

from appointments.admin import practice_time, to_do, visit_mails
from appointments.booking import pressure as booking_pressure
from appointments.calls import phone_notes
from appointments.emails import visit_outbox
from core.mail.models import OutgoingEmail
from core.people import phone_numbers
from core.staff.urgency import Urgency

SHOWN = 10


@admin.site.register_panel(Urgency.NOW)  # type: ignore[attr-defined]  # our site: core.staff
def pressure(request: HttpRequest) -> tuple[str, dict[str, Any]] | None:
    """Say that much more than usual is booked, or as much as the clinic's rules allow."""
    if not request.user.has_perm("appointments.view_clinicrules"):
        return None
    found = booking_pressure.read()
    if not (found.is_on or found.rests):
        return None
    return "admin/appointments/_pressure_panel.html", {"pressure": found, "records": ()}


@admin.site.register_panel(Urgency.NOW)  # type: ignore[attr-defined]  # our site: core.staff
def failed_mail(request: HttpRequest) -> tuple[str, dict[str, Any]] | None:
    """List the visits ahead whose patient did not get the last e-mail about them."""
    visits = to_do.failed_mails(request)
    if visits is None:
        return None
    visits = visits.select_related("patient").order_by("starts_at")
    rows = list(practice_time.with_practice_zone(visits))
    if not rows:
        return None
    failed = OutgoingEmail.objects.failed().filter(overtaken=False).order_by("pk")
    about = failed.about(*map(visit_outbox.about, rows[:SHOWN])).only("about", "template")
    mails = {mail.about: mail for mail in about}
    return "admin/appointments/_failed_mail_panel.html", {
        "count": len(rows),
        "more": len(rows) - SHOWN,
        "records": rows[:SHOWN],
        "rows": [
            {
                "visit": visit,
                "when": practice_time.format_datetime(
                    visit.starts_at, practice_time.zone_of(visit)
                ),
                "phone": phone_notes.with_note(phone_numbers.as_link(visit.phone), visit.contact),
                "kind": visit_mails.kind(mails[visit_outbox.about(visit)].template),
            }
            for visit in rows[:SHOWN]
        ],
    }
