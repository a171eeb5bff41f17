"""The steps of the workflow as buttons above an article's form."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from django.conf import settings
from django.http import HttpRequest
from django.utils import timezone
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from articles import publishing
from articles.emails import in_review
from articles.links import preview_links
from articles.models import Article, Contributor, Status
from articles.publishing import content_of
from core import broker
from core.validation.primary_keys import parse_key


@dataclass(frozen=True)
class Step:
    """One button: where it shows, what it says, and what it does with the request's POST."""

    label: Any
    done: Any
    statuses: tuple[str, ...]
    act: Callable[[HttpRequest, Article], Any]  # what it returns is a warning, said instead
    reviews: bool = False  # only for those who may approve this article
    primary: bool = False


def contributor(request: HttpRequest) -> Contributor | None:
    return Contributor.objects.filter(user_id=request.user.pk or 0).first()


def reviewer(request: HttpRequest) -> Contributor:
    """Raises NotPossible for somebody whose account belongs to no contributor."""
    found = contributor(request)
    if found is None:
        raise publishing.NotPossible(_("Your account belongs to no contributor."))
    return found


def may_approve(request: HttpRequest, article: Article) -> bool:
    return request.user.has_perm("articles.approve_article") and publishing.can_approve(
        article, contributor(request)
    )


def _approve(request: HttpRequest, article: Article) -> None:
    revision = article.revisions.filter(number=parse_key(request.POST.get("revision"))).first()
    if revision is None:
        raise publishing.NotPossible(_("Say which revision you have read."))
    publishing.approve(
        article,
        revision=revision,
        by=reviewer(request),
        whole=request.POST.get("whole") == "on",
    )


def _submit(request: HttpRequest, article: Article) -> str:
    publishing.submit(article)
    return nobody_can_approve(article)


def nobody_can_approve(article: Article) -> str:
    """A warning for staff, where nobody who could approve it is there."""
    if in_review.eligible_reviewers(article):
        return ""
    return gettext(
        "It waits, but nobody here can approve it. That takes a contributor with credentials and an"
        " account whose role may approve, and who did not write it. Ask a manager to add one."
    )


def _check_links(request: HttpRequest, article: Article) -> str:
    if broker.publish("articles.tasks.check_links", article.pk):
        return ""
    return gettext("The links cannot be checked at this moment. Please try again in a minute.")


DRAFT, IN_REVIEW, SCHEDULED, PUBLISHED, ARCHIVED = (str(status) for status in Status.values)
STEPS = {
    "submit": Step(
        _("Hand in for review"),
        _("It waits for a reviewer now. Those who may approve it are told by e-mail."),
        (DRAFT,),
        _submit,
        primary=True,
    ),
    "approve": Step(
        _("Approve"),
        _("Approved."),
        (IN_REVIEW,),
        _approve,
        reviews=True,
        primary=True,
    ),
    "send-back": Step(
        _("Send back to the author"),
        _("It is a draft again."),
        (IN_REVIEW, SCHEDULED),
        lambda request, article: publishing.send_back(article),
    ),
    "publish-now": Step(
        _("Publish now"),
        _("It is online."),
        (SCHEDULED,),
        lambda request, article: publishing.publish_now(article),
        primary=True,
    ),
    "confirm": Step(
        _("I have read it again: nothing needs to change"),
        _("The review is renewed."),
        (PUBLISHED,),
        lambda request, article: publishing.confirm_review(article, by=reviewer(request)),
        reviews=True,
    ),
    "check-links": Step(
        _("Check the links of its sources"),
        _("We are looking. Reload this page in a minute."),
        (DRAFT, IN_REVIEW, SCHEDULED, PUBLISHED),
        _check_links,
    ),
    "archive": Step(
        _("Take it offline (archive)"),
        _("Readers cannot see it any more."),
        (DRAFT, IN_REVIEW, SCHEDULED, PUBLISHED),
        lambda request, article: publishing.archive(article),
    ),
    "take-back": Step(
        _("Make it a draft again"),
        _("It is a draft again."),
        (ARCHIVED,),
        lambda request, article: publishing.unarchive(article),
    ),
}


def stands(request: HttpRequest, article: Article) -> dict[str, Any]:
    """What the panel above the form says, and which buttons it has for this person."""
    approves = may_approve(request, article)
    changes = request.user.has_perm("articles.change_article")
    return {
        "steps": {
            name: step
            for name, step in STEPS.items()
            if article.status in step.statuses and (approves if step.reviews else changes)
        },
        "newest": article.newest,
        "approves": approves,
        "approvers": in_review.eligible_reviewers(article) if article.status == IN_REVIEW else [],
        "preview": settings.SITE_URL + preview_links.link(article),
        "ending": [
            (text, day, day < timezone.localdate())
            for text, day in content_of(article).dated_statements()
        ],
        "corrections": article.corrections.all(),
        "links": article.link_checks.all(),
    }
