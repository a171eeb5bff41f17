"""The panel of licenses that end within weeks: from then on their provider books nobody there."""

from typing import Any

from django.contrib import admin
from django.http import HttpRequest

from appointments.admin import practice_time, to_do
from core.staff.urgency import Urgency

SHOWN = 10


@admin.site.register_panel(Urgency.SOON)  # type: ignore[attr-defined]  # our site: core.staff
def license_ends(request: HttpRequest) -> tuple[str, dict[str, Any]] | None:
    """List the licenses of who sees patients that end soon and that no later one follows."""
    found = to_do.licenses(request)
    if found is None:
        return None
    ending = list(found.select_related("provider").order_by("expires", "pk"))
    if not ending:
        return None
    rows = [(each, practice_time.format_date(each.expires)) for each in ending[:SHOWN]]
    context = {"rows": rows, "more": len(ending) - SHOWN, "records": ()}
    return "admin/appointments/_license_panel.html", context
