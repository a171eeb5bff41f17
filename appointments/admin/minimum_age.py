"""That a patient is not old enough for a visit, in the words of staff."""

from django.utils.translation import gettext as _

from appointments.booking.rules import TooYoung


def too_young(error: TooYoung) -> str:
    """Return in words that the patient is not old enough, and where that is set."""
    return _(
        "This visit is for people who are %(age)d or older on that day: its service says so. "
        "Nothing was booked."
    ) % {"age": error.minimum}
