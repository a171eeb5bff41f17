"""What holds for the whole clinic: holidays, which become closures, and how much can be booked."""

from typing import Any

from django import forms
from django.contrib import admin
from django.http import HttpRequest, HttpResponse
from django.template.loader import render_to_string
from django.utils.translation import gettext_lazy as _

from appointments.admin import practice_time, schedule_conflicts
from appointments.booking import pressure
from appointments.models import ClinicRules
from appointments.scheduling import holidays as closures
from core.staff.one_row_admin import OneRowAdmin


class ClinicRulesForm(forms.ModelForm):
    holidays = forms.MultipleChoiceField(
        label=_("Closed on these federal holidays"),
        required=False,
        widget=forms.CheckboxSelectMultiple,
        help_text=_(
            "For 400 days ahead they stand among the exceptions, where one of them can be deleted."
        ),
    )

    class Meta:
        model = ClinicRules
        fields = ("holidays", "most_upcoming", "most_hourly", "most_unproved")

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if "holidays" in self.fields:
            self.fields["holidays"].choices = [  # type: ignore[attr-defined]  # a choice field
                (name, name) for name in closures.names()
            ]


@admin.register(ClinicRules)
class ClinicRulesAdmin(OneRowAdmin):
    form = ClinicRulesForm
    fields = ["holidays", "most_upcoming", "most_hourly", "most_unproved", "pressure_figures"]
    readonly_fields = ["pressure_figures"]

    class Media:
        css = {"all": ["css/admin-appointments.css"]}

    @admin.display(description=_("Just now"))
    def pressure_figures(self, obj: ClinicRules) -> str:
        """Return what counts against the two limits."""
        return render_to_string(
            "admin/appointments/_pressure_figures.html", {"pressure": pressure.read()}
        )

    def changeform_view(
        self,
        request: HttpRequest,
        object_id: str | None = None,
        form_url: str = "",
        extra_context: Any = None,
    ) -> HttpResponse:
        """Show the visits first that a new holiday is in conflict with."""
        save = super().changeform_view
        return schedule_conflicts.before_saving(
            self, request, lambda: save(request, object_id, form_url, extra_context)
        )

    def save_model(
        self, request: HttpRequest, obj: ClinicRules, form: forms.ModelForm, change: bool
    ) -> None:
        super().save_model(request, obj, form, change)
        closures.follow_holidays(practice_time.today())
