"""Translations that are behind their originals, and originals without one."""

from typing import Any

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils.translation import get_language_info
from django.utils.translation import gettext_lazy as _

from articles import languages
from articles.models import Article
from core.staff.urgency import Urgency


class TranslationFilter(admin.SimpleListFilter):
    """Translations that are behind, and published originals not yet in a language."""

    title = _("translation")
    parameter_name = "translation"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, Any]]:
        return [
            ("behind", _("behind its original")),
            *(
                (f"no-{code}", _("not yet in {name}").format(name=_name(code)))
                for code in languages.others(languages.ORIGINAL)
            ),
        ]

    def queryset(self, request: HttpRequest, queryset: Any) -> QuerySet[Article]:
        value = self.value() or ""
        if value == "behind":
            return queryset.behind()
        if not value.startswith("no-"):
            return queryset
        done = Article.objects.in_language(value.removeprefix("no-"))
        originals = queryset.published().in_language(languages.ORIGINAL)
        return originals.exclude(pk__in=done.exclude(translation_of=None).values("translation_of"))


def _name(code: str) -> str:
    return get_language_info(code)["name_translated"]


@admin.site.register_panel(Urgency.SOON)  # type: ignore[attr-defined]  # our site: core.staff
def translations_behind(request: HttpRequest) -> tuple[str, dict[str, Any]] | None:
    """Return the panel that says how many translations that readers see are behind."""
    if not request.user.has_perm("articles.change_article"):
        return None
    count = Article.objects.published().behind().count()
    if not count:
        return None
    return "admin/articles/_translations_behind.html", {"count": count, "records": ()}
