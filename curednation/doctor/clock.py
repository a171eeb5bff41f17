"""Does somebody keep this machine's clock right?"""

import shutil
import subprocess
from collections.abc import Iterator

from django.utils.translation import gettext as _

from core.monitoring.results import CheckResult, Level


def check_clock_is_kept() -> Iterator[CheckResult]:
    """Yield whether the system says that its clock is kept by NTP; nothing where it cannot say."""
    program = shutil.which("timedatectl")
    if program is None:
        return
    command = [program, "show", "--property=NTPSynchronized", "--value"]
    try:
        said = subprocess.run(command, capture_output=True, text=True, timeout=10, check=False)  # noqa: S603  (its own words)
    except (OSError, subprocess.TimeoutExpired):
        return
    answer = said.stdout.strip()
    if answer == "yes":
        yield CheckResult("ntp", Level.OK, _("The clock is kept right by NTP."))
    elif answer == "no":
        sentence = _("Nobody keeps this machine's clock right.")
        advice = _("Install systemd-timesyncd or chrony: reminders and links go by the clock.")
        yield CheckResult("ntp", Level.WARNING, sentence, advice)
