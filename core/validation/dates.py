"""Bounds for dates. Beyond them a day has no next one, or no midnight."""

from datetime import date, datetime

from django.core.exceptions import ValidationError
from django.db import models
from django.utils.formats import date_format
from django.utils.translation import gettext as _

FIRST, LAST = date(1900, 1, 1), date(2199, 12, 31)


def validate_plausible(value: date | datetime) -> None:
    """Raise ValidationError for a day before FIRST or after LAST: a validator for fields."""
    day = value.date() if isinstance(value, datetime) else value
    if not FIRST <= day <= LAST:
        between = {"first": date_format(FIRST, "Y"), "last": date_format(LAST, "Y")}
        raise ValidationError(
            _("Choose a day between {first} and {last}.").format(**between), code="implausible"
        )


# For `formfield_overrides` of each admin class whose form asks for a day.
FORM_FIELDS: dict = {
    kind: {"validators": [validate_plausible]} for kind in (models.DateField, models.DateTimeField)
}
