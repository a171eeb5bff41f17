"""Taking a time, and taking it once more where its hold is gone: with all that was typed.

What was typed travels in the forms of our pages, in no table of ours. Which time a details page is
about stands in its own address too, so that the page outlives its hold.
"""

from dataclasses import dataclass
from datetime import datetime
from urllib.parse import urlencode

from django.http import HttpRequest, HttpResponse, QueryDict

from appointments.booking import hold_owner, holds, pressure, returning_patient
from appointments.booking.holds import HOLD_FOR, SHORT_HOLD
from appointments.booking.rules import OnlyWithProof, SlotTaken
from appointments.forms.details import DetailsForm
from appointments.forms.slots import SlotForm
from appointments.models import Appointment, Provider, Service
from appointments.scheduling.states import STATES, State
from appointments.templatetags.appointments import slot
from appointments.views.booking_paused import booking_paused
from appointments.views.email_proof import email_proof_in
from appointments.views.slot_taken import LONGEST, slot_taken
from appointments.views.time_zone import shown_zone
from core.guard.limit_pages import over_limit_page, proof_of_work_page

# What somebody may have written; the others have an answer from the start.
WRITTEN = ("booked_by", "first_name", "last_name", "birth_date", "phone", "email")


@dataclass(frozen=True)
class WantedTime:
    """A time that a visitor chose: with `provider`, or with whoever is free."""

    service: Service
    state: State
    starts_at: datetime
    provider: Provider | None = None


def wanted_time_of(hold: Appointment) -> WantedTime:
    """Return the time that this hold keeps, or kept."""
    return WantedTime(hold.service, hold.place, hold.starts_at, hold.provider)


def details_query(hold: Appointment) -> str:
    """Return what the address of its details page ends with; see `wanted_time_in`."""
    asked = {
        "state": hold.place.slug,
        "service": hold.service.slug,
        "slot": slot(hold.starts_at),
        "with": hold.provider.slug,
    }
    return f"?{urlencode(asked)}"


def wanted_time_in(query: QueryDict) -> WantedTime | None:
    """Return the time that an address names; None where it names none that we could offer."""
    form, state = SlotForm(query), STATES.get(query.get("state", "").upper())
    service = Service.objects.filter(slug=query.get("service", ""), active=True).first()
    provider = Provider.objects.active().filter(slug=query.get("with", "")).first()
    if state is None or service is None or provider is None or not form.is_valid():
        return None
    return WantedTime(service, state, form.cleaned_data["slot"], provider)


def typed_details(request: HttpRequest) -> dict[str, str]:
    """Return the answers of a details form that was sent; none where nothing was written there."""
    asked = {
        name: str(value)[:LONGEST]
        for name, value in request.POST.items()
        if (name in DetailsForm.base_fields and (value or name != "kept_email"))
        or name.startswith("agree_")
        or name == "by_text"
    }
    return asked if any(asked.get(name, "").strip() for name in WRITTEN) else {}


def hold_time(
    request: HttpRequest, wanted: WantedTime, key: str, typed: dict[str, str]
) -> Appointment | HttpResponse:
    """Return the visitor's hold of that time, or the page that says why there is none.

    When a great many are taken, only after proof of work, or with a proved address.
    """
    refused = over_limit_page(request, "holds")
    if refused:
        return refused
    taken = pressure.read()
    if taken.rests:
        return booking_paused(request, wanted.state, wanted.service)
    proof = returning_patient.address_hash(email_proof_in(request))
    level = taken.level if proof is None else 0
    try:
        if proof is None and taken.needs_proof:
            raise OnlyWithProof
        return proof_of_work_page(request, "holds", level=level) or holds.take_hold(
            service=wanted.service,
            state=wanted.state.code,
            starts_at=wanted.starts_at,
            # Of one proved address there is one hold, whatever number of browsers shows the proof.
            visitor=hold_owner.stored_for_address(proof) if proof else hold_owner.stored(key),
            zone=str(shown_zone(request, wanted.state)),
            provider=wanted.provider,
            keep_for=SHORT_HOLD if level else HOLD_FOR,
            proved=proof is not None,
        )
    except SlotTaken as error:
        return slot_taken(
            request, wanted.service, wanted.state, wanted.starts_at, error, typed=typed
        )
