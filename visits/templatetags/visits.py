"""What a visit shows on the page of its appointment."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from django import template

from appointments.links import VisitLink
from appointments.models import Appointment
from core.database import database_time
from visits import encounter, guests, phase_words
from visits.models import Guest
from visits.models.visits import Seat
from visits.phases import OPENS_BEFORE, Phase, phase_of

register = template.Library()
LOOKS_AGAIN = 5  # seconds, while its room is open: it may be moved, admitted, or go on by phone


@dataclass(frozen=True)
class RoomOfVisit:
    """What the patient's page says of the room of their visit."""

    phase: Phase
    words: str
    look_again_after: int | None
    opens_at: datetime
    guests: list[Guest]

    @property
    def is_to_come(self) -> bool:
        return self.phase in (Phase.EARLY, Phase.MOVED)

    @property
    def is_open(self) -> bool:
        return self.phase.is_open

    @property
    def waits_for_yes(self) -> list[Guest]:
        """Whom the clinic asked, and the patient has not answered about."""
        return [guest for guest in self.guests if guest.agreed_at is None]


@register.simple_tag
def room_of(link: VisitLink, status: str) -> RoomOfVisit | None:
    """Return the room of the visit behind a link; None where it has none, or waits for a yes.

    `status` is the one that the page shows: whoever proved no address is told no other.
    """
    appointment = link.appointment
    if not appointment.takes_place_here or status not in ("booked", "checked_in"):
        return None
    now, shown = database_time.now(), _Shown(status, appointment)
    phase = phase_of(shown, encounter.find(appointment), now)
    opens_at = appointment.starts_at - OPENS_BEFORE
    to_come = phase in (Phase.EARLY, Phase.MOVED)
    return RoomOfVisit(
        phase=phase,
        words="" if to_come else phase_words.said(phase, appointment, Seat.PATIENT),
        look_again_after=_look_again_after(phase, opens_at - now),
        opens_at=opens_at.astimezone(appointment.patient_zone),
        guests=guests.of_visit(appointment) if link.acts_for_patient else [],
    )


def _look_again_after(phase: Phase, opens_in: timedelta) -> int | None:
    if phase.is_open:
        return LOOKS_AGAIN
    return LOOKS_AGAIN if timedelta(0) < opens_in < timedelta(seconds=LOOKS_AGAIN) else None


class _Shown:
    """An appointment by the status that its page shows."""

    def __init__(self, status: str, appointment: Appointment) -> None:
        self.status, self.erased_at = status, appointment.erased_at
        self.starts_at, self.ends_at = appointment.starts_at, appointment.ends_at
