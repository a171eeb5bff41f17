"""Texts of one visit that several pages and people may have open: each save says what it follows.

The row has `saves`, a count; a page was told the last that it knows of.
"""

from typing import TypeVar

from appointments.models import Appointment
from core.database import database_time
from core.staff.models import User
from visits.models.notes import VisitNote, VisitSummary

Row = TypeVar("Row", VisitNote, VisitSummary)


class SavedElsewhere(Exception):
    """Another page, or another person, has saved it since; `row` is what stands now."""

    def __init__(self, row: VisitNote | VisitSummary) -> None:
        super().__init__()
        self.row = row


def lock(model: type[Row], appointment: Appointment, by: User) -> Row:
    """Return the visit's row, locked; a new one is not written yet.

    Two who begin at once wait here.
    """
    Appointment.objects.select_for_update(of=("self",), no_key=True).get(pk=appointment.pk)
    row = model._default_manager.select_for_update().filter(appointment=appointment).first()
    return row or model(appointment=appointment, author_account=by.pk, saved_at=database_time.now())


def count(row: VisitNote | VisitSummary, *, saves: int, by: User) -> None:
    """Note on the row one more save, that follows `saves`. Raises SavedElsewhere."""
    if row.saves != saves:
        raise SavedElsewhere(row)
    row.saves += 1
    row.author, row.author_account = str(by)[:100], by.pk
    row.saved_at = database_time.now()
