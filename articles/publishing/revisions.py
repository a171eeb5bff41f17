"""Saving an article: every save is kept as a revision."""

from dataclasses import replace
from typing import Any

from django.contrib.auth.models import AbstractBaseUser, AnonymousUser
from django.db import transaction
from django.db.models import Max
from django.utils.translation import gettext as _

from articles.emails import in_review
from articles.models import (
    Approval,
    Article,
    Contributor,
    DatedFact,
    Question,
    Revision,
    Source,
    Status,
    Topic,
)
from articles.pictures import library
from articles.publishing import publication, slugs
from articles.publishing.rules import NotPossible, Refused, lock
from articles.publishing.stored_content import content_of
from articles.revisions import content
from articles.revisions.content import Content, QuestionAnswer
from core.database import database_time
from core.richtext import sanitizer as html_in
from core.richtext.plain_text import extract, reading_minutes, strip_citations
from core.validation.control_characters import without_controls

Who = AbstractBaseUser | AnonymousUser | None  # None: the system itself, such as the loader


def clean_content(what: Content) -> Content:
    """Return `what` with its text cleaned. Raises Refused with a sentence for whoever wrote it."""
    body = html_in.clean(what.body, is_ours=library.is_shown_in_articles)
    if not extract(body).text:
        raise Refused(_("The text is empty."))
    return Content(
        title=_line(what.title),
        summary=_line(what.summary),
        body=body,
        key_points=tuple(_line(point) for point in what.key_points),
        faq=tuple(
            QuestionAnswer(_line(each.question), without_controls(each.answer)) for each in what.faq
        ),
        sources=tuple(
            replace(
                source,
                title=_line(source.title),
                publisher=_line(source.publisher),
                url=without_controls(source.url),
            )
            for source in what.sources
        ),
        facts=tuple(
            replace(fact, sentence=_line(fact.sentence))
            for fact in sorted(what.facts, key=lambda fact: fact.true_until)
        ),
    )


def _line(text: str) -> str:
    return " ".join(without_controls(text).split())


@transaction.atomic
def create(
    what: Content,
    *,
    slug: str,
    topic: Topic,
    author: Contributor,
    by: Who,
    **more: Any,
) -> Article:
    """Create a draft with its first revision. Raises Refused, also for an address that is taken."""
    slugs.raise_if_taken(slug)
    what = clean_content(what)
    article = Article.objects.create(
        slug=slug, topic=topic, author=author, title=what.title, summary=what.summary, **more
    )
    save(article, what, by=by)
    return article


@transaction.atomic
def save(
    article: Article,
    what: Content,
    *,
    by: Who,
    note: str = "",
    correction: str = "",
    small: bool = False,
) -> Revision:
    """Save `what` as the working copy and as a revision. See `record_revision`."""
    what = clean_content(what)
    lock(article)
    article.title, article.summary, article.body = what.title, what.summary, what.body
    article.key_points = "\n".join(what.key_points)
    article.save(update_fields=["title", "summary", "body", "key_points", "changed_at"])
    article.sources.all().delete()
    Source.objects.bulk_create(
        Source(article=article, number=number, **line.__dict__)
        for number, line in enumerate(what.sources, 1)
    )
    article.facts.all().delete()
    DatedFact.objects.bulk_create(
        DatedFact(article=article, **fact.__dict__) for fact in what.facts
    )
    article.faq.all().delete()
    Question.objects.bulk_create(
        Question(article=article, position=place, question=each.question, answer=each.answer)
        for place, each in enumerate(what.faq)
    )
    return record_revision(article, by=by, note=note, correction=correction, small=small)


@transaction.atomic
def record_revision(
    article: Article,
    *,
    by: Who,
    note: str = "",
    correction: str = "",
    small: bool = False,
) -> Revision:
    """Keep the working copy, as it was saved just now, as a revision, and return it.

    Where nothing has changed that is the newest one. A change of substance to an approved article
    sends it back to review, while readers go on seeing the approved revision. `small` says that it
    is a slip of the pen: if `is_small_fix` agrees, it goes online at once with the approval it has.
    A `correction` is shown to readers, with its date, once the revision is online.
    """
    locked = lock(article)
    what = content_of(locked)
    newest = locked.revisions.first()
    if newest and content_of(newest) == what and not correction:
        return newest
    revision = _write(locked, what, by=by, note=note, correction=correction)
    if locked.approved_id is not None:
        _after_approval(locked, newest, revision, small=small)
    article.refresh_from_db()
    return revision


def _write(locked: Article, what: Content, *, by: Who, note: str, correction: str) -> Revision:
    read = extract(what.body)
    answers = [f"{each.question}\n{each.answer}" for each in what.faq]
    text = strip_citations("\n".join([*what.key_points, read.text, *answers]))
    last = locked.revisions.aggregate(last=Max("number"))["last"] or 0
    return Revision.objects.create(
        article=locked,
        number=last + 1,
        title=what.title,
        summary=what.summary,
        body=what.body,
        key_points=list(what.key_points),
        faq=[each.__dict__ for each in what.faq],
        sources=[each.to_json() for each in what.sources],
        facts=[each.to_json() for each in what.facts] or None,
        correction=correction.strip(),
        note=note.strip(),
        text=text,
        headings=read.headings,
        minutes=reading_minutes(text),
        saved_at=database_time.now(),
        saved_by_id=by.pk if by else None,
    )


def _after_approval(
    locked: Article, before: Revision | None, revision: Revision, *, small: bool
) -> None:
    """Of an article with an approval: what the new save means for it."""
    if locked.status not in (Status.PUBLISHED, Status.SCHEDULED):
        return
    approved = locked.approved
    if small and approved and approved == before and _is_slip(approved, revision):
        _approve_likewise(approved, revision)
        locked.approved = revision
        if locked.status == Status.PUBLISHED:
            publication.put_online(locked, revision, substance=bool(revision.correction))
    else:
        locked.status = Status.IN_REVIEW
        in_review.email_reviewers(locked)
        if locked.online_id is None:  # the approval was for a text that has changed since
            locked.approved = None
    locked.save()


def _is_slip(approved: Revision, revision: Revision) -> bool:
    return content.is_small_fix(content_of(approved), content_of(revision))


def _approve_likewise(approved: Revision, revision: Revision) -> None:
    """What was approved holds for a slip of the pen as well, by the same person and day."""
    last = approved.approvals.latest("given")
    Approval.objects.create(
        revision=revision,
        reviewer=last.reviewer,
        credentials=last.credentials,
        whole=last.whole,
        given=last.given,
    )


def restore(revision: Revision, *, by: Who) -> Revision:
    """Save the content of an old revision anew. Raises NotPossible when it is what stands there."""
    article = revision.article
    newest = article.revisions.first()
    if newest and content_of(newest) == content_of(revision):
        raise NotPossible(_("This is what the article says already."))
    note = _("Restored from revision {number}").format(number=revision.number)
    return save(article, content_of(revision), by=by, note=note)
