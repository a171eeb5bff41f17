"""What staff see of the status: on the first page of the admin what is wrong, on a page all."""

from datetime import timedelta
from typing import Any

from django.contrib import admin
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _

from core.database import database_time
from core.monitoring import checks
from core.monitoring.models import RestoreRun
from core.monitoring.results import Level, troubles
from core.staff.audit.disclosures import declare_none
from core.staff.urgency import Urgency

RESTORE_IS_NEWS_FOR = timedelta(days=14)


@admin.site.register_panel(Urgency.NOW)  # type: ignore[attr-defined]  # our site: core.staff
def status_panel(request: HttpRequest) -> tuple[str, dict[str, Any]] | None:
    """Say on the first page what does not work. It names nobody, so everybody on the staff sees."""
    found = troubles(checks.recent())
    if not found:
        return None
    return "admin/monitoring/_panel.html", {"troubles": found, "records": ()}


@admin.site.register_panel(Urgency.TODAY)  # type: ignore[attr-defined]  # our site: core.staff
def restore_panel(request: HttpRequest) -> tuple[str, dict[str, Any]] | None:
    """Say for two weeks after a restore what staff have to look at. It names nobody."""
    since = database_time.now() - RESTORE_IS_NEWS_FOR
    run = RestoreRun.objects.filter(restored_at__gte=since).first()
    if run is None or not run.notes:
        return None
    return "admin/monitoring/_restored.html", {"run": run, "records": ()}


@admin.site.register_page("status/")  # type: ignore[attr-defined]  # our site: core.staff
def status(request: HttpRequest) -> HttpResponse:
    """Show everything that is looked at, in plain words, as it is now."""
    found = checks.run()
    context = admin.site.each_context(request) | {
        "title": _("Status of the site"),
        "troubles": troubles(found),
        "fine": [each for each in found if each.is_fine],
        "is_broken": any(each.level is Level.ERROR for each in found),
    }
    return declare_none(render(request, "admin/monitoring/status.html", context))
