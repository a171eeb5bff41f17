"""From a written issue to one that is sent: its checks, a copy to colleagues, and each step."""

from typing import Any

from django.contrib import messages
from django.contrib.admin import ModelAdmin
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils.text import get_text_list
from django.utils.translation import gettext as _

from core.languages.speaking import name_of
from core.staff import workflow_actions
from core.validation.primary_keys import parse_key
from newsletter.admin import issue_pages
from newsletter.admin.forms import PlanForm, TestForm
from newsletter.admin.workflow_actions import ACTIONS, DECISIONS
from newsletter.delivery import test_message
from newsletter.delivery.smtp_client import ServerUnavailable
from newsletter.issues import checks, rendering, workflow
from newsletter.models import Issue


def send_view(model_admin: ModelAdmin, request: HttpRequest, pk: int) -> HttpResponse:
    """Show what to know before it goes, and the buttons. `?links` also tries every link."""
    issue = issue_pages.get_or_404(model_admin, request, pk)
    problems = checks.quick_checks(issue)
    with_links = "links" in request.GET
    if with_links:
        problems += checks.check_links(issue)
    context = {
        "title": _("Check and send"),
        "problems": problems,
        "stopped": any(problem.stops for problem in problems),
        "with_links": with_links,
        **_counts(issue),
        "plan": PlanForm(),
        "test": TestForm(user=request.user),
        "size": round(len(rendering.render(issue).html.encode()) / 1024),
    }
    return issue_pages.page(model_admin, request, issue, "send", context)


def test_view(model_admin: ModelAdmin, request: HttpRequest, pk: int) -> HttpResponse:
    """Send it to colleagues who were chosen, and to nobody else."""
    issue = issue_pages.posted_or_404(model_admin, request, pk)
    form = TestForm(request.POST, user=request.user)
    if not form.is_valid():
        for error in form.errors.get("to", []):
            model_admin.message_user(request, str(error), messages.ERROR)
        return redirect("admin:newsletter_issue_send", pk)
    sent = []
    for person in form.cleaned_data["to"]:
        try:
            test_message.send(issue, to=person.email)
        except (ServerUnavailable, test_message.NotAccepted) as error:
            said = _("It was not sent to {name}: {why}").format(name=person, why=error)
            model_admin.message_user(request, said, messages.ERROR)
            if isinstance(error, ServerUnavailable):
                break  # for the others, too
        else:
            sent.append(person.email)
    if sent:
        said = _("On its way to {addresses}.").format(addresses=", ".join(sent))
        model_admin.message_user(request, said, messages.SUCCESS)
    return redirect("admin:newsletter_issue_send", pk)


def action_view(model_admin: ModelAdmin, request: HttpRequest, pk: int, name: str) -> HttpResponse:
    """Take one action of the workflow. Only by POST, and only by whom it is for."""
    issue = issue_pages.posted_or_404(model_admin, request, pk)
    action = workflow_actions.get_or_404(ACTIONS | DECISIONS, request, name)
    page = workflow_actions.take(
        model_admin,
        request,
        action,
        [issue],
        refused=workflow.NotPossible,
        confirm=lambda: _confirm_page(model_admin, request, issue) if action.asks_first else None,
    )
    issue.refresh_from_db()
    return page or redirect(issue_pages.home_of(issue))


def _confirm_page(
    model_admin: ModelAdmin, request: HttpRequest, issue: Issue
) -> HttpResponse | None:
    """Return the page that asks once more; None where they are sure, about as many as now."""
    told, count = parse_key(request.POST.get("count")), issue.audience().count()
    if request.POST.get("sure") == "yes" and told == count:
        return None
    workflow.check_ready(issue)
    return issue_pages.page(
        model_admin, request, issue, "confirm_send", {"title": _("Send it now?"), "count": count}
    )


def _counts(issue: Issue) -> dict[str, Any]:
    """Return how many get it, and how many do not because they read another language."""
    counted = issue.chosen_readers().by_language()
    reached = issue.reaches_languages()
    return {
        "count": sum(counted.pop(code, 0) for code in reached),
        "languages": get_text_list([name_of(code) for code in sorted(reached)], _("or")),
        "others": [(name_of(code), number) for code, number in counted.items()],
    }
