"""The review by a clinician: submit, approve or send back, and read again after a year."""

import calendar
import re
from datetime import date, datetime
from typing import Any

from django.db import transaction
from django.db.models import QuerySet
from django.utils.translation import gettext as _

from articles.emails import in_review
from articles.models import Approval, Article, Contributor, Revision, Status
from articles.publishing import publication
from articles.publishing.rules import NotPossible, lock
from articles.publishing.stored_content import content_of, raise_if_expired
from articles.revisions.content import Content
from core.database import database_time
from core.richtext.plain_text import CITATION, extract

LONGEST_NOTE = 2000  # letters


@transaction.atomic
def submit(article: Article, *, tell: bool = True) -> None:
    """Submit the newest revision for review, and tell those who may approve it.

    Raises NotPossible, saying what is missing. Without `tell` nobody is told: for whoever hands in
    and approves in one go.
    """
    locked = lock(article, Status.DRAFT)
    missing = list(_missing(content_of(locked)))
    original = locked.translation_of
    if original and locked.body in (original.body, original.online and original.online.body):
        missing.append(_("Its text is still that of the original: translate it first."))
    if missing:
        raise NotPossible(" ".join(missing))
    locked.sent_back.filter(closed_at=None).update(closed_at=database_time.now())
    _set(locked, article, status=Status.IN_REVIEW)
    if tell:
        in_review.email_reviewers(article)


def _missing(what: Content) -> Any:
    if not what.summary:
        yield _("Write a summary first.")
    if not what.sources:
        yield _("A medical text needs at least one source.")
    numbers = {
        int(number)
        for cited in CITATION.findall(extract(what.body).text)
        for number in re.findall(r"\d+", cited)
    }
    for fact in what.facts:
        if not what.contains(fact.sentence):
            yield _("“{text}” has a date, but the text does not say it.").format(text=fact.sentence)
    for number in sorted(numbers):
        if not 1 <= number <= len(what.sources):
            yield _("The text cites [{number}], but there is no such source.").format(number=number)


def can_approve(article: Article, contributor: Contributor | None) -> bool:
    """Return whether this contributor has credentials and did not write it."""
    return bool(contributor and contributor.credentials and contributor != article.author)


def waiting_for(contributor: Contributor | None) -> QuerySet[Article]:
    """Return the articles in review that this contributor can approve."""
    if not contributor or not contributor.credentials:
        return Article.objects.none()
    return Article.objects.filter(status=Status.IN_REVIEW).exclude(author=contributor)


@transaction.atomic
def approve(
    article: Article,
    *,
    revision: Revision,
    by: Contributor,
    whole: bool = True,
    dated: bool = False,
) -> None:
    """Approve `revision` for readers: from now, or from its time if that lies ahead.

    `revision` is the one that was read; if somebody has saved another since, NotPossible. With
    `whole` the whole article was reviewed, and only then readers are told when it is due again.
    Raises NotPossible unless `by` has credentials and is not the author, and where something that
    the text says has ended by the day it goes online; not with `dated`, for what is brought in as
    it once was: its page tells readers so.
    """
    locked = lock(article, Status.IN_REVIEW)
    _check_reviewer(locked, by)
    if locked.revisions.first() != revision:
        raise NotPossible(_("Somebody has saved this article since you opened it. Read it again."))
    now = database_time.now()
    if not dated:
        raise_if_expired(content_of(revision), on=max(now, locked.publish_at or now).date())
    _give(locked, revision, by=by, whole=whole, now=now)
    in_review.cancel_emails(locked)
    if locked.publish_at and locked.publish_at > now:
        locked.status = Status.SCHEDULED
        locked.held = False
    else:
        publication.put_online(locked, revision, substance=True)
    locked.save()
    article.refresh_from_db()


@transaction.atomic
def confirm_review(article: Article, *, by: Contributor) -> None:
    """Confirm that the published article, read again, needs no change."""
    locked = lock(article, Status.PUBLISHED)
    _check_reviewer(locked, by)
    raise_if_expired(content_of(locked.published_revision), on=database_time.now().date())
    _give(locked, locked.published_revision, by=by, whole=True, now=database_time.now())
    locked.save()
    publication.drop_cached_pages(locked)
    article.refresh_from_db()


@transaction.atomic
def send_back(article: Article, *, by: Any = None, note: str = "") -> None:
    """Give it back to its author, who reads `note`. What is online stays online."""
    locked = lock(article, Status.IN_REVIEW, Status.SCHEDULED)
    in_review.cancel_emails(locked)
    now = database_time.now()
    locked.sent_back.filter(closed_at=None).update(closed_at=now)
    locked.sent_back.create(revision=locked.newest, by=by, note=note.strip()[:LONGEST_NOTE], at=now)
    _set(locked, article, status=Status.DRAFT)


@transaction.atomic
def reschedule(article: Article, *, at: datetime) -> None:
    """Set another time for an approved article. Raises NotPossible for a time that is past."""
    locked = lock(article, Status.SCHEDULED)
    if at <= database_time.now():
        raise NotPossible(_("That time is past. To publish now, use “Publish now”."))
    if locked.approved:
        raise_if_expired(content_of(locked.approved), on=at.date())
    _set(locked, article, publish_at=at, held=False)


def _check_reviewer(article: Article, by: Contributor) -> None:
    if not by.credentials:
        raise NotPossible(_("Only a contributor with credentials can approve an article."))
    if by == article.author:
        raise NotPossible(_("Somebody other than the author has to approve it."))


def _give(
    locked: Article, revision: Revision, *, by: Contributor, whole: bool, now: datetime
) -> None:
    Approval.objects.create(
        revision=revision, reviewer=by, credentials=by.credentials, whole=whole, given=now
    )
    locked.approved = revision
    locked.reviewer = by
    locked.reviewed_whole = whole
    if whole or locked.last_reviewed is None:
        locked.last_reviewed = now.date()
        locked.next_review = months_later(now.date(), locked.review_months)
    until = content_of(revision).true_until
    if until and locked.next_review and until < locked.next_review:
        locked.next_review = until  # by the last day on which all of it holds


def months_later(day: date, months: int) -> date:
    """Return the same day of a later month, or its last one."""
    year, month = divmod(day.month - 1 + months, 12)
    last = calendar.monthrange(day.year + year, month + 1)[1]
    return date(day.year + year, month + 1, min(day.day, last))


def _set(locked: Article, article: Article, **values: Any) -> None:
    for name, value in values.items():
        setattr(locked, name, value)
    locked.save(update_fields=[*values, "changed_at"])
    article.refresh_from_db()
