"""Moments as the admin shows them, on the practice's clock, which `StaffSite` makes the current."""

from datetime import datetime

from django.utils import timezone
from django.utils.formats import date_format


def local_time(value: datetime | None) -> str:
    """Return it with the time zone, because staff and the practice may live in different ones."""
    if value is None:
        return "–"
    local = timezone.localtime(value)
    return f"{date_format(local, 'SHORT_DATETIME_FORMAT')} {local.tzname()}"
