"""Mails with a link that somebody asked for: to their visits, or to go on booking.

Every address gets a mail, and the same work is done for it, so that nothing tells which are known.
It is in the language of the page on which it was asked for.
"""

import uuid
from datetime import timedelta
from typing import Any

from django.urls import reverse

from appointments import links
from appointments.booking import returning_patient
from appointments.models import Appointment, Service
from appointments.scheduling import time_zones
from appointments.scheduling.states import State
from core.database import database_time
from core.languages.speaking import of_now
from core.mail import outbox
from core.people import email_addresses
from core.signed_links import absolute_url

# A mail with links that still work is in the mailbox meanwhile.
LONGEST_PAUSE_OF_LINKS = timedelta(hours=6)
LONGEST_PAUSE_OF_PROOFS = returning_patient.VALID_FOR / 2


def all_about(email: str) -> list[str]:
    """What groups all mails of an address that are about none of its visits in particular."""
    return [_about_links(email), *(_about_proofs(kind, email) for kind in ("returning", "any"))]


def _about_links(email: str) -> str:
    return f"appointment-links:{email_addresses.keyed_hash(email)}"


def _about_proofs(kind: str, email: str) -> str:
    return f"appointment-proof:{kind}:{email_addresses.keyed_hash(email)}"


def my_visits(email: str) -> None:
    """Who lost their link gets it again. Every address gets a mail, so that nothing tells which."""
    next_visit = (
        Appointment.objects.upcoming(database_time.now())
        .of_address(email)
        .exclude(patient__restricted_at__isnull=False)
        .select_related("patient")
        .order_by("starts_at")
        .first()
    )
    thing = _about_links(email)
    found = "lost_link", _links_to(next_visit or _nobodys_visit())
    none: tuple[str, dict[str, Any]] = "lost_link_no_visits", {}
    (template, said), other = (found, none) if next_visit else (none, found)
    outbox.enqueue(
        template,
        key=f"appointment-links:{uuid.uuid4()}",
        to=email,
        about=thing,
        overtakes=True,
        wait=outbox.delay(about=thing, longest=LONGEST_PAUSE_OF_LINKS),
        or_else=[other],
        language=of_now(),
        **said,
    )


def _links_to(visit: Appointment) -> dict[str, Any]:
    return {
        "starts": visit.local_start,
        "zone": time_zones.words(visit.zone),
        "link": links.absolute(visit),
    }


def _nobodys_visit() -> Appointment:
    """Return a visit that is nowhere, to do the same work for an address that has none."""
    return Appointment(starts_at=database_time.now(), zone="America/New_York")


def proof(email: str, state: State, service: Service, query: str = "") -> None:
    """The link by which a patient goes on booking, as somebody who reads that address's mail.

    Where the service is for those who were here before, only they get it; others are told. `query`
    is what the link ends with: with whom, by our own name for them, never what somebody typed.
    """
    is_known = returning_patient.is_known(email)
    token = returning_patient.make(email, returning=service.proof_required and is_known)
    path = reverse("appointments:email_proof_accept", args=[state, service.slug, token])
    kind = "returning" if service.proof_required else "any"  # neither overtakes the other
    thing = _about_proofs(kind, email)
    known = "email_proof", {"link": absolute_url(path + query)}
    unknown: tuple[str, dict[str, Any]] = "email_proof_unknown_address", {}
    gets_it = is_known or not service.proof_required
    (template, said), other = (known, unknown) if gets_it else (unknown, known)
    outbox.enqueue(
        template,
        key=f"appointment-proof:{uuid.uuid4()}",
        to=email,
        about=thing,
        overtakes=True,
        wait=outbox.delay(about=thing, longest=LONGEST_PAUSE_OF_PROOFS),
        or_else=[other],
        language=of_now(),
        **said,
    )
