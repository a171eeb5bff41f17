"""The actions of the workflow as buttons above an article's form."""

from typing import Any

from django.conf import settings
from django.http import HttpRequest
from django.utils import timezone
from django.utils.text import format_lazy
from django.utils.translation import get_language_info, gettext
from django.utils.translation import gettext_lazy as _

from articles import languages
from articles.emails import in_review
from articles.links import preview_links
from articles.models import Article, Contributor, Status
from articles.publishing import publication, review, translation_drafts
from articles.publishing.rules import NotPossible
from articles.publishing.stored_content import content_of
from core import broker
from core.staff.workflow_actions import WorkflowAction, available, has_permission
from core.validation.primary_keys import parse_key


def contributor(request: HttpRequest) -> Contributor | None:
    """Return the contributor to whom this account belongs, if any."""
    return Contributor.objects.filter(user_id=request.user.pk or 0).first()


def reviewer(request: HttpRequest) -> Contributor:
    """Return the contributor of this account. Raises NotPossible where there is none."""
    found = contributor(request)
    if found is None:
        raise NotPossible(_("Your account belongs to no contributor."))
    return found


def may_approve(request: HttpRequest, article: Article, me: Contributor | None = None) -> bool:
    """Return whether this person may approve this very article, or renew its review.

    `me` is who they are, where that is known.
    """
    return request.user.has_perm("articles.approve_article") and review.can_approve(
        article, me or contributor(request)
    )


def _approve(request: HttpRequest, article: Article) -> None:
    revision = article.revisions.filter(number=parse_key(request.POST.get("revision"))).first()
    if revision is None:
        raise NotPossible(_("Say which revision you have read."))
    review.approve(
        article,
        revision=revision,
        by=reviewer(request),
        whole=request.POST.get("whole") == "on",
    )


def _send_back(request: HttpRequest, article: Article) -> None:
    review.send_back(article, by=request.user, note=request.POST.get("note", ""))


def _submit(request: HttpRequest, article: Article) -> str:
    review.submit(article)
    return nobody_can_approve(article)


def nobody_can_approve(article: Article) -> str:
    """Return a warning for staff where nobody is there who could approve it; else nothing."""
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


def _may_translate(request: HttpRequest, article: Article) -> bool:
    return article.language == languages.ORIGINAL and request.user.has_perm("articles.add_article")


def _translate(request: HttpRequest, article: Article, language: str) -> None:
    author = contributor(request)
    translation_drafts.start(article, language=language, by=request.user, author=author)


def _translation(language: str) -> WorkflowAction:
    """The button that begins an article's translation into this language."""
    name = get_language_info(language)["name"]
    return WorkflowAction(
        label=format_lazy(_("Translate into {language}"), language=name),
        done=_("This is a draft with the original’s text. Write its address and its words anew."),
        statuses=(DRAFT, IN_REVIEW, SCHEDULED, PUBLISHED),
        allowed=_may_translate,
        run=lambda request, article: _translate(request, article, language),
    )


TRANSLATE = "translate-"  # the beginning of an action's name; its language follows
DRAFT, IN_REVIEW, SCHEDULED, PUBLISHED, ARCHIVED = (str(status) for status in Status.values)
MAY_CHANGE = has_permission("articles.change_article")
ACTIONS = {
    "submit": WorkflowAction(
        label=_("Hand in for review"),
        done=_("It waits for a reviewer now. Those who may approve it are told by e-mail."),
        statuses=(DRAFT,),
        allowed=MAY_CHANGE,
        run=_submit,
        is_primary=True,
    ),
    "approve": WorkflowAction(
        label=_("Approve"),
        done=_("Approved."),
        statuses=(IN_REVIEW,),
        allowed=may_approve,
        run=_approve,
        is_primary=True,
    ),
    "send-back": WorkflowAction(
        label=_("Send back to the author"),
        done=_("It is a draft again."),
        statuses=(IN_REVIEW, SCHEDULED),
        allowed=MAY_CHANGE,
        run=_send_back,
    ),
    "publish-now": WorkflowAction(
        label=_("Publish now"),
        done=_("It is online."),
        statuses=(SCHEDULED,),
        allowed=MAY_CHANGE,
        run=lambda request, article: publication.publish_now(article),
        is_primary=True,
    ),
    "confirm": WorkflowAction(
        label=_("I have read it again: nothing needs to change"),
        done=_("The review is renewed."),
        statuses=(PUBLISHED,),
        allowed=may_approve,
        run=lambda request, article: review.confirm_review(article, by=reviewer(request)),
    ),
    "check-links": WorkflowAction(
        label=_("Check the links of its sources"),
        done=_("We are looking. Reload this page in a minute."),
        statuses=(DRAFT, IN_REVIEW, SCHEDULED, PUBLISHED),
        allowed=MAY_CHANGE,
        run=_check_links,
    ),
    "archive": WorkflowAction(
        label=_("Take it offline (archive)"),
        done=_("Readers cannot see it any more."),
        statuses=(DRAFT, IN_REVIEW, SCHEDULED, PUBLISHED),
        allowed=MAY_CHANGE,
        run=lambda request, article: publication.archive(article),
    ),
    "take-back": WorkflowAction(
        label=_("Make it a draft again"),
        done=_("It is a draft again."),
        statuses=(ARCHIVED,),
        allowed=MAY_CHANGE,
        run=lambda request, article: publication.unarchive(article),
    ),
} | {
    f"{TRANSLATE}{language}": _translation(language)
    for language in languages.others(languages.ORIGINAL)
}


def workflow_panel(request: HttpRequest, article: Article) -> dict[str, Any]:
    """Return what the panel above the form says, and which buttons it has for this person."""
    actions = available(ACTIONS, request, article, status=article.status)
    there = list(article.translations.select_related("online").order_by("language"))
    for translation in there:
        actions.pop(f"{TRANSLATE}{translation.language}", None)
    return {
        "actions": actions,
        "translations": there,
        "missed": translation_drafts.missed_change(article),
        "newest": article.newest,
        "approves": "approve" in actions,
        "approvers": in_review.eligible_reviewers(article) if article.status == IN_REVIEW else [],
        "preview": settings.SITE_URL + preview_links.link(article),
        "sent_back": article.sent_back.filter(closed_at=None).select_related("by").first(),
        "ending": [
            (text, day, day < timezone.localdate())
            for text, day in content_of(article).dated_statements()
        ],
        "corrections": article.corrections.all(),
        "links": article.link_checks.all(),
    }
