"""What readers see: put online, taken away, and what is forgotten when it changes."""

from datetime import date, datetime, timedelta

from django.db import transaction
from django.utils.translation import gettext as _

from articles.article_page import related_articles, translations
from articles.models import Article, Correction, Revision, Status
from articles.publishing.rules import NotPossible, lock
from articles.publishing.stored_content import content_of, raise_if_expired
from core.cache import pages
from core.database import database_time

# A schedule that the system slept through for longer waits for staff instead of surprising them.
LATE = timedelta(hours=6)


def put_online(locked: Article, revision: Revision, *, substance: bool) -> None:
    """Show readers `revision`. The caller holds the lock, and saves."""
    now = database_time.now()
    first = locked.published_at is None
    locked.online = revision
    locked.status = Status.PUBLISHED
    locked.held = False
    locked.publish_at = None
    locked.true_until = content_of(revision).true_until
    if first:
        locked.published_at = now
    elif substance:
        locked.updated_at = now
    locked.save()
    for text in _corrections(locked, revision):
        Correction.objects.create(article=locked, text=text, made_at=now)
    related_articles.refresh(locked)
    drop_cached_pages(locked)


def _corrections(article: Article, revision: Revision) -> list[str]:
    """Notices of this revision, and of those before it that never went online themselves."""
    told = set(article.corrections.values_list("text", flat=True))
    written = article.revisions.filter(number__lte=revision.number).exclude(correction="")
    texts = written.order_by("number").values_list("correction", flat=True)
    return [text for text in dict.fromkeys(texts) if text not in told]


def drop_cached_pages(article: Article) -> None:
    """Forget the kept pages that show this article, once the change is committed."""
    shown_by = Article.objects.filter(related_rows__to=article).values_list("slug", flat=True)
    slugs = {article.slug, *translations.slugs(article), *shown_by}
    pages.drop("articles", *(f"article:{slug}" for slug in sorted(slugs)))


@transaction.atomic
def publish_now(article: Article) -> None:
    """Put an approved article online before its time, or one whose time was missed.

    Raises NotPossible where something it says has ended since.
    """
    locked = lock(article, Status.SCHEDULED)
    if locked.approved:
        raise_if_expired(content_of(locked.approved), on=database_time.now().date())
    _put_approved(locked)
    article.refresh_from_db()


@transaction.atomic
def archive(article: Article) -> None:
    """Take it away from readers. Its revisions stay."""
    locked = lock(article, Status.DRAFT, Status.IN_REVIEW, Status.SCHEDULED, Status.PUBLISHED)
    drop_cached_pages(locked)
    locked.sent_back.filter(closed_at=None).update(closed_at=database_time.now())
    locked.status = Status.ARCHIVED
    locked.online = locked.approved = locked.publish_at = None
    locked.save()
    article.refresh_from_db()


@transaction.atomic
def unarchive(article: Article) -> None:
    """Make it a draft again; it needs a review before anyone reads it."""
    locked = lock(article, Status.ARCHIVED)
    locked.status = Status.DRAFT
    locked.save(update_fields=["status", "changed_at"])
    article.refresh_from_db()


def publish_due(now: datetime | None = None) -> list[Article]:
    """Put online what is due; hold what is overdue by LATE, or holds no longer.

    Returns those that went online. Safe to run twice, and at the same time.
    """
    now = now or database_time.now()
    late = now - LATE
    done = []
    for article in Article.objects.due(now):
        try:
            if _publish_or_hold(article, now, late):
                done.append(article)
        except NotPossible:  # somebody was faster
            continue
    return done


@transaction.atomic
def _publish_or_hold(article: Article, now: datetime, late: datetime) -> bool:
    locked = lock(article, Status.SCHEDULED)
    if locked.held or locked.publish_at is None or locked.publish_at > now:
        raise NotPossible(_("It is not due."))
    if locked.publish_at < late or _has_ended(locked, now.date()):
        locked.held = True
        locked.save(update_fields=["held", "changed_at"])
        return False
    _put_approved(locked)
    return True


def _has_ended(locked: Article, today: date) -> bool:
    until = locked.approved and content_of(locked.approved).true_until
    return bool(until and until < today)


def _put_approved(locked: Article) -> None:
    if locked.approved is None:  # the database keeps that out, see its constraints
        raise NotPossible(_("It is not approved."))
    put_online(locked, locked.approved, substance=True)


@transaction.atomic
def backdate(article: Article, *, published_at: datetime) -> None:
    """Say when it was first published: for what was public elsewhere before it came here.

    Raises NotPossible unless it is published, and for a time to come.
    """
    locked = lock(article, Status.PUBLISHED)
    if published_at > database_time.now():
        raise NotPossible(_("That time is yet to come."))
    locked.published_at = published_at
    locked.save(update_fields=["published_at", "changed_at"])
    drop_cached_pages(locked)
    article.refresh_from_db()
