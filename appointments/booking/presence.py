"""Whether a patient is known to have come to a visit: apps above this one say what they saw."""

from collections.abc import Callable

from appointments.models import Appointment

Presence = Callable[[Appointment], bool]
_presences: list[Presence] = []


def register(had_come: Presence) -> None:
    """Ask `had_come(appointment)` before anybody is noted as a no-show."""
    _presences.append(had_come)


def had_come(appointment: Appointment) -> bool:
    """Return whether it is known otherwise that the patient came, or tried to."""
    return any(came(appointment) for came in _presences)
