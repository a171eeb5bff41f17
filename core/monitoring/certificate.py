"""Looks at the TLS certificate of the site's own address, as a browser does."""

import socket
import ssl
from datetime import UTC, datetime
from urllib.parse import urlsplit

from django.conf import settings
from django.utils import timezone

from core.monitoring.models import Certificate

SECONDS = 5


def look() -> None:
    """Write down until when the certificate holds; nothing where SITE_URL cannot be reached.

    A site behind a router may not be reachable from within: that is for a prober outside to tell.
    """
    parts = urlsplit(settings.SITE_URL)
    if parts.scheme != "https" or not parts.hostname:
        return
    found = _ask(parts.hostname, parts.port or 443)
    if found is not None:
        Certificate.objects.update_or_create(
            host=parts.hostname,
            defaults={"checked_at": timezone.now(), "expires_at": found[0], "problem": found[1]},
        )


def _ask(host: str, port: int) -> tuple[datetime | None, str] | None:
    """Return until when it holds, and why it is refused; None without a connection."""
    context = ssl.create_default_context()
    try:
        plain = socket.create_connection((host, port), timeout=SECONDS)
        with context.wrap_socket(plain, server_hostname=host) as secure:
            found = secure.getpeercert() or {}
    except ssl.SSLCertVerificationError as error:
        return None, error.verify_message[:300]
    except OSError:
        return None
    ends = ssl.cert_time_to_seconds(str(found["notAfter"]))
    return datetime.fromtimestamp(ends, UTC), ""
