"""The choice of a time zone to show times in."""

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _

from appointments.scheduling import time_zones


class ZoneForm(forms.Form):
    """Another time zone to show times in."""

    zone = forms.CharField(max_length=60, label=_("Time zone"))

    def clean_zone(self) -> str:
        zone = time_zones.find(self.cleaned_data["zone"])
        if zone is None:
            raise ValidationError(_("We do not know this time zone."))
        return str(zone)
