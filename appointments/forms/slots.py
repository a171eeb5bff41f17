"""A time and a day as forms and addresses of booking name them."""

import re
from datetime import UTC, date, datetime

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _

from core.validation import dates

# Years that every time zone and a fortnight more or less stay within.
SLOT = re.compile(r"2[0-9]{3}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}Z")


class SlotForm(forms.Form):
    """The button of a time: its start in UTC, such as `2026-11-10T14:30Z`."""

    slot = forms.CharField(max_length=20)

    def clean_slot(self) -> datetime:
        starts_at = parse_slot(self.cleaned_data["slot"])
        if starts_at is None:
            raise ValidationError(_("This is not a time."))
        return starts_at


def parse_slot(text: str) -> datetime | None:
    """Return the start that `2026-11-10T14:30Z` names, in UTC; None for anything else."""
    if not SLOT.fullmatch(text):
        return None
    try:
        return datetime.strptime(text, "%Y-%m-%dT%H:%MZ").replace(tzinfo=UTC)
    except ValueError:
        return None


def parse_day(text: str) -> date | None:
    """Return the day in a query string; None where there is none, or none of our time.

    A day at the end of the calendar has no next one, nor a moment in every zone.
    """
    try:
        day = date.fromisoformat(text) if len(text) == 10 else None
    except ValueError:
        return None
    return day if day and dates.FIRST <= day <= dates.LAST else None
