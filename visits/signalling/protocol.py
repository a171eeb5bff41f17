"""What browsers may say over a socket: kinds, fields, sizes, and to whom. Pure.

Nothing is passed on as it came: each message is read into its parts and written anew. Kinds and
fields that are not known are dropped, so that a newer page can talk to an older process.
"""

import json
from dataclasses import dataclass
from enum import IntEnum
from typing import Any

LARGEST = 32 * 1024  # bytes of a message
LARGEST_DESCRIPTION, LARGEST_CANDIDATE, LONGEST_WHY = 28_000, 1_000, 40
MOST_GENERATIONS = 1_000_000
A_SECOND = 20  # messages from one socket

PATIENT, CLINICIAN = "patient", "clinician"
# Of two seats the one that stands first here makes the offers, and the other asks for them.
SEATS = (CLINICIAN, PATIENT, "guest-1", "guest-2")
RELAYED = ("offer", "answer", "ice", "again", "bye")


class Code(IntEnum):
    """Why a socket is closed."""

    BAD = 4400
    TICKET = 4401
    ROLE = 4403
    LATE = 4408
    TAKEN_OVER = 4409
    OVER = 4410
    TOO_MANY = 4429
    RESTART = 1012


class Refused(Exception):
    """What was said is not allowed, and the socket is closed with this code."""

    def __init__(self, code: Code, why: str) -> None:
        super().__init__(why)
        self.code, self.why = code, why


@dataclass(frozen=True)
class Message:
    """One message to pass on: its kind, the seat that it is for, and its other fields."""

    kind: str
    to: str = ""
    generation: int = 0
    body: Any = None

    def text(self, sender: str) -> str:
        """Return what the other seat is sent."""
        said: dict[str, Any] = {"t": self.kind, "from": sender}
        if self.kind != "bye":
            said["g"] = self.generation
        if self.kind in _BODIES:
            said[_BODIES[self.kind]] = self.body
        return write(said)


_BODIES = {"offer": "sdp", "answer": "sdp", "ice": "candidate", "again": "why"}
_CANDIDATE = {"candidate": str, "sdpMid": str, "sdpMLineIndex": int, "usernameFragment": str}


def write(said: dict[str, Any]) -> str:
    """Return a message as text."""
    return json.dumps(said, separators=(",", ":"))


def read_hello(text: str | bytes) -> str:
    """Return the ticket of a first message. Raises Refused."""
    said = _object(text)
    ticket = said.get("ticket")
    if said.get("t") != "hello" or not isinstance(ticket, str) or len(ticket) > 500:
        raise Refused(Code.TICKET, "The first message is hello, with a ticket.")
    return ticket


def read(text: str | bytes, sender: str) -> Message | None:
    """Return what `sender` said; None for a kind that is not known. Raises Refused."""
    said = _object(text)
    kind = said.get("t")
    if kind not in RELAYED:
        return None
    if kind == "bye":
        return Message("bye")
    to, generation = _other(said.get("to"), sender), _number(said.get("g"))
    offers = SEATS.index(sender) < SEATS.index(to)
    if kind != "ice" and offers is not (kind == "offer"):
        raise Refused(Code.ROLE, f"{sender} sends {to} no {kind}.")
    return Message(kind, to, generation, _body(kind, said))


def _object(text: str | bytes) -> dict[str, Any]:
    if isinstance(text, bytes):
        raise Refused(Code.BAD, "Messages are text.")
    try:
        said = json.loads(text)
    except (ValueError, RecursionError):
        raise Refused(Code.BAD, "Messages are JSON.") from None
    if not isinstance(said, dict):
        raise Refused(Code.BAD, "A message is an object.")
    return said


def _other(to: Any, sender: str) -> str:
    """Return whom it is for; between two people nobody need be named."""
    if to is None and sender in (PATIENT, CLINICIAN):
        return CLINICIAN if sender == PATIENT else PATIENT
    if not isinstance(to, str) or to not in SEATS or to == sender:
        raise Refused(Code.BAD, "It is for nobody.")
    return to


def _number(value: Any) -> int:
    if type(value) is not int or not 0 <= value <= MOST_GENERATIONS:
        raise Refused(Code.BAD, "A generation is a whole number.")
    return value


def _body(kind: str, said: dict[str, Any]) -> Any:
    value = said.get(_BODIES[kind])
    if kind == "ice":
        return _candidate(value)
    if kind == "again":
        return _text(value or "", LONGEST_WHY)
    return _text(value, LARGEST_DESCRIPTION)


def _candidate(value: Any) -> dict[str, Any] | None:
    """Return a candidate by its known fields; None says that there are no more."""
    if value is None:
        return None
    if not isinstance(value, dict):
        raise Refused(Code.BAD, "A candidate is an object.")
    known = {name: value[name] for name in _CANDIDATE if value.get(name) is not None}
    for name, part in known.items():
        if type(part) is not _CANDIDATE[name]:
            raise Refused(Code.BAD, "A candidate has other fields.")
        if isinstance(part, str):
            _text(part, LARGEST_CANDIDATE)
    return known


def _text(value: Any, longest: int) -> str:
    if not isinstance(value, str) or len(value) > longest:
        raise Refused(Code.BAD, "A text is missing or too long.")
    return value
