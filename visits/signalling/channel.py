"""What the site and the process say to each other in Valkey: a channel, and a hash of who is here.

The channel and the keys bear the name of the site, because several may share a cache.
"""

from dataclasses import dataclass
from typing import Any

from django.conf import settings

from visits.signalling.protocol import SEATS, Code, write
from visits.signalling.room import State


def name() -> str:
    """Return the channel on which the process listens."""
    return f"{_prefix()}:visits:rooms"


def here_key() -> str:
    """Return the hash that holds, for each room, the seats that are taken."""
    return f"{_prefix()}:visits:here"


def nonce_key(nonce: str) -> str:
    """Return the key that stands while a used ticket would still be valid."""
    return f"{_prefix()}:visits:used:{nonce}"


def _prefix() -> str:
    return str(settings.CACHES["default"]["KEY_PREFIX"])


@dataclass(frozen=True)
class News:
    """What holds in a room now; with `close` whose sockets are closed, and with which code."""

    room: str
    state: State
    close: Code | None = None
    seats: tuple[str, ...] = SEATS

    def text(self) -> str:
        """Return it as it is published."""
        said: dict[str, Any] = {"room": self.room, **self.state._asdict()}
        if self.close:
            said |= {"close": int(self.close), "seats": self.seats}
        return write(said)

    @classmethod
    def read(cls, said: dict[str, Any]) -> "News":
        """Return what was published. Raises KeyError, TypeError or ValueError for anything else."""
        state = State(int(said["number"]), str(said["phase"]), tuple(said["guests"]))
        close = Code(said["close"]) if said.get("close") else None
        return cls(str(said["room"]), state, close, tuple(said.get("seats", SEATS)))
