"""Who of the staff may hold a visit."""

from typing import Any

from appointments.models import Appointment

CONDUCT, CONDUCT_ANY = "visits.conduct_visit", "visits.conduct_any_visit"


def may_conduct(user: Any, appointment: Appointment) -> bool:
    """Return whether this member of the staff may hold the visit.

    That is their own, one of a provider who has no account, or anybody's.
    """
    if user.has_perm(CONDUCT_ANY):
        return True
    account = appointment.provider.account_id
    return user.has_perm(CONDUCT) and account in (None, user.pk)
