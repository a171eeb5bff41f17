"""The panel of articles that wait for a review."""

from typing import Any

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest

from articles.admin import workflow_actions
from articles.emails import in_review
from articles.models import Article, Status
from articles.publishing import review


@admin.site.register_to_do  # type: ignore[attr-defined]  # our site: core.staff
def waiting_reviews(request: HttpRequest) -> QuerySet[Article] | None:
    """Return the articles that wait for this person to approve them."""
    if not request.user.has_perm("articles.approve_article"):
        return None
    return review.waiting_for(workflow_actions.contributor(request))


@admin.site.register_panel  # type: ignore[attr-defined]  # our site: core.staff
def articles_in_review(request: HttpRequest) -> tuple[str, dict[str, Any]] | None:
    """Return the panel: how many this person may approve, and for editors how many nobody can."""
    if not request.user.has_perm("articles.change_article"):
        return None
    waiting = list(Article.objects.filter(status=Status.IN_REVIEW).select_related("author"))
    mine = sum(workflow_actions.may_approve(request, article) for article in waiting)
    nobodys = sum(not in_review.eligible_reviewers(article) for article in waiting)
    if not (mine or nobodys):
        return None
    return "admin/articles/_review_queue.html", {"mine": mine, "nobodys": nobodys, "records": ()}
