"""What the pages of one issue have in common: who may open them, and what stands around them."""

from typing import Any

from django.contrib.admin import ModelAdmin
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404
from django.template.response import TemplateResponse
from django.urls import reverse

from core.staff import workflow_actions
from core.staff.audit.disclosures import declare
from newsletter.admin.workflow_actions import ACTIONS, IssueAction
from newsletter.models import Issue


def page(
    model_admin: ModelAdmin, request: HttpRequest, issue: Issue, name: str, context: dict[str, Any]
) -> HttpResponse:
    """Return the page `name` of the issue, with its actions; it declares which readers it shows."""
    shown = {
        **model_admin.admin_site.each_context(request),
        "subtitle": str(issue),
        "opts": model_admin.opts,
        "issue": issue,
        "workflow_actions": actions(request, issue),
        "may_change": _may(request),
        **context,
    }
    response = TemplateResponse(request, f"admin/newsletter/issue/{name}.html", shown)
    rows = (*context.get("uncertain", ()), *context.get("held", ()))
    readers = [row.subscriber for row in rows]
    return declare(response, [issue], readers)


def actions(request: HttpRequest, issue: Issue) -> dict[str, IssueAction]:
    """Return what this person can do with the issue as it stands."""
    return workflow_actions.available(ACTIONS, request, issue, status=issue.status)


def _may(request: HttpRequest) -> bool:
    return request.user.has_perm("newsletter.change_issue")


def get_or_404(model_admin: ModelAdmin, request: HttpRequest, pk: int) -> Issue:
    """Return the issue. Raises Http404 or PermissionDenied."""
    issue = get_object_or_404(Issue, pk=pk)
    if not model_admin.has_view_permission(request, issue):
        raise PermissionDenied
    return issue


def posted_or_404(model_admin: ModelAdmin, request: HttpRequest, pk: int) -> Issue:
    """Return the issue that a POST is to change, by somebody who may. Else raises as above."""
    if request.method != "POST":
        raise Http404
    issue = get_or_404(model_admin, request, pk)
    if not _may(request):
        raise PermissionDenied
    return issue


def home_of(issue: Issue) -> str:
    """Return the path of the page where one goes on: to send it, or to watch it."""
    name = "send" if issue.editable else "progress"
    return reverse(f"admin:newsletter_issue_{name}", args=[issue.pk])
