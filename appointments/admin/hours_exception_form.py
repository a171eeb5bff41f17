"""The form of time off, closures and extra hours: for whom, which days, which part of the day."""

from datetime import time
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from appointments.admin import practice_time, schedule_rights, two_clocks
from appointments.models import HoursException, Provider
from appointments.scheduling import time_zones

# Said, never an empty field: who leaves one out closes nothing. On whose clock is said as well.
CLINIC, CLINIC_HERE = "clinic", "clinic-here"
ALL_DAY, MORNING, AFTERNOON, TIMES = "all_day", "morning", "afternoon", "times"
PARTS = [
    (ALL_DAY, _("All day")),
    (MORNING, _("Morning, until noon")),
    (AFTERNOON, _("Afternoon, from noon")),
    (TIMES, _("From … to …")),
]
CLOCKS_OF = {
    ALL_DAY: (None, None),
    MORNING: (time(0), time(12)),
    AFTERNOON: (time(12), time(0)),
}


class WhomSelect(forms.Select):
    """Says of each choice whose clock it keeps, for the script that shows the other beside it."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.providers: dict[str, Provider] = {}

    def create_option(self, name: str, value: Any, *args: Any, **kwargs: Any) -> dict[str, Any]:
        option = super().create_option(name, value, *args, **kwargs)
        provider = self.providers.get(str(value))
        if provider:
            words = time_zones.words(provider.time_zone)
            option["attrs"] |= {"data-zone": provider.time_zone, "data-clock": words}
        elif value == CLINIC:
            option["attrs"]["data-clock"] = _("On each provider’s own clock")
        elif value == CLINIC_HERE:
            ours = practice_time.zone()
            option["attrs"] |= {"data-zone": str(ours), "data-clock": time_zones.words(ours)}
        return option


class HoursExceptionForm(forms.ModelForm):
    """`user` is who fills it in: set by the admin class for each request."""

    user: Any = None

    provider = forms.ChoiceField(label=_("For whom"), widget=WhomSelect)
    part = forms.ChoiceField(
        label=_("Time of day"), choices=PARTS, required=False, widget=forms.RadioSelect
    )

    class Meta:
        model = HoursException
        fields = ("provider", "kind", "first_day", "last_day", "opens", "closes", "note")

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if "opens" not in self.fields:
            return  # to be read only
        providers = list(schedule_rights.schedulable(self.user).order_by("-active", "name"))
        self._providers = {str(provider.pk): provider for provider in providers}
        self._name_clocks(providers)
        self.fields["last_day"].required = False
        self.fields["last_day"].help_text = _("Empty: the first day only.")
        if self.instance.pk:
            clinic = CLINIC_HERE if self.instance.zone else CLINIC
            self.initial["provider"] = self.instance.provider_id or clinic
            self.initial["part"] = _part_of(self.instance)
        else:
            self.initial.setdefault("part", TIMES if self.initial.get("opens") else ALL_DAY)
        if len(providers) == 1 and not schedule_rights.may_schedule_everybody(self.user):
            self.initial.setdefault("provider", str(providers[0].pk))

    def _name_clocks(self, providers: list[Provider]) -> None:
        whom: list[tuple[str, Any]] = [
            (str(one.pk), f"{one} – {time_zones.words(one.time_zone)}") for one in providers
        ]
        if schedule_rights.may_schedule_everybody(self.user):
            here = self.instance.zone or practice_time.zone()
            whom[:0] = [
                (CLINIC, _("The whole clinic – each provider’s own clock")),
                (
                    CLINIC_HERE,
                    _("The whole clinic at once – {zone}").format(zone=time_zones.words(here)),
                ),
            ]
        field = self.fields["provider"]
        field.choices = [("", _("Please choose")), *whom]  # type: ignore[attr-defined]  # it has
        ours = practice_time.zone()
        field.widget.providers = self._providers
        field.widget.attrs |= {
            "data-zone": str(ours),
            "data-zone-words": time_zones.words(ours),
            "data-is-then": _("That is"),
        }
        field.help_text = schedule_rights.why_none(self.user) or _(
            "Days and times are on the clock that is named here."
        )
        row = self.instance
        words = str(_("On the clock of whom it is for."))
        if row.pk and row.opens is not None and row.closes is not None:
            words = two_clocks.of_exception(row, row.provider)
        self.fields["opens"].help_text = words

    def clean_provider(self) -> Provider | None:
        chosen = self.cleaned_data["provider"]
        here = chosen == CLINIC_HERE
        self.instance.zone = self.instance.zone or str(practice_time.zone()) if here else ""
        return self._providers.get(chosen)

    def clean(self) -> dict[str, Any]:
        """Fill in what a part of the day means, and the last day of a single one."""
        cleaned = super().clean() or self.cleaned_data
        if "last_day" not in self.errors and not cleaned.get("last_day"):
            cleaned["last_day"] = cleaned.get("first_day")
        part = cleaned.get("part")
        if {"opens", "closes"} & {*self.errors}:
            return cleaned
        if part == TIMES:
            self._require_times(cleaned)
        elif part in CLOCKS_OF and not {"opens", "closes"} & {*self.changed_data}:
            cleaned["opens"], cleaned["closes"] = CLOCKS_OF[part]
        elif part in CLOCKS_OF and "part" in self.changed_data:
            # Neither may be dropped in silence: what is not closed is offered to patients.
            self.add_error("part", _("Choose a part of the day or type times, not both."))
        if cleaned.get("kind") == HoursException.Kind.EXTRA_HOURS and not self.errors:
            self._require_clocks_of_extra_hours(cleaned)
        return cleaned

    def _require_times(self, cleaned: dict[str, Any]) -> None:
        for name in ("opens", "closes"):
            if cleaned.get(name) is None:
                self.add_error(name, _("Give a time, such as 1:00 pm."))

    def _require_clocks_of_extra_hours(self, cleaned: dict[str, Any]) -> None:
        if cleaned.get("opens") is None:
            self.add_error("part", _("Extra hours need a time from and a time to."))


def _part_of(row: HoursException) -> str:
    clocks = row.opens, row.closes
    return next((part for part, known in CLOCKS_OF.items() if known == clocks), TIMES)
