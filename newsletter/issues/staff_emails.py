"""E-mails to those who send the newsletter, about an issue that needs them.

They name neither its subject nor a reader.
"""

from django.conf import settings
from django.urls import reverse

from core.database import database_time
from core.mail import outbox
from core.staff.models import User


def notify_held(issue: int) -> None:
    """Tell staff that so many addresses bounced that they wait for a decision."""
    _notify("held", issue)


def notify_refused(issue: int) -> None:
    """Tell staff that providers or mail servers refuse what we send."""
    _notify("refused", issue)


def notify_paused(issue: int) -> None:
    """Tell staff that sending has stopped, and goes on only when they say so."""
    _notify("paused", issue)


def _notify(what: str, issue: int) -> None:
    """Write to each of them, at most once a day for an issue and what it is about."""
    page = reverse("admin:newsletter_issue_progress", args=[issue])
    now = database_time.now()
    for pk, email in _recipients():
        outbox.enqueue(
            "issue_trouble",
            key=f"issue-trouble:{what}:{issue}:{now.date()}:{pk}",
            to=email,
            about=f"issue-trouble:{what}:{issue}",
            what=what,
            number=issue,
            link=f"{settings.SITE_URL}{page}",
        )


def _recipients() -> list[tuple[int, str]]:
    """Return key and address of those who may send issues; the owners where nobody may."""
    staff = User.objects.exclude(email="")
    chosen = staff.filter(pk__in=User.objects.whose_role_may("newsletter.change_issue"))
    if not chosen.exists():
        chosen = staff.filter(is_active=True, is_staff=True, is_superuser=True)
    return list(chosen.order_by("pk").values_list("pk", "email"))
