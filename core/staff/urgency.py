"""How soon staff have to look after what stands under "To do"."""

from enum import IntEnum


class Urgency(IntEnum):
    """The order in which panels stand."""

    DANGER = 0  # somebody may come to harm
    NOW = 1  # nothing goes on without it, or a patient comes for nothing
    TODAY = 2  # somebody waits for an answer
    SOON = 3  # it has a date some weeks ahead
