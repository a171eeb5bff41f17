"""The header of every page of the admin: the search for people, and where a day's work waits.

Each part is there for those whose role allows what it leads to. It names nobody.
"""

from typing import Any

from django.contrib import admin
from django.http import HttpRequest
from django.urls import reverse
from django.utils.translation import gettext as _

from appointments.admin import find, people_finder
from appointments.models import WaitlistEntry
from core.database import database_time

MOST_WAITING, MOST_TO_DO = 1000, 99


@admin.site.register_header  # type: ignore[attr-defined]  # our site: core.staff
def find_box(request: HttpRequest) -> tuple[str, dict[str, Any]] | None:
    """Show the search for people to those who may see patients."""
    if not people_finder.may_find(request):
        return None
    return "admin/appointments/_find_box.html", {"help": find.HELP}


@admin.site.register_header  # type: ignore[attr-defined]  # our site: core.staff
def desk_links(request: HttpRequest) -> tuple[str, dict[str, Any]] | None:
    """Show Book, Waitlist and To do, the last two with how many wait."""
    links: list[dict[str, Any]] = []
    if request.user.has_perm("appointments.add_appointment"):
        book = reverse("admin:appointments_appointment_book")
        links.append({"name": _("Book"), "url": book, "drawer": True})
    waiting = []
    if request.user.has_perm("appointments.view_waitlistentry"):
        rows = WaitlistEntry.objects.waiting(database_time.now())
        waiting.append((rows, MOST_WAITING + 1))
    to_do, counts = admin.site.to_do_count(request, waiting)  # type: ignore[attr-defined]  # ours
    places = reverse("admin:appointments_waitlistentry_changelist")
    links += [_counted(_("Waitlist"), places, number, MOST_WAITING) for number in counts]
    if to_do is not None:
        links.append(_counted(_("To do"), reverse("admin:index") + "#to-do", to_do, MOST_TO_DO))
    return ("admin/appointments/_header_links.html", {"links": links}) if links else None


def _counted(name: str, url: str, count: int, most: int) -> dict[str, Any]:
    return {"name": name, "url": url, "count": str(count) if count <= most else f"{most}+"}
