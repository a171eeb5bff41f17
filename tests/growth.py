"""How work grows with what a stranger sends. No clock on a wall: two sizes, measured in one run."""

import gc
import time
from collections.abc import Callable
from typing import Any

TIMES = 4
# Four times as much in at most so many times as long; what is quadratic takes sixteen.
MOST = 10
TOO_SHORT = 0.02  # seconds of this thread: what is over by then says nothing about growth


def growth(work: Callable[[Any], object], make: Callable[[int], Any], size: int) -> float:
    """Return how many times as long `work` takes on an input TIMES as large as `make(size)`.

    0 where it is over too soon to be measured. `size` should be such that a quadratic step would
    take a tenth of a second.
    """
    large = make(TIMES * size)
    if _seconds(work, large) < TOO_SHORT:
        return 0
    small = make(size)
    # The least of three, for others work here as well.
    return min(_seconds(work, large) for _ in range(3)) / min(
        _seconds(work, small) for _ in range(3)
    )


def _seconds(work: Callable[[Any], object], given: Any) -> float:
    """CPU seconds of this thread."""
    gc.disable()  # a pause of the collector is no growth
    began = time.thread_time()
    try:
        work(given)
        return time.thread_time() - began
    finally:
        gc.enable()
