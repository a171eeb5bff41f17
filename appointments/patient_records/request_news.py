"""Who asked for something in privacy hears what became of it: by an app that knows how.

Whoever is to be told is read before an erasure, which leaves no address to read.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

from appointments.models import PrivacyRequest, RequestStatus


@dataclass(frozen=True)
class Outcome:
    """What became of it, whether the law has us keep something, and until when (None: for good)."""

    status: RequestStatus
    is_kept: bool = False
    kept_until: datetime | None = None


Tell = Callable[[Outcome], None]
Prepare = Callable[[PrivacyRequest], Tell | None]
_prepare: list[Prepare] = []


def register(prepare: Prepare) -> None:
    """Let `prepare(request)` return what tells whoever asked; None where nobody is to be told.

    It is called, and what it returns, in the transaction of the decision.
    """
    if prepare not in _prepare:
        _prepare.append(prepare)


def tellers(request: PrivacyRequest) -> list[Tell]:
    """Return what tells of a request that is about to be decided."""
    return [tell for prepare in _prepare if (tell := prepare(request)) is not None]
