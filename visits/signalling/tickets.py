"""Tickets: what opens a socket, once, within a minute. Signed by the site, read by the process.

A ticket is the first message on a socket and stands in no address. Each says what holds in the room
by the database, so a process that was started anew, or that hears nothing, learns it from them.
"""

import re
import secrets
from dataclasses import dataclass
from datetime import timedelta

from core.signed_links import LinkSigner
from visits.signalling.protocol import SEATS
from visits.signalling.room import State

VALID_FOR = timedelta(seconds=60)
_PARTS = re.compile(
    r"(?P<room>[\w-]{16,32}):(?P<seat>[a-z]+(?:-[12])?):(?P<phase>[a-z_]+):(?P<number>\d{1,9})"
    r":(?P<guests>[12]{0,2}):(?P<nonce>[\w-]{16,24})",
    re.ASCII,
)
_SIGNER = LinkSigner("visits.ticket", payload=r"[\w:-]{40,140}", valid_for=lambda: VALID_FOR)


@dataclass(frozen=True)
class Ticket:
    """Who may sit where, what holds there, and the number by which it is used once."""

    room: str
    seat: str
    state: State
    nonce: str


def make(room: str, seat: str, state: State) -> str:
    """Return a ticket to that seat."""
    guests = "".join(guest[-1] for guest in sorted(state.guests))
    nonce = secrets.token_urlsafe(12)
    return _SIGNER.sign(f"{room}:{seat}:{state.phase}:{state.number}:{guests}:{nonce}")


def read(text: str) -> Ticket | None:
    """Return what a ticket says; None for what was not made here, or has ended."""
    payload = _SIGNER.read(text)
    found = _PARTS.fullmatch(payload) if payload else None
    if found is None or found["seat"] not in SEATS:
        return None
    guests = tuple(f"guest-{each}" for each in found["guests"])
    state = State(int(found["number"]), found["phase"], guests)
    return Ticket(found["room"], found["seat"], state, found["nonce"])
