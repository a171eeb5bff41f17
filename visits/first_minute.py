"""The workflow of the first minute: who this is, where they are now, and whether they can talk.

A visit that took place does not end without these answers, or a reason why there are none.
"""

from dataclasses import dataclass

from django.db import transaction

from appointments.booking.rules import in_one_transaction, is_licensed
from appointments.models import Appointment
from core.database import database_time
from core.staff.models import User
from visits import encounter
from visits.models import StartCheck, StartCheckDetails, Visit
from visits.models.notes import StartCheckWaiver

TOOK_PLACE = (Visit.Outcome.COMPLETED, Visit.Outcome.BY_PHONE)


class NotAsked(Exception):
    """There is neither a check nor a reason for its absence."""


@dataclass(frozen=True)
class Answers:
    """What was asked and seen. `state` is where they are now, whatever was booked."""

    state: str
    address: str
    callback_number: str
    emergency_contact: str
    identity: str
    free_to_talk: bool


@transaction.atomic
def record(appointment: Appointment, answers: Answers, *, by: User) -> StartCheck:
    """Keep the answers; one more row corrects those before. It says whether the license holds."""
    now = database_time.now()
    check = StartCheck.objects.create(
        visit=encounter.open_room(appointment),
        at=now,
        account=by.pk,
        state=answers.state,
        licensed=is_licensed(appointment.provider_id, answers.state, now),
        identity=answers.identity,
        free_to_talk=answers.free_to_talk,
    )
    StartCheckDetails.objects.create(
        check_row=check,
        address=answers.address,
        callback_number=answers.callback_number,
        emergency_contact=answers.emergency_contact,
    )
    return check


def last(appointment: Appointment) -> StartCheck | None:
    """Return the check that holds: the last one of this visit; None where none was made."""
    checks = StartCheck.objects.filter(visit__appointment=appointment)
    return checks.select_related("details").order_by("-at", "-pk").first()


@in_one_transaction
def finish(appointment: Appointment, *, by: User, outcome: str, reason: str = "") -> Visit:
    """End the visit; one that took place without a check needs a `reason` for that, which is kept.

    Raises NotAsked, and what `encounter.finish` raises.
    """
    if outcome in TOOK_PLACE and last(appointment) is None:
        if reason not in StartCheckWaiver.Reason.values:
            raise NotAsked
        StartCheckWaiver.objects.create(
            appointment=appointment, reason=reason, account=by.pk, at=database_time.now()
        )
    return encounter.finish(appointment, by=by, outcome=outcome)
