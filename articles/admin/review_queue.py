"""The panel of articles that wait: for a reviewer what to read, for a writer what came back."""

from typing import Any

from django.contrib import admin
from django.db.models import OuterRef, Q, QuerySet, Subquery
from django.http import HttpRequest

from articles.admin import workflow_actions
from articles.emails import in_review
from articles.models import Article, Revision, SentBack, Status
from articles.publishing import review
from core.staff.urgency import Urgency

SHOWN = 10  # the list of articles has them all
LATEST = 200  # of those that wait; a clinic that has more sees that some are missing by the count


@admin.site.register_to_do  # type: ignore[attr-defined]  # our site: core.staff
def waiting_reviews(request: HttpRequest) -> QuerySet[Article] | None:
    """Return the articles that wait for this person to approve them."""
    if not request.user.has_perm("articles.approve_article"):
        return None
    return review.waiting_for(workflow_actions.contributor(request))


@admin.site.register_to_do  # type: ignore[attr-defined]  # our site: core.staff
def articles_that_came_back(request: HttpRequest) -> QuerySet[SentBack] | None:
    """Return what was sent back to this person."""
    if not request.user.has_perm("articles.change_article"):
        return None
    return _came_back(request)


@admin.site.register_panel(Urgency.TODAY)  # type: ignore[attr-defined]  # our site: core.staff
def articles_in_review(request: HttpRequest) -> tuple[str, dict[str, Any]] | None:
    """Return the panel: what this person may approve, what nobody can, and what came back to them.

    The longest wait stands first.
    """
    if not request.user.has_perm("articles.change_article"):
        return None
    waiting = list(_waiting()[:LATEST])
    me = workflow_actions.contributor(request)
    mine = [each for each in waiting if workflow_actions.may_approve(request, each, me)]
    nobodys = sum(not in_review.eligible_reviewers(article) for article in waiting)
    back = list(_came_back(request)[:SHOWN])
    if not (mine or nobodys or back):
        return None
    return "admin/articles/_review_queue.html", {
        "mine": mine[:SHOWN],
        "more": max(0, len(mine) - SHOWN),
        "nobodys": nobodys,
        "back": back,
        "records": [*mine[:SHOWN], *(row.article for row in back)],
    }


def _waiting() -> QuerySet[Article]:
    saved = Revision.objects.filter(article=OuterRef("pk")).order_by("-number")
    return (
        Article.objects.filter(status=Status.IN_REVIEW)
        .select_related("author")
        .only("title", "status", "changed_at", "author")
        .annotate(waits_since=Subquery(saved.values("saved_at")[:1]))
        .order_by("waits_since", "pk")
    )


def _came_back(request: HttpRequest) -> QuerySet[SentBack]:
    """Return what was sent back of what this person wrote, or saved last before that."""
    who = request.user.pk
    mine = Q(article__author__user=who) | Q(revision__saved_by=who)
    rows = SentBack.objects.open().filter(mine)
    return rows.exclude(by_id=request.user.pk).select_related("article", "by")
