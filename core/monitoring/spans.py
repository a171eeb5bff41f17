"""Lengths of time in words, as the sentences of the checks say them."""

from django.utils.translation import ngettext

MINUTE, HOUR, DAY = 60, 3600, 86400


def span(seconds: float) -> str:
    """Return such as "3 minutes", "2 hours" or "5 days", rounded down."""
    whole = max(0, int(seconds))
    if whole < MINUTE:
        return ngettext("%d second", "%d seconds", whole) % whole
    if whole < HOUR:
        return ngettext("%d minute", "%d minutes", whole // MINUTE) % (whole // MINUTE)
    if whole < 2 * DAY:
        return ngettext("%d hour", "%d hours", whole // HOUR) % (whole // HOUR)
    return ngettext("%d day", "%d days", whole // DAY) % (whole // DAY)
