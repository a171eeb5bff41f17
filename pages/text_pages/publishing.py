"""The workflow of text pages: it alone changes a status or what readers see.

Every save is a revision. A revision that somebody else approved becomes the next version, which
readers see from then on; versions stay for ever.
"""

from typing import Any

from django.db import transaction
from django.db.models import Max
from django.utils.translation import gettext as _

from articles.publishing.rules import NotPossible
from articles.revisions.content import Content
from core.cache import pages
from core.database import database_time
from pages.text_pages.models import (
    TextPage,
    TextPageRevision,
    TextPageStatus,
    TextPageVersion,
)

LONGEST_NOTE = 2000  # letters


def content_of(page: TextPage | TextPageRevision) -> Content:
    """Return what a working copy or a revision says."""
    return Content(title=page.title, summary=page.summary, body=page.body)


def tag(slug: str) -> str:
    """Return the tag of the kept pages that show this text."""
    return f"text-page:{slug}"


@transaction.atomic
def create(*, slug: str, language: str, content: Content, by: Any) -> TextPage:
    """Create a draft with its first revision. `content` has been cleaned."""
    page = TextPage.objects.create(
        slug=slug,
        language=language,
        title=content.title,
        summary=content.summary,
        body=content.body,
    )
    record_revision(page, by=by)
    return page


@transaction.atomic
def save(page: TextPage, content: Content, *, by: Any, note: str = "") -> TextPageRevision:
    """Save `content`, which has been cleaned, as the working copy and as a revision."""
    _lock(page)
    page.title, page.summary, page.body = content.title, content.summary, content.body
    page.save(update_fields=["title", "summary", "body", "changed_at"])
    return record_revision(page, by=by, note=note)


@transaction.atomic
def record_revision(page: TextPage, *, by: Any, note: str = "") -> TextPageRevision:
    """Keep the working copy, as it was saved just now, as a revision, and return it.

    Where nothing has changed that is the newest one. A change makes a published text a draft again,
    and takes one in review back to it; readers go on seeing the version that is online.
    """
    locked = _lock(page)
    newest = locked.revisions.first()
    if newest and content_of(newest) == content_of(locked):
        return newest
    revision = TextPageRevision.objects.create(
        page=locked,
        number=newest.number + 1 if newest else 1,
        title=locked.title,
        summary=locked.summary,
        body=locked.body,
        note=note.strip(),
        saved_at=database_time.now(),
        saved_by_id=by.pk if by else None,
    )
    locked.status = TextPageStatus.DRAFT
    locked.save(update_fields=["status"])
    page.refresh_from_db()
    return revision


@transaction.atomic
def submit(page: TextPage) -> None:
    """Hand in the newest revision for review."""
    locked = _lock(page, TextPageStatus.DRAFT)
    locked.status, locked.sent_back_note = TextPageStatus.IN_REVIEW, ""
    locked.save(update_fields=["status", "sent_back_note"])
    page.refresh_from_db()


@transaction.atomic
def send_back(page: TextPage, *, note: str = "") -> None:
    """Give it back to who wrote it, who reads `note`. What is online stays online."""
    locked = _lock(page, TextPageStatus.IN_REVIEW)
    locked.status, locked.sent_back_note = TextPageStatus.DRAFT, note.strip()[:LONGEST_NOTE]
    locked.save(update_fields=["status", "sent_back_note"])
    page.refresh_from_db()


def can_approve(page: TextPage, user: Any) -> bool:
    """Return whether this person wrote nothing of what readers have not seen yet."""
    return not _unseen(page).filter(saved_by=user.pk).exists()


@transaction.atomic
def approve(page: TextPage, *, revision: TextPageRevision | None, by: Any) -> TextPageVersion:
    """Show readers `revision`, the one that was read, as the next version.

    Raises NotPossible where somebody has saved another since, and for whoever wrote some of it.
    """
    locked = _lock(page, TextPageStatus.IN_REVIEW)
    if revision is None or locked.newest != revision:
        raise NotPossible(_("Somebody has saved this page since you opened it. Read it again."))
    if not can_approve(locked, by):
        raise NotPossible(_("Somebody other than who wrote it has to approve it."))
    return _put_online(locked, page, revision, by=by)


@transaction.atomic
def confirm(page: TextPage, *, by: Any) -> TextPageVersion:
    """Approve what came along as it stands: it becomes a version that the clinic answers for."""
    locked = _lock(page, TextPageStatus.PUBLISHED)
    if locked.online is None or locked.online.approved_by_id is not None:
        raise NotPossible(_("Somebody here has approved it already."))
    return _put_online(locked, page, locked.online.revision, by=by)


@transaction.atomic
def restore(revision: TextPageRevision, *, by: Any) -> TextPageRevision:
    """Save an old revision anew. Raises NotPossible when it is what stands there."""
    page = revision.page
    if content_of(page.newest) == content_of(revision):
        raise NotPossible(_("This is what the page says already."))
    note = _("Restored from revision {number}").format(number=revision.number)
    return save(page, content_of(revision), by=by, note=note)


@transaction.atomic
def publish_seed(slug: str, language: str, content: Content) -> bool:
    """Put online what came along with the software, approved by nobody; return whether it is new.

    What staff have written or approved stays as it is.
    """
    page = TextPage.objects.filter(slug=slug, language=language).first()
    if page is None:
        page = create(slug=slug, language=language, content=content, by=None)
    elif not _is_untouched(page) or content_of(page) == content:
        return False
    else:
        save(page, content, by=None, note="Came with a new release")
    _put_online(_lock(page), page, page.newest, by=None)
    return True


def _is_untouched(page: TextPage) -> bool:
    written = page.revisions.filter(saved_by__isnull=False).exists()
    return not (written or page.versions.filter(approved_by__isnull=False).exists())


def _put_online(
    locked: TextPage, page: TextPage, revision: TextPageRevision, *, by: Any
) -> TextPageVersion:
    last = locked.versions.aggregate(last=Max("number"))["last"] or 0
    version = TextPageVersion.objects.create(
        page=locked,
        number=last + 1,
        revision=revision,
        published_at=database_time.now(),
        approved_by=by,
    )
    locked.online, locked.status, locked.sent_back_note = version, TextPageStatus.PUBLISHED, ""
    locked.save(update_fields=["online", "status", "sent_back_note"])
    page.refresh_from_db()
    pages.drop(tag(locked.slug))
    return version


def _unseen(page: TextPage) -> Any:
    """The revisions after the one that readers see."""
    seen = page.online.revision.number if page.online else 0
    return page.revisions.filter(number__gt=seen)


def _lock(page: TextPage, *statuses: str) -> TextPage:
    """Lock it until the transaction ends. Raises NotPossible unless it has one of `statuses`."""
    locked = TextPage.objects.select_for_update(of=("self",), no_key=True).get(pk=page.pk)
    if statuses and locked.status not in statuses:
        raise NotPossible(
            _("This cannot be done: the page is “{status}” by now.").format(
                status=locked.get_status_display()
            )
        )
    return locked
