"""Does the site answer under its own name, by https, as a visitor sees it?"""

import http.client
import socket
import ssl
from collections.abc import Iterator
from urllib.parse import urlsplit

from django.conf import settings
from django.utils.translation import gettext as _

from core.monitoring.results import CheckResult, Level

SECONDS = 10


def check_site() -> Iterator[CheckResult]:
    """Yield what the home page answers, and whether it says that it is kept to https."""
    parts = urlsplit(settings.SITE_URL)
    host, port = str(parts.hostname), parts.port or 443
    try:
        status, headers = _ask(host, port)
    except socket.gaierror:
        sentence = _("DNS does not know %s.") % host
        advice = _("Let an A record, and an AAAA record, of this name lead to this machine.")
        yield CheckResult("site", Level.ERROR, sentence, advice)
    except ssl.SSLCertVerificationError as error:
        sentence = _("Browsers refuse the certificate: %s.") % error.verify_message
        advice = _("The proxy's log says why it has no better one: `journalctl -u caddy`.")
        yield CheckResult("site", Level.ERROR, sentence, advice)
    except (OSError, http.client.HTTPException):
        sentence = _("Nobody answers at %s.") % settings.SITE_URL
        advice = _("Is the proxy running, and are ports 80 and 443 open to it?")
        yield CheckResult("site", Level.ERROR, sentence, advice)
    else:
        yield _judged(status, headers)


def _ask(host: str, port: int) -> tuple[int, http.client.HTTPMessage]:
    context = ssl.create_default_context()
    connection = http.client.HTTPSConnection(host, port, timeout=SECONDS, context=context)
    try:
        connection.request("GET", "/", headers={"User-Agent": "curednation doctor"})
        answer = connection.getresponse()
        return answer.status, answer.headers
    finally:
        connection.close()


def _judged(status: int, headers: http.client.HTTPMessage) -> CheckResult:
    if status in (301, 302, 307, 308) and headers.get("Location", "").startswith(settings.SITE_URL):
        sentence = _("The site sends its visitors round in circles.")
        advice = _("It does not believe the proxy: name the proxy's address in TRUSTED_PROXIES.")
        return CheckResult("site", Level.ERROR, sentence, advice)
    advice = {
        400: _("The proxy must hand on the name of the site (Host), and ALLOWED_HOSTS hold it."),
        502: _("The proxy does not reach the web server: `systemctl status curednation-web`."),
        503: _("The web server waits for a service: see the lines above."),
    }.get(status, _("The web server's log says why: `journalctl -u curednation-web`."))
    if status != http.client.OK:
        sentence = _("The home page answers %s.") % status
        return CheckResult("site", Level.ERROR, sentence, advice)
    if "Strict-Transport-Security" not in headers:
        sentence = _("The proxy takes away headers that the site sends.")
        return CheckResult("site", Level.WARNING, sentence, _("Compare it with deploy/."))
    return CheckResult("site", Level.OK, _("%s answers by https.") % settings.SITE_URL)
