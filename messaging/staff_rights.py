"""Who of the staff reads and answers which messages."""

from typing import Any

from django.db.models import Q, QuerySet

from core.staff.models import User
from messaging.models import Team, Thread
from messaging.models.threads import ThreadQuerySet

RIGHTS = {
    Team.DESK: "messaging.answer_desk_thread",
    Team.CARE: "messaging.answer_care_thread",
}
HANDLE = "messaging.change_dangeralert"


def teams_of(user: Any) -> list[str]:
    """Return the teams whose messages this person answers."""
    return [str(team) for team, right in RIGHTS.items() if user.has_perm(right)]


def threads_for(user: Any) -> ThreadQuerySet:
    """Return the threads that this person may read: of their teams, and taken by themselves."""
    return Thread.objects.visible_to(user).of_teams(teams_of(user))


def may_read(user: Any, thread: Thread) -> bool:
    """Return whether this person may read it: to look after an alert, whoever's thread it is."""
    if thread.team in teams_of(user):
        return True
    return user.has_perm(HANDLE) and thread.alerts.open().exists()


def members(team: str) -> "QuerySet[Any, Any]":
    """Return who works here and answers this team's messages, by name."""
    return _with_right(RIGHTS[Team(team)]).order_by("name", "email")


def who_look_after_alerts() -> list[str]:
    """Return the addresses of those whose role looks after alerts."""
    addresses = _with_right(HANDLE).exclude(email="").order_by("email")
    return list(addresses.values_list("email", flat=True))


def _with_right(right: str) -> "QuerySet[Any, Any]":
    by_role = Q(pk__in=User.objects.whose_role_may(right).values("pk"))
    staff = User.objects.filter(is_active=True, is_staff=True)
    return staff.filter(by_role | Q(is_superuser=True))
