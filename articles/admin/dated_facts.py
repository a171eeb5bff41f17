"""Articles that say what holds only up to a day: a filter of the list, and a panel."""

from datetime import date, timedelta
from typing import Any

from django.contrib import admin
from django.http import HttpRequest
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from articles.models import Article
from articles.models.articles import ArticleQuerySet
from core.staff.urgency import Urgency

AHEAD = timedelta(days=45)


class ExpiringFilter(admin.SimpleListFilter):
    """Articles that say what holds no longer, or only for AHEAD."""

    title = _("what it says holds")
    parameter_name = "expiring"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, Any]]:
        return [("ended", _("no longer")), ("soon", _("no longer, or only for weeks"))]

    def queryset(self, request: HttpRequest, queryset: Any) -> ArticleQuerySet:
        days = {"ended": timedelta(days=-1), "soon": AHEAD}
        ahead = days.get(self.value() or "")
        return queryset if ahead is None else queryset.expiring(_today() + ahead)


@admin.site.register_panel(Urgency.SOON)  # type: ignore[attr-defined]  # our site: core.staff
def expiring_articles(request: HttpRequest) -> tuple[str, dict[str, Any]] | None:
    """Return the panel that says how many articles hold no longer, or only for weeks."""
    if not request.user.has_perm("articles.change_article"):
        return None
    found = Article.objects.expiring(_today() + AHEAD).values_list("true_until", flat=True)
    until = [day for day in found if day]
    if not until:
        return None
    ended = sum(day < _today() for day in until)
    context = {"ended": ended, "soon": len(until) - ended, "first": min(until), "records": ()}
    return "admin/articles/_dated_facts.html", context


def _today() -> date:
    return timezone.localdate()
