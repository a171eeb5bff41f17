"""Run the tests that read a clock on fourteen days in a row and on the eves of both clock changes.

`python -m devstack.clocks ARGUMENTS…` hands its arguments to pytest. One run follows the other, and
each has half an hour at most; what it said is in `var/log/clocks/`. The hours differ, so that each
part of a day has its turn.
"""

import re
import subprocess
import sys
import time
from collections.abc import Iterator
from datetime import date, datetime, timedelta
from datetime import time as time_of_day
from zoneinfo import ZoneInfo

from devstack import paths

ZONE = ZoneInfo("America/Chicago")  # the practice's own, unless it says otherwise
DAYS = 14
LONGEST = 30 * 60  # seconds
PYTEST = [
    *("-m", "pytest", "-q", "-n", "3", "--max-worker-restart", "0"),
    *("--dist", "loadfile", "--no-loadscope-reorder"),
    *("-m", "reads_clock and not slow"),
]


def moments(today: date) -> Iterator[tuple[str, datetime]]:
    """Yield what each run stands for and its moment, all of them ahead of `today`."""
    for number in range(DAYS):
        day = today + timedelta(days=number + 1)
        hour = time_of_day((number * 7) % 24, 50)
        yield f"day {number + 1}", datetime.combine(day, hour, ZONE)
    eves = [day for day in (today + timedelta(n) for n in range(1, 400)) if _changes_after(day)]
    for day in eves[:2]:
        yield "eve of a clock change", datetime.combine(day, time_of_day(22, 50), ZONE)


def _changes_after(day: date) -> bool:
    """Whether the clocks change in the night after this day, or in the small hours of the next."""
    noons = [datetime.combine(day + timedelta(n), time_of_day(12), ZONE) for n in (0, 1)]
    return noons[0].utcoffset() != noons[1].utcoffset()


def run(moment: datetime, *arguments: str) -> tuple[bool, str]:
    """Run the tests at that moment; return whether all passed, and pytest's last line."""
    folder = paths.LOGS / "clocks"
    folder.mkdir(parents=True, exist_ok=True)
    log = folder / f"{moment:%Y-%m-%d}.txt"
    python = sys.executable
    command = [python, "-m", "devstack.clock", moment.isoformat(), python, *PYTEST, *arguments]
    with log.open("w") as output:
        try:
            code = subprocess.run(
                command, stdout=output, stderr=subprocess.STDOUT, check=False, timeout=LONGEST
            ).returncode
        except subprocess.TimeoutExpired:
            return False, f"not done after {LONGEST // 60} minutes, see {log}"
    summary = re.findall(r"^\d+ (?:passed|failed|error).*", log.read_text(), re.MULTILINE)
    last = summary[-1] if summary else "no test was run"
    return code == 0, last if code == 0 else f"{last}, see {log}"


def main(*arguments: str) -> int:
    """Print a line for each run; return how many failed."""
    paths.prepare()
    failed = 0
    for name, moment in moments(datetime.now(ZONE).date()):
        started = time.monotonic()
        passed, summary = run(moment, *arguments)
        failed += not passed
        took = f"{(time.monotonic() - started) / 60:4.1f} min"
        sign = "ok  " if passed else "FAIL"
        print(f"{sign}  {moment:%a %Y-%m-%d %H:%M %z}  {took}  {name:21}  {summary}", flush=True)
    return failed


if __name__ == "__main__":
    sys.exit(bool(main(*sys.argv[1:])))
