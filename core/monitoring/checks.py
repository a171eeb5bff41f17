"""Everything that is looked at, by the list HEALTH_CHECKS: for pages, probers, metrics, alerts.

The database is asked first. Without it the others cannot be known, and are left out.
"""

import logging
from collections.abc import Callable

from django.conf import settings
from django.core.cache import caches
from django.utils.module_loading import import_string
from django.utils.translation import gettext as _

from core.monitoring import services
from core.monitoring.results import CheckResult, Level

log = logging.getLogger(__name__)
Check = Callable[[], list[CheckResult]]
KEPT_SECONDS = 10  # in each process: a prober may ask every second


def run() -> list[CheckResult]:
    """Look at everything now. Never raises; takes the calling thread's connection."""
    return _with_services(_rest)


def probe() -> list[CheckResult]:
    """Ask the services now, and return what else was found within KEPT_SECONDS."""
    return _with_services(lambda: _kept("health-checks", _rest))


def recent() -> list[CheckResult]:
    """Return what was found within KEPT_SECONDS, the services too, or look now."""
    return _kept("health-checks-all", run)


def _with_services(rest: Callable[[], list[CheckResult]]) -> list[CheckResult]:
    found = services.check()
    is_away = any(each.name == services.DATABASE and not each.is_fine for each in found)
    return found if is_away else found + rest()


def _rest() -> list[CheckResult]:
    return [result for path in settings.HEALTH_CHECKS for result in _one(path)]


def _kept(key: str, look: Callable[[], list[CheckResult]]) -> list[CheckResult]:
    kept = caches["parts"]
    found: list[CheckResult] | None = kept.get(key)
    if found is None:
        found = look()
        kept.set(key, found, KEPT_SECONDS)
    return found


def _one(path: str) -> list[CheckResult]:
    check: Check = import_string(path)
    try:
        return check()
    except Exception as error:  # a check that breaks must not break what shows the others
        log.exception("The check %s failed.", path)
        sentence = _("A check of the site itself failed: %s.") % type(error).__name__
        return [CheckResult(path.rpartition(".")[2], Level.WARNING, sentence, _("See the log."))]
