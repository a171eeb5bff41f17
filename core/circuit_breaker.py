"""A rest after a failure: a dead service costs one caller its time-out, not every caller."""

from dataclasses import dataclass
from time import monotonic


@dataclass
class Breaker:
    """Per process. While it rests, `ready()` is False; then one caller may try."""

    rest: float  # seconds
    _until: float = 0.0

    def ready(self) -> bool:
        """Whether to try now. The first who may after a rest makes the others rest once more."""
        now = monotonic()
        if self._until and now < self._until:
            return False
        if self._until:
            self._until = now + self.rest
        return True

    def failed(self) -> None:
        self._until = monotonic() + self.rest

    def succeeded(self) -> None:
        self._until = 0.0
