"""Beat's schedule, kept in a file that one beat at a time may have.

A second one would take the file for damaged, and remove it. The kernel frees the lock when its
holder ends, `kill -9` included, so a restart never meets the lock of the one before.
"""

import fcntl
from pathlib import Path

from celery.beat import PersistentScheduler


class OneScheduler(PersistentScheduler):
    """Celery's own, behind a lock."""

    schedule_filename: str  # of `--schedule`

    def setup_schedule(self) -> None:
        """Take the lock, then open the schedule. Ends the process where another beat has it."""
        path = Path(f"{self.schedule_filename}.lock")
        self.lock = path.open("w")
        try:
            fcntl.flock(self.lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            raise SystemExit(f"Another beat runs with the schedule {path.stem}.") from None
        super().setup_schedule()
