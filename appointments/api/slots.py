"""What can be booked, as the public pages show it: states, services, providers, free times."""

from collections import defaultdict
from datetime import timedelta

from django.http import HttpRequest
from django.utils.translation import gettext as _
from ninja import Router

from appointments.api.schemas import (
    ConsentOut,
    From,
    ProviderOut,
    ServiceOut,
    SlotOut,
    Slug,
    StateCode,
    StateOut,
    To,
)
from appointments.booking import returning_patient
from appointments.forms.fields import text_consent
from appointments.models import ConsentText, Provider, Service
from appointments.scheduling import availability, bookable_services
from appointments.scheduling.states import STATES
from core.api import audit
from core.api.authentication import Key
from core.api.models import Scope
from core.api.problems import Problem
from core.api.server import invalid
from core.database import database_time

LONGEST = timedelta(days=62)  # of which one request may ask the free times
AT_ONCE = timedelta(days=14)  # of which it gets them, where it does not say until when
router = Router(tags=["What can be booked"], auth=Key(Scope.SLOTS_READ))


@router.get("/states", response=list[StateOut], operation_id="list_states")
def list_states(request: HttpRequest) -> list[StateOut]:
    """Return the states in which something can be booked."""
    audit.declare(request)
    served = bookable_services.served_states(database_time.now())
    zones = {state.code: [region.zone for region in state.regions] for state in served}
    return [StateOut(code=s.code, name=s.name, zones=zones[s.code]) for s in served]


@router.get("/services", response=list[ServiceOut], operation_id="list_services")
def list_services(request: HttpRequest, state: StateCode) -> list[ServiceOut]:
    """Return the kinds of visit that somebody offers in that state."""
    audit.declare(request)
    offered = bookable_services.services_in(STATES[state], database_time.now())
    return [ServiceOut.of(service) for service in offered]


@router.get("/providers", response=list[ProviderOut], operation_id="list_providers")
def list_providers(request: HttpRequest, service: Slug, state: StateCode) -> list[ProviderOut]:
    """Return who can be booked for that service in that state."""
    audit.declare(request)
    found = availability.candidates(service_of(service), state)
    return [ProviderOut.of(provider) for provider in found]


@router.get("/consents", response=list[ConsentOut], operation_id="list_consents")
def list_consents(request: HttpRequest) -> list[ConsentOut]:
    """Return the texts that a patient must agree to, as they are now, and the one about texts.

    That one is `texts`, where the clinic sends any; whoever does not want them leaves it out.
    """
    audit.declare(request)
    about_texts = text_consent()
    asked = [*ConsentText.current(), *([about_texts.text] if about_texts else [])]
    return [ConsentOut.of(text) for text in asked]


@router.get(
    "/slots",
    response=list[SlotOut],
    operation_id="list_slots",
    openapi_extra={"x-problems": [409]},
)
def list_slots(
    request: HttpRequest,
    service: Slug,
    state: StateCode,
    provider: Slug | None = None,
    first: From = None,
    last: To = None,
) -> list[SlotOut]:
    """Return the free times of that service, with whom each can be had: of 14 days, 62 at most."""
    audit.declare(request)
    offered = service_of(service)
    chosen = provider_of(provider, offered, state) if provider else None
    now = database_time.now()
    first = max(first or now, now)
    last = last or first + AT_ONCE
    if last - first > LONGEST:
        raise invalid([{"field": "to", "message": _("Ask for 62 days at most.")}])
    grid = availability.grid(
        offered, state, providers=[chosen] if chosen else None, first=first, last=last, now=now
    )
    free: dict[int, list[str]] = defaultdict(list)
    for who, starts in grid.starts.items():
        for start in starts:
            free[start].append(who.slug)
    return [
        SlotOut(
            starts_at=availability.moment(start),
            ends_at=availability.moment(start) + offered.length,
            providers=free[start],
        )
        for start in sorted(free)
    ]


def service_of(slug: str) -> Service:
    """Return a service that can be booked by the API. Raises Problem."""
    found = Service.objects.filter(slug=slug, active=True).first()
    if found is None:
        raise invalid([{"field": "service", "message": _("There is no such service.")}])
    if returning_patient.is_missing(found, None):
        raise Problem(
            409,
            "proof_required",
            _("This service is for returning patients, who prove it on the clinic's own pages."),
        )
    return found


def provider_of(slug: str, service: Service, state: str) -> Provider:
    """Return who of this service sees patients in that state. Raises Problem."""
    for found in availability.candidates(service, state):
        if found.slug == slug:
            return found
    sentence = _("Nobody of this name offers that service in that state.")
    raise invalid([{"field": "provider", "message": sentence}])
