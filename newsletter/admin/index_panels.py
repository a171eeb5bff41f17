"""What the first page of the admin says about issues that need somebody. It names no reader."""

from typing import Any

from django.contrib import admin
from django.db.models import Count, Exists, OuterRef, Q, QuerySet
from django.http import HttpRequest

from core.staff.urgency import Urgency
from newsletter.models import Delivery, Event, HardBounce, Issue

RECENT = 5  # issues whose refusals are still news


@admin.site.register_to_do  # type: ignore[attr-defined]  # our site: core.staff
def letters_in_doubt(request: HttpRequest) -> QuerySet[Issue] | None:
    """Return the issues with letters of which nobody knows whether they went out."""
    if not request.user.has_perm("newsletter.change_issue"):
        return None
    return Issue.objects.filter(pk__in=Delivery.objects.uncertain().order_by().values("issue"))


@admin.site.register_panel(Urgency.TODAY)  # type: ignore[attr-defined]  # our site: core.staff
def issues_panel(request: HttpRequest) -> tuple[str, dict[str, Any]] | None:
    """List issues with addresses that wait, with refusals because of us, or that stopped."""
    if not request.user.has_perm("newsletter.view_issue"):
        return None
    newest = list(Issue.objects.order_by("-pk").values_list("pk", flat=True)[:RECENT])
    refused = Event.objects.filter(kind=Event.Kind.REFUSED, issue__in=newest).order_by()
    counted = dict(refused.values_list("issue").annotate(number=Count("pk")))
    waits = HardBounce.objects.held().filter(issue=OuterRef("pk"))
    stopped = Q(status=Issue.Status.PAUSED, resumes_at=None) & ~Q(reason="")
    found = Issue.objects.filter(Exists(waits) | Q(pk__in=counted) | stopped).only(
        "subject", "status", "reason"
    )
    waiting = HardBounce.objects.held().order_by().values_list("issue")
    held = dict(waiting.annotate(number=Count("pk")))
    rows = [
        {"issue": issue, "held": held.get(issue.pk, 0), "refused": counted.get(issue.pk, 0)}
        for issue in found.order_by("-pk")[:RECENT]
    ]
    if not rows:
        return None
    return "admin/newsletter/_issues_panel.html", {
        "rows": rows,
        "records": [r["issue"] for r in rows],
    }
