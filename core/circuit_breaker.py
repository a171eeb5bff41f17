"""A pause after a failure: a dead service costs one caller its time-out, not every caller."""

import logging
from collections.abc import Callable
from time import monotonic
from typing import TypeVar

T = TypeVar("T")
log = logging.getLogger(__name__)


class CircuitBreaker:
    """Guards the calls of one process to one service.

    After a failure nothing is tried for `rest` seconds. Then one caller tries, while the others
    still pass by; a success lets everybody through again.
    """

    def __init__(self, service: str, *, rest: float = 15) -> None:
        self.service, self.rest = service, rest
        self._until = 0.0

    def attempt(self, operation: Callable[[], T]) -> T | None:
        """Return what `operation` returns; None where it raises, or during the rest.

        Lets no exception of the operation out. So the operation itself should not return None.
        """
        if not self._may_try():
            return None
        try:
            result = operation()
        except Exception as error:  # each client has errors of its own
            self._until = monotonic() + self.rest
            log.warning(
                "The %s does not answer (%s); it is left alone for %s seconds.",
                self.service,
                type(error).__name__,
                self.rest,
            )
            return None
        self.reset()
        return result

    def reset(self) -> None:
        """Let the next caller try at once."""
        self._until = 0.0

    def _may_try(self) -> bool:
        """Say whether to try now. The first after a rest makes the others rest once more."""
        now = monotonic()
        if self._until and now < self._until:
            return False
        if self._until:
            self._until = now + self.rest
        return True


# Django's default cache, for those who go on without it: it may be any of CACHES. A dead one must
# not fail a page, and one that hangs must not slow every page.
cache_breaker = CircuitBreaker("cache")
