"""Lines of a subscribers' file of another program: listmonk's, Mailchimp's, or our own. Pure.

listmonk (listmonk.app/docs): email, name, attributes, status, created_at. Mailchimp (its help,
"View or export contacts"): Email Address, OPTIN_TIME, CONFIRM_TIME, CONFIRM_IP, UNSUB_TIME,
CLEAN_TIME, TAGS, with a file for each status. Names and other details are not taken over.
"""

import ipaddress
import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime

COLUMNS = {
    "email": ("email", "email address", "e-mail", "email_address", "e-mail address"),
    "status": ("status", "state", "subscription_status"),
    "joined": (
        *("joined_at", "confirm_time", "optin_time", "subscribed_at"),
        *("created_at", "date added", "joined"),
    ),
    "left": ("left_at", "unsub_time", "unsubscribed_at"),
    "cleaned": ("clean_time",),
    "network": ("confirm_ip", "optin_ip", "ip"),
    "topics": ("topics", "tags", "lists"),
}
STATES = {
    "active": ("", "active", "subscribed", "enabled", "confirmed"),
    "left": ("left", "unsubscribed", "disabled", "blocklisted", "blacklisted", "complained"),
    "bounced": ("bounced", "cleaned"),
    "": ("unconfirmed", "pending", "non-subscribed", "nonsubscribed", "transactional", "archived"),
}
_STATE = {word: state for state, words in STATES.items() for word in words}
_PARTS = re.compile(r"[,;|]+")


@dataclass(frozen=True)
class Line:
    """What one line says. `state` is active, left or bounced; empty where nobody confirmed."""

    email: str
    state: str
    joined: datetime | None
    left: datetime | None
    network: str
    topics: tuple[str, ...]


class Unreadable(Exception):
    """Its text says why, for whoever moves the list."""


class Reader:
    """Knows from the header where each column stands. Raises Unreadable without an address."""

    def __init__(self, header: Sequence[str]) -> None:
        names = [name.strip().strip("\ufeff").lower() for name in header]
        self.places = {
            what: [names.index(name) for name in known if name in names]
            for what, known in COLUMNS.items()
        }
        if not self.places["email"]:
            raise Unreadable("There is no column “email” or “Email Address” in the first line.")

    def read(self, cells: Sequence[str]) -> Line:
        """Raises Unreadable for a status that is not known."""
        status = self._first(cells, "status").lower()
        if status not in _STATE:
            raise Unreadable(f"The status “{status[:40]}” is not known.")
        left, cleaned = (moment(self._first(cells, what)) for what in ("left", "cleaned"))
        state = _STATE[status]
        if state == "active" and (left or cleaned):
            state = "left" if left else "bounced"
        return Line(
            email=self._first(cells, "email"),
            state=state,
            joined=moment(self._first(cells, "joined")),
            left=left or cleaned,
            network=network(self._first(cells, "network")),
            topics=topics(self._first(cells, "topics")),
        )

    def _first(self, cells: Sequence[str], what: str) -> str:
        """The first of these columns that says anything."""
        for place in self.places[what]:
            if place < len(cells) and (cell := cells[place].strip()):
                return cell
        return ""


def moment(text: str) -> datetime | None:
    """`2023-04-05T06:07:08Z` or `2023-04-05 06:07:08`; without a zone it is UTC."""
    if not text:
        return None
    try:
        found = datetime.fromisoformat(text)
    except ValueError:
        return None
    return found if found.tzinfo else found.replace(tzinfo=UTC)


def network(text: str) -> str:
    if not text:
        return ""
    try:
        return str(ipaddress.ip_address(text))
    except ValueError:
        return ""


def topics(text: str) -> tuple[str, ...]:
    """Mailchimp writes `"one","two"`, we write `one;two`."""
    parts = (part.strip().strip('"').strip().lower() for part in _PARTS.split(text))
    return tuple(part for part in parts if part)
