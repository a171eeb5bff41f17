"""Who may approve an article, and the mail that tells them that one waits. No title, no topic."""

from django.conf import settings
from django.contrib.auth.backends import ModelBackend
from django.urls import reverse

from articles.models import Article, Contributor
from core.mail import outbox


def eligible_reviewers(article: Article) -> list[Contributor]:
    """Return contributors with credentials and a right to approve who did not write it, by name."""
    may = ModelBackend().with_perm("articles.approve_article").filter(is_staff=True)
    others = Contributor.objects.reviewers().exclude(pk=article.author_id)
    return list(others.filter(user__in=may).select_related("user"))


def email_reviewers(article: Article) -> None:
    """Queue one mail to each of them about the newest save, in the caller's transaction."""
    for contributor in eligible_reviewers(article):
        to = contributor.user.email if contributor.user else ""
        outbox.enqueue(
            "article_in_review",
            key=f"article-in-review:{article.pk}:{article.newest.number}:{contributor.pk}",
            to=to,
            about=about(article),
            link=settings.SITE_URL + reverse("admin:articles_article_change", args=[article.pk]),
        )


def cancel_emails(article: Article) -> None:
    """Drop what is not sent yet: somebody has decided."""
    outbox.drop(about=about(article))


def about(article: Article) -> str:
    """Return the key under which mails about this article's review stand in the outbox."""
    return f"article-in-review:{article.pk}"
