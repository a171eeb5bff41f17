"""Does an address on the web still answer? Asked only of public addresses."""

import ipaddress
import socket
import urllib.error
import urllib.request
from urllib.parse import urlsplit

from django.conf import settings
from django.utils.translation import gettext as _

PATIENCE = 8
AGENT = "Mozilla/5.0 (compatible; link check)"


class _NoRedirect(urllib.request.HTTPRedirectHandler):
    """Where a site sends us on it is alive; following could lead into our own network."""

    def redirect_request(self, *args, **kwargs):
        return None


def look(url: str) -> tuple[bool, str]:
    """Whether the address answers, and what it said. Never raises for what the network does."""
    parts = urlsplit(url)
    if parts.scheme not in ("http", "https") or not parts.hostname:
        return False, _("This is no web address.")
    if not _is_public(parts.hostname):
        return False, _("The name of this site is not known.")
    request = urllib.request.Request(url, headers={"User-Agent": AGENT})  # noqa: S310
    try:
        with urllib.request.build_opener(_NoRedirect).open(request, timeout=PATIENCE) as answer:
            return True, str(answer.status)
    except urllib.error.HTTPError as error:
        return _meaning(error)
    except (OSError, ValueError) as error:
        return False, _("No answer ({reason}).").format(reason=type(error).__name__)


def _meaning(error: urllib.error.HTTPError) -> tuple[bool, str]:
    if 300 <= error.code < 400:
        return True, _("{code}: has moved to {address}").format(
            code=error.code, address=error.headers.get("Location", "")[:80]
        )
    if error.code in (401, 403, 405, 429):
        return True, _("{code}: answers, but not to us").format(code=error.code)
    return False, str(error.code)


def _is_public(host: str) -> bool:
    """Only addresses of the open internet: a source must not make us knock on our own doors."""
    try:
        found = {item[4][0] for item in socket.getaddrinfo(host, None)}
    except (OSError, UnicodeError):
        return False
    allowed = settings.LINK_CHECK_PRIVATE
    return bool(found) and (allowed or all(ipaddress.ip_address(ip).is_global for ip in found))
