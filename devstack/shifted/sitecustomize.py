"""Python's sleep under libfaketime. On the path of a shifted run only, where Python imports it.

libfaketime 0.9.10 (Debian 12, Ubuntu 24.04) hands the kernel a wrong moment when a program sleeps
until one of the monotonic clock, as `time.sleep` does since Python 3.11, although that clock is
left alone: https://github.com/wolfcw/libfaketime/issues/426. A wait of `select` is a length, which
nothing has to convert.
"""

import select
import time


def sleep(seconds: float, /) -> None:
    """Return after so many seconds, also when signals come meanwhile."""
    if seconds < 0:
        raise ValueError("sleep length must be non-negative")
    select.select((), (), (), seconds)


time.sleep = sleep  # type: ignore[assignment]  # it takes what select takes
