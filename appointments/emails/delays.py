"""How long a mail waits for the next change of the same visit, so that many are one."""

from datetime import timedelta

from appointments.models import Appointment
from core.mail import outbox

LONGEST = timedelta(hours=1)
IN_TIME = timedelta(hours=2)  # before the visit: from then on every change is told at once


def of_change(about: str, appointment: Appointment) -> timedelta:
    """Nothing for the first in a while; the last of many in a row says how the visit stands."""
    return outbox.delay(about=about, longest=LONGEST, latest=appointment.starts_at - IN_TIME)
