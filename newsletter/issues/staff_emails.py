"""Mails to those who send the newsletter, about an issue that needs them. No subject, no name."""

from django.conf import settings
from django.contrib.auth import get_user_model
from django.urls import reverse
from django.utils import timezone

from core.mail import outbox

HELD, REFUSED, PAUSED = "held", "refused", "paused"


def held(issue: int) -> None:
    """So much of it came back that the addresses wait for staff."""
    _tell(HELD, issue)


def refused(issue: int) -> None:
    """Providers or mail servers refuse what we send."""
    _tell(REFUSED, issue)


def paused(issue: int) -> None:
    """Sending has stopped, and goes on only when staff say so."""
    _tell(PAUSED, issue)


def _tell(what: str, issue: int) -> None:
    """One mail each, at most once a day for an issue and what it is about."""
    page = reverse("admin:newsletter_issue_progress", args=[issue])
    now = timezone.now()
    for pk, email in _deciding():
        outbox.enqueue(
            "issue_trouble",
            key=f"issue-trouble:{what}:{issue}:{now.date()}:{pk}",
            to=email,
            about=f"issue-trouble:{what}:{issue}",
            what=what,
            number=issue,
            link=f"{settings.SITE_URL}{page}",
        )


def _deciding() -> list[tuple[int, str]]:
    """Those whose role sends issues; the owners where nobody has it."""
    staff = get_user_model().objects.filter(is_active=True, is_staff=True).exclude(email="")
    roles = staff.filter(
        groups__permissions__codename="change_issue",
        groups__permissions__content_type__app_label="newsletter",
    )
    chosen = roles if roles.exists() else staff.filter(is_superuser=True)
    return list(chosen.order_by("pk").distinct().values_list("pk", "email"))
