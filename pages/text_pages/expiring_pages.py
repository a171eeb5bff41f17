"""Pages of text of which a part holds only up to a day: a filter of the list, and a panel."""

from collections.abc import Iterator
from datetime import date, timedelta
from typing import Any

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from core.staff.urgency import Urgency
from pages.text_pages import expiring_parts
from pages.text_pages.models import TextPage

AHEAD = timedelta(days=45)


def first_day_of(page: TextPage) -> date | None:
    """Return the first day up to which something holds that readers see, or saw until it ended."""
    return (
        min(expiring_parts.last_days(page.online.revision.body), default=None)
        if page.online
        else None
    )


def expiring(up_to: date) -> Iterator[tuple[date, TextPage]]:
    """Yield the pages of which something ends on that day at the latest, with its first day."""
    shown = TextPage.objects.filter(online__revision__body__contains="{until ")
    for page in shown.select_related("online__revision").defer("body"):
        day = first_day_of(page)
        if day and day <= up_to:
            yield day, page


class ExpiringFilter(admin.SimpleListFilter):
    """Pages of which a part has ended, or will within AHEAD."""

    title = _("what it says holds")
    parameter_name = "expiring"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, Any]]:
        return [("ended", _("no longer")), ("soon", _("no longer, or only for weeks"))]

    def queryset(self, request: HttpRequest, queryset: QuerySet) -> QuerySet:
        ahead = {"ended": timedelta(days=-1), "soon": AHEAD}.get(self.value() or "")
        if ahead is None:
            return queryset
        found = expiring(timezone.localdate() + ahead)
        return queryset.filter(pk__in=[page.pk for _day, page in found])


@admin.site.register_panel(Urgency.SOON)  # type: ignore[attr-defined]  # our site: core.staff
def expiring_text_pages(request: HttpRequest) -> tuple[str, dict[str, Any]] | None:
    """Return the panel of the pages of which a part has ended, or will within weeks."""
    if not request.user.has_perm("pages.change_textpage"):
        return None
    today = timezone.localdate()
    found = sorted(expiring(today + AHEAD), key=lambda row: (row[0], row[1].pk))
    if not found:
        return None
    rows = [{"page": page, "day": day, "ended": day < today} for day, page in found]
    records = [page for _day, page in found]
    return "admin/pages/_expiring_pages.html", {"rows": rows, "records": records}
