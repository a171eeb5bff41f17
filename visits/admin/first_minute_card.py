"""The card of the first minute beside the picture: asked, kept, shown, corrected by one more."""

from typing import Any

from django import forms
from django.contrib import admin
from django.http import HttpRequest, HttpResponse
from django.template.response import TemplateResponse
from django.utils.translation import gettext_lazy as _

from appointments.admin import practice_time
from appointments.booking.rules import age_on
from appointments.models import Appointment
from appointments.scheduling.states import STATE_CHOICES, STATES
from visits import first_minute
from visits.admin.panels import panel_view
from visits.admin.whose_visit import user_of
from visits.first_minute import Answers
from visits.intake import answers
from visits.models import StartCheck
from visits.models.start_checks import StartCheckDetails

TEMPLATE = "admin/visits/_first_minute.html"


class FirstMinuteForm(forms.Form):
    """What is asked in the first minute."""

    state = forms.ChoiceField(label=_("State they are in now"), choices=STATE_CHOICES)
    address = forms.CharField(
        label=_("Address they are at now"),
        max_length=200,
        help_text=_("Where an ambulance would go."),
        error_messages={"required": _("Please ask where they are: an ambulance would go there.")},
    )
    callback_number = forms.CharField(label=_("Number if we are cut off"), max_length=40)
    emergency_contact = forms.CharField(
        label=_("Emergency contact"), max_length=200, required=False
    )
    identity = forms.ChoiceField(
        label=_("Identity"), choices=StartCheck.Identity.choices, widget=forms.RadioSelect
    )
    free_to_talk = forms.TypedChoiceField(
        label=_("Free to talk, nobody listens"),
        choices=[("yes", _("Yes")), ("no", _("No"))],
        coerce=lambda value: value == "yes",
        widget=forms.RadioSelect,
    )

    @property
    def answers(self) -> Answers:
        """Return what was typed. Only for a valid form."""
        return Answers(**self.cleaned_data)


def context(appointment: Appointment, form: FirstMinuteForm | None = None) -> dict[str, Any]:
    """Return what the card shows: the answers that hold, or the form."""
    check = first_minute.last(appointment)
    patient = appointment.patient
    return {
        "appointment": appointment,
        "patient": patient,
        "age": patient and age_on(patient.birth_date, practice_time.today()),
        "check": check,
        "check_details": check and details_of(check),
        "check_state": check and STATES[check.state].name,
        "check_form": form or FirstMinuteForm(initial=_known(appointment, check)),
        "check_open": form is not None or check is None,
    }


def details_of(check: StartCheck) -> StartCheckDetails | None:
    """Return what was said of places and people; None where an erasure has removed it."""
    return StartCheckDetails.objects.filter(check_row=check).first()


def _known(appointment: Appointment, check: StartCheck | None) -> dict[str, Any]:
    """Return what is known already, so that it is asked and not typed."""
    if check:
        details = details_of(check)
        return {
            "state": check.state,
            "address": details.address if details else "",
            "callback_number": details.callback_number if details else "",
            "emergency_contact": details.emergency_contact if details else "",
            "identity": check.identity,
            "free_to_talk": "yes" if check.free_to_talk else "no",
        }
    phone = appointment.phone
    return {
        "state": appointment.state,
        "callback_number": phone.formatted if phone else "",
        "emergency_contact": _contact_of(appointment),
    }


def _contact_of(appointment: Appointment) -> str:
    found = answers.find(appointment, "emergency-contact")
    said = found.answers if found else answers.beginning(appointment, "emergency-contact")
    return ", ".join(filter(None, map(said.get, ("name", "relation", "phone"))))


@admin.site.register_page("visits/room/<int:pk>/start-check/")  # type: ignore[attr-defined]  # ours
@panel_view
def visits_start_check(request: HttpRequest, appointment: Appointment) -> HttpResponse:
    """Keep the answers of the first minute; return the card with what follows from them."""
    form = FirstMinuteForm(request.POST)
    if not form.is_valid():
        return TemplateResponse(request, TEMPLATE, {"part": context(appointment, form)}, status=422)
    first_minute.record(appointment, form.answers, by=user_of(request))
    return TemplateResponse(request, TEMPLATE, {"part": context(appointment)})
