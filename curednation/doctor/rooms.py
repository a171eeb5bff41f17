"""Does a socket get through the proxy to the rooms, as a browser opens it?"""

from collections.abc import Iterator

from django.conf import settings
from django.utils.translation import gettext as _
from websockets.exceptions import InvalidHandshake, InvalidStatus
from websockets.sync.client import connect
from websockets.typing import Origin

from core.monitoring.results import CheckResult, Level
from visits.health_checks import rooms_are_used

SECONDS = 10
NAME = "rooms-socket"


def check_socket() -> Iterator[CheckResult]:
    """Yield whether ROOMS_URL opens, and whether a relay stands ready where lines are bad."""
    if not rooms_are_used():
        return
    yield _opened()
    if not settings.TURN_URLS:
        sentence = _("There is no relay: calls between some networks will find no way.")
        advice = _("Set up coturn and TURN_URLS by docs/deploy.md; until then these go by phone.")
        yield CheckResult("relay", Level.WARNING, sentence, advice)


def _opened() -> CheckResult:
    try:
        with connect(
            settings.ROOMS_URL,
            origin=Origin(settings.SITE_URL),
            open_timeout=SECONDS,
            close_timeout=1,
            compression=None,
        ):
            sentence = _("Sockets of visits by video get through to the rooms.")
            return CheckResult(NAME, Level.OK, sentence)
    except InvalidStatus as error:
        status = error.response.status_code
    except (OSError, InvalidHandshake, TimeoutError):
        status = 0
    sentence = _("No socket of a visit by video gets through at %s.") % settings.ROOMS_URL
    advice = {
        403: _("SITE_URL and ALLOWED_HOSTS must name the site as browsers do."),
        404: _("The proxy does not lead /visits/socket to the rooms: compare it with deploy/."),
        502: _("The proxy does not reach the rooms: `systemctl status curednation-rooms`."),
    }.get(status, _("Compare the proxy with deploy/: it leads /visits/socket to ROOMS_PORT."))
    return CheckResult(NAME, Level.ERROR, sentence, advice)
