"""Staff after a restore: who was not let in any more stays out, and everybody signs in anew."""

from collections.abc import Iterable

from django.contrib.sessions.models import Session

from core.staff.models import User


def who_may_not_enter() -> list[int]:
    """Return the accounts that may not sign in."""
    return list(User.objects.filter(is_active=False).order_by("pk").values_list("pk", flat=True))


def keep_out(pks: Iterable[int]) -> int:
    """Let these sign in no more; return how many could."""
    return User.objects.filter(pk__in=list(pks), is_active=True).update(is_active=False)


def end_sessions() -> int:
    """Sign everybody out."""
    return Session.objects.all().delete()[0]
