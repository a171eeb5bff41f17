"""What the first page of the admin says about visits. It names nobody: it stands open on desks."""

from typing import Any

from django.contrib import admin
from django.http import HttpRequest
from django.utils import timezone

from appointments import booking, notices
from appointments.admin import office, visit_page
from appointments.models import Appointment
from curednation.mail.models import OutgoingEmail

SHOWN = 10


@admin.site.register_panel  # type: ignore[attr-defined]  # our site: curednation.staff
def pressure(request: HttpRequest) -> tuple[str, dict[str, Any]] | None:
    """Much more than usual is booked, or as much as the clinic's rules allow."""
    if not request.user.has_perm("appointments.view_clinicrules"):
        return None
    found = booking.pressure()
    if not (found.is_on or found.rests):
        return None
    return "admin/appointments/_pressure.html", {"pressure": found, "shows": ()}


@admin.site.register_panel  # type: ignore[attr-defined]  # our site: curednation.staff
def failed_mail(request: HttpRequest) -> tuple[str, dict[str, Any]] | None:
    """Visits ahead whose patient did not get the last e-mail about them."""
    if not request.user.has_perm("appointments.view_appointment"):
        return None
    failed = OutgoingEmail.objects.failed().filter(overtaken=False)
    failed = failed.filter(about__startswith=notices.ABOUT).only("about", "template")
    mails = {mail.about: mail for mail in failed}
    pks = [about.removeprefix(notices.ABOUT) for about in mails]
    visits = Appointment.objects.filter(pk__in=pks, starts_at__gt=timezone.now())
    rows = list(office.clocked(visits.order_by("starts_at")))
    if not rows:
        return None
    return "admin/appointments/_failed_mail.html", {
        "count": len(rows),
        "more": len(rows) - SHOWN,
        "shows": rows[:SHOWN],
        "rows": [
            {
                "visit": visit,
                "when": office.moment(visit.starts_at, office.zone_of(visit)),
                "kind": visit_page.kind(mails[notices.about(visit)]),
            }
            for visit in rows[:SHOWN]
        ],
    }
