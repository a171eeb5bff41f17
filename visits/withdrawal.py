"""Opioid withdrawal as the clinician rates it: COWS, scored, without what was not seen."""

from collections.abc import Mapping

from appointments.models import Appointment
from core.database import database_time
from core.staff.models import User
from visits.intake.screeners import COWS, score
from visits.models.notes import CowsRating


class NothingRated(Exception):
    """No item was rated."""


def points(sent: Mapping[str, str]) -> dict[str, int]:
    """Return the points of each item that was rated; what is no choice of an item is left out."""
    return {
        item.key: int(sent[item.key])
        for item in COWS.items
        if sent.get(item.key, "") in {str(each) for each in item.points}
    }


def rate(appointment: Appointment, rated: dict[str, int], *, by: User) -> CowsRating:
    """Keep one rating with its score. Raises NothingRated."""
    if not rated:
        raise NothingRated
    found = score(COWS, rated)
    return CowsRating.objects.create(
        appointment=appointment,
        version=COWS.version,
        points=rated,
        score={"total": found.total, "band": found.band, "at_least": found.at_least},
        author=str(by)[:100],
        author_account=by.pk,
        rated_at=database_time.now(),
    )
