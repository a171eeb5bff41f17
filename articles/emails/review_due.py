"""The mail to a reviewer when an article is to be read again. Neutral: no title, no topic."""

from datetime import date, timedelta

from django.conf import settings
from django.db.models import QuerySet
from django.urls import reverse

from articles.models import Article
from core.cache import pages
from core.mail import outbox

AHEAD = timedelta(days=30)


def articles_due(today: date) -> QuerySet[Article]:
    """Return published articles to be read again within AHEAD of `today`, soonest first."""
    return (
        Article.objects.published()
        .filter(next_review__lte=today + AHEAD)
        .select_related("reviewer__user")
        .order_by("next_review")
    )


def email_reviewers(today: date) -> None:
    """Queue one mail for each review that falls due, one more when it is a month overdue.

    And the kept pages of what holds no longer since yesterday are forgotten: they say so.
    """
    for article in Article.objects.published().filter(true_until=today - timedelta(days=1)):
        pages.drop(f"article:{article.slug}")
    for article in articles_due(today):
        day, reviewer = article.next_review, article.reviewer
        if day is None or reviewer is None or reviewer.user is None or not reviewer.user.is_active:
            continue
        overdue = day + AHEAD < today
        outbox.enqueue(
            "article_review_due",
            key=f"article-review:{article.pk}:{day}:{'late' if overdue else 'due'}",
            to=reviewer.user.email,
            about=f"article-review:{article.pk}",
            due=day,
            link=settings.SITE_URL + reverse("admin:articles_article_change", args=[article.pk]),
        )
