"""The actions of the workflow as buttons above a text page's form."""

from typing import Any

from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _

from core.staff.workflow_actions import WorkflowAction, available, has_permission
from core.validation.primary_keys import parse_key
from pages.text_pages import catalog, publishing
from pages.text_pages.expiring_pages import first_day_of
from pages.text_pages.models import TextPage, TextPageStatus

DRAFT, IN_REVIEW, PUBLISHED = (str(status) for status in TextPageStatus.values)
MAY_CHANGE = has_permission("pages.change_textpage")
MAY_APPROVE = has_permission("pages.approve_textpage")


def may_approve(request: HttpRequest, page: TextPage) -> bool:
    """Return whether this person may approve what is new in this very page."""
    return MAY_APPROVE(request, page) and publishing.can_approve(page, request.user)


def may_confirm(request: HttpRequest, page: TextPage) -> bool:
    """Return whether this person may approve what came along as it stands."""
    came_along = page.online is not None and page.online.approved_by_id is None
    return came_along and MAY_APPROVE(request, page)


def _approve(request: HttpRequest, page: TextPage) -> None:
    number = parse_key(request.POST.get("revision"))
    revision = page.revisions.filter(number=number).first()
    publishing.approve(page, revision=revision, by=request.user)


ACTIONS = {
    "submit": WorkflowAction(
        label=_("Hand in for review"),
        done=_("It waits for somebody who may approve it."),
        statuses=(DRAFT,),
        allowed=MAY_CHANGE,
        run=lambda request, page: publishing.submit(page),
        is_primary=True,
    ),
    "approve": WorkflowAction(
        label=_("Approve: readers see it now"),
        done=_("It is online, as a new version."),
        statuses=(IN_REVIEW,),
        allowed=may_approve,
        run=_approve,
        is_primary=True,
    ),
    "send-back": WorkflowAction(
        label=_("Send back"),
        done=_("It is a draft again."),
        statuses=(IN_REVIEW,),
        allowed=lambda request, page: MAY_CHANGE(request, page) or MAY_APPROVE(request, page),
        run=lambda request, page: publishing.send_back(page, note=request.POST.get("note", "")),
    ),
    "confirm": WorkflowAction(
        label=_("I have read it: it holds for our clinic as it stands"),
        done=_("Readers are told that you have reviewed it."),
        statuses=(PUBLISHED,),
        allowed=may_confirm,
        run=lambda request, page: publishing.confirm(page, by=request.user),
    ),
}


def workflow_panel(request: HttpRequest, page: TextPage) -> dict[str, Any]:
    """Return what the panel above the form says, and which buttons it has for this person."""
    actions = available(ACTIONS, request, page, status=page.status)
    entry = catalog.BY_SLUG.get(page.slug)
    return {
        "actions": actions,
        "newest": page.newest,
        "approves": "approve" in actions,
        "is_legal": entry is not None and entry.group == catalog.LEGAL,
        "ends": first_day_of(page),
        "came_along": page.online is not None and page.online.approved_by_id is None,
    }
