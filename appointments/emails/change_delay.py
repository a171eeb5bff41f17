"""How long a mail about a visit waits for the visit's next change, so that many changes are one.

Not at all for the first in a while; the last of many in a row says how the visit stands.
"""

from datetime import datetime, timedelta
from typing import TypedDict

from appointments.models import Appointment

LONGEST = timedelta(hours=1)
IN_TIME = timedelta(hours=2)  # before the visit: from then on every change is told at once


class Bounds(TypedDict):
    longest: timedelta
    latest: datetime


def bounds(appointment: Appointment) -> Bounds:
    """Return what `outbox.delay` is to keep to."""
    return {"longest": LONGEST, "latest": appointment.starts_at - IN_TIME}
