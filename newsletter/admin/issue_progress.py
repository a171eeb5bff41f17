"""The progress of an issue that is being sent, or was: figures, and deliveries to decide about."""

from datetime import date
from typing import Any

from django.conf import settings
from django.contrib import messages
from django.contrib.admin import ModelAdmin
from django.db.models import CharField, Count, F, Func, Value
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.utils.safestring import mark_safe
from django.utils.translation import gettext as _

from core.database import database_time
from newsletter.admin import issue_pages
from newsletter.admin.workflow_actions import DECISIONS
from newsletter.delivery import dispatch, warm_up
from newsletter.issues import issue_stats, workflow
from newsletter.issues.svg_plot import plot
from newsletter.models import Delivery, HardBounce, Issue

SHOWN = 100
REASONS = 10


def progress_view(model_admin: ModelAdmin, request: HttpRequest, pk: int) -> HttpResponse:
    """Show figures, and what waits for somebody to decide."""
    issue = issue_pages.get_or_404(model_admin, request, pk)
    decides = request.user.has_perm("newsletter.change_subscriber")
    context = live_stats(issue) | report_history(issue)
    context |= held_bounces(issue, decides=decides)
    context |= {"title": _("Progress"), "decisions": DECISIONS}
    return issue_pages.page(model_admin, request, issue, "progress", context)


def stats_view(model_admin: ModelAdmin, request: HttpRequest, pk: int) -> HttpResponse:
    """Show the part of the progress page that changes while it is being sent."""
    issue = issue_pages.get_or_404(model_admin, request, pk)
    return issue_pages.page(model_admin, request, issue, "_stats", live_stats(issue))


def decide_view(
    model_admin: ModelAdmin, request: HttpRequest, pk: int, delivery: int, name: str
) -> HttpResponse:
    """Settle one delivery of which nobody knows whether it arrived."""
    issue = issue_pages.posted_or_404(model_admin, request, pk)
    decide = {"resend": workflow.resend, "mark-sent": workflow.mark_sent}.get(name)
    if decide is None:
        raise Http404
    row = get_object_or_404(Delivery, pk=delivery, issue=issue)
    try:
        decide(row)
    except workflow.NotPossible as error:
        model_admin.message_user(request, str(error), messages.ERROR)
    else:
        model_admin.log_change(request, issue, f"{name} {delivery}")
    return redirect("admin:newsletter_issue_progress", pk)


def live_stats(issue: Issue) -> dict[str, Any]:
    """Return what changes while it is being sent."""
    uncertain = Delivery.objects.of(issue).uncertain().select_related("subscriber")
    rows = list(uncertain.order_by("pk")[:SHOWN])
    return {
        "stats": issue_stats.current(issue),
        "reasons": issue_stats.failure_reasons(issue),
        "uncertain": rows,
        "runs": issue.status in (Issue.Status.SENDING, Issue.Status.PAUSED),
    }


def report_history(issue: Issue) -> dict[str, Any]:
    """Return what was reported, as counts and as a plot."""
    hours = issue_stats.by_hour(issue)
    names = {
        "sent": _("Sent"),
        "bounced": _("Came back"),
        "complained": _("Complaints"),
        "left": _("Left"),
    }
    drawn = plot(_("Hour by hour"), {names[name]: series for name, series in hours.items()})
    return {
        "reports": issue_stats.report_counts(issue),
        # Numbers and names of ours, escaped.
        "plot": mark_safe(drawn),  # noqa: S308  # nosemgrep: marked-safe
    }


def held_bounces(issue: Issue, *, decides: bool) -> dict[str, Any]:
    """Return the hard bounces that wait for staff: how many, why and where.

    The first of them, too, for whoever `decides` about them.
    """
    rows = HardBounce.objects.of(issue).held()
    by_reason = (
        rows.order_by().values(name=F("why")).annotate(number=Count("pk")).order_by("-number")
    )
    parts = ("subscriber__email", Value("@"), Value(2))
    domain = Func(*parts, function="split_part", output_field=CharField())
    by_domain = rows.order_by().values(name=domain).annotate(number=Count("pk"))
    count = rows.count()
    return {
        "held_count": count,
        "held_percent": round(100 * count / issue.total) if issue.total else 100,
        "held_reasons": list(by_reason[:REASONS]),
        "held_domains": list(by_domain.order_by("-number")[:REASONS]),
        "held": list(rows.select_related("subscriber")[:SHOWN]) if decides else [],
        "may_decide": decides,
        "refused": issue_stats.rejection_reasons(issue),
    }


def sending_limits() -> list[tuple[str, str]]:
    """Return how fast we may send, in words."""
    none = _("as fast as the mail server takes it")
    day = none
    if settings.NEWSLETTER_WARM_UP_FROM:
        first = date.fromisoformat(settings.NEWSLETTER_WARM_UP_FROM)
        today = warm_up.allowed(first, database_time.now().date())
        day = f"{today:,}" if today is not None else _("no limit any more: the plan has ended")
    return [
        (_("in a second"), str(settings.NEWSLETTER_PER_SECOND or none)),
        (_("in an hour"), str(settings.NEWSLETTER_PER_HOUR or none)),
        (_("to one domain in a minute"), str(settings.NEWSLETTER_PER_DOMAIN or none)),
        (_("today, by the plan for a new sender"), day),
        (_("workers at a time"), str(dispatch.WORKERS)),
    ]
