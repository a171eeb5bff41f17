"""Mails about comments. Staff get a count, a time and a link; a writer gets a neutral line.

A writer hears from us only once a person has read the comment: so no program can make us write to
somebody else's address.
"""

from datetime import datetime, timedelta

from django.conf import settings
from django.db import transaction
from django.db.models import Max
from django.urls import reverse

from articles.comments import links
from articles.models import Comment, CommentStatus
from core.languages.speaking import speaking
from core.mail import outbox, waiting_counts
from core.staff.models import User

AT_MOST_ONE_IN = timedelta(hours=1)  # to moderators


def email_writer(comment: Comment, template: str, *, key: str) -> None:
    """Queue a mail to whoever wrote the comment, if they left an address.

    An earlier mail about it that is not sent yet never will be.
    """
    if comment.email:
        with speaking(comment.language):
            link = settings.SITE_URL + links.page(comment)
        outbox.enqueue(
            template,
            key=key,
            to=comment.email,
            about=_about(comment),
            overtakes=True,
            language=comment.language,
            link=link,
        )


def cancel_emails(comment: Comment) -> None:
    """Let no mail about the comment go out any more."""
    outbox.drop(about=_about(comment))


def _about(comment: Comment) -> str:
    return f"comment:{comment.pk}"


@transaction.atomic
def email_moderators(now: datetime) -> int:
    """Tell moderators how many comments wait, and return how many mails that makes.

    That is where one is new and the last mail is COMMENT_MAIL_MINUTES old. Safe to run twice, and
    at the same time.
    """
    waiting = Comment.objects.held().order_by("pk").select_for_update()
    held = list(waiting.values_list("pk", "told_at", "created_at"))
    untold = [pk for pk, told_at, _ in held if told_at is None]
    last = Comment.objects.aggregate(last=Max("told_at"))["last"]
    if not untold or (last and now < last + AT_MOST_ONE_IN):
        return 0
    Comment.objects.filter(pk__in=untold).update(told_at=now)
    address = reverse("admin:articles_comment_changelist")
    to_whom = moderators()
    for to in to_whom:
        waiting_counts.tell(
            "comments_waiting",
            key=f"comments-waiting:{max(untold)}:{to}",
            to=to,
            about="comments-waiting",
            count=len(held),
            first=min(created for *_, created in held),
            page=f"{address}?status={CommentStatus.HELD}",
        )
    return len(to_whom)


def moderators() -> list[str]:
    """Return COMMENT_MODERATORS, or else the addresses of all whose role decides about comments."""
    if settings.COMMENT_MODERATORS:
        return settings.COMMENT_MODERATORS
    deciding = User.objects.whose_role_may("articles.change_comment")
    return sorted(deciding.values_list("email", flat=True))
