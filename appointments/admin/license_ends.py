"""The panel of licenses that end within weeks: from then on their provider books nobody there."""

from typing import Any

from django.contrib import admin
from django.http import HttpRequest

from appointments.admin import practice_time
from appointments.admin.providers import EXPIRES_SOON, expiry_words
from appointments.models import License

SHOWN = 10


@admin.site.register_panel  # type: ignore[attr-defined]  # our site: core.staff
def license_ends(request: HttpRequest) -> tuple[str, dict[str, Any]] | None:
    """List the licenses of who sees patients that end within EXPIRES_SOON and have no successor."""
    if not request.user.has_perm("appointments.change_license"):
        return None
    today = practice_time.today()
    last = License.objects.filter(provider__active=True).order_by(
        "provider__name", "provider_id", "state", "-expires"
    )
    # The last of each provider's in each state counts.
    newest = last.distinct("provider__name", "provider_id", "state").select_related("provider")
    ending = [each for each in newest if today <= each.expires <= today + EXPIRES_SOON]
    if not ending:
        return None
    ending.sort(key=lambda each: each.expires)
    rows = [(each, expiry_words(each.expires, today)) for each in ending[:SHOWN]]
    context = {"rows": rows, "more": len(ending) - SHOWN, "records": ()}
    return "admin/appointments/_license_panel.html", context
