"""Who else comes: staff ask somebody to the visit, and the patient says yes or no on their page."""

from typing import Any

from django import forms
from django.contrib import admin
from django.http import HttpRequest, HttpResponse
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from appointments.booking.rules import NotChangeable
from appointments.models import Appointment
from core.people.form_fields import NameField
from core.signed_links import absolute_url
from visits import guests
from visits.admin.panels import panel_view
from visits.admin.whose_visit import user_of
from visits.models import Guest
from visits.models.visits import GUESTS

TEMPLATE = "admin/visits/_guests.html"
AUTO_ID = "guest_%s"  # other parts of the page have forms too


class AskForm(forms.Form):
    """Whom staff ask to the visit."""

    name = NameField(label=gettext_lazy("Name"), max_length=100)
    role = forms.ChoiceField(label=gettext_lazy("Who it is"), choices=Guest.Role.choices)


def context(
    appointment: Appointment, *, form: AskForm | None = None, why: str = "", address: str = ""
) -> dict[str, Any]:
    """Return what the panel shows; `address` is a link that was made just now, shown this once."""
    found = guests.of_visit(appointment)
    return {
        "appointment": appointment,
        "guests": found,
        "form": form or AskForm(auto_id=AUTO_ID),
        "has_seats": len(found) < len(GUESTS) and guests.can_be_asked_to(appointment),
        "why": why,
        "address": address,
    }


@admin.site.register_page("visits/room/<int:pk>/guests/")  # type: ignore[attr-defined]  # our site
@panel_view
def visits_guests(request: HttpRequest, appointment: Appointment) -> HttpResponse:
    """Ask somebody to the visit, or take a link back."""
    if "revoke" in request.POST:
        return _answer(request, appointment, **_revoke(request, appointment))
    form = AskForm(request.POST, auto_id=AUTO_ID)
    if not form.is_valid():
        return _answer(request, appointment, form=form)
    name, role = form.cleaned_data["name"], form.cleaned_data["role"]
    try:
        _guest, token = guests.ask(appointment, name=name, role=role, by=user_of(request))
    except guests.NoSeat:
        return _answer(request, appointment, why=_("Two others take part already."))
    except NotChangeable:
        return _answer(request, appointment, why=_("Nobody can be asked to this visit any more."))
    address = absolute_url(reverse("visits:guest", args=[token]))
    return _answer(request, appointment, address=address)


def _revoke(request: HttpRequest, appointment: Appointment) -> dict[str, str]:
    for guest in guests.of_visit(appointment):
        if str(guest.pk) == request.POST["revoke"]:
            guests.revoke(guest, by=user_of(request))
            return {}
    return {"why": _("That link was taken back already.")}


def _answer(request: HttpRequest, appointment: Appointment, **shown: Any) -> HttpResponse:
    return TemplateResponse(request, TEMPLATE, {"part": context(appointment, **shown)})
