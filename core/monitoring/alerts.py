"""Tells the operator what lasts: by e-mail over SMTP, by webhook; not by outbox, broker or worker.

What is told names a check and says its sentence: no patient, no reader, no address.
"""

import json
import logging
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any
from urllib.request import Request, build_opener

from django.conf import settings
from django.core.mail import EmailMessage, get_connection
from django.urls import reverse
from django.utils.translation import gettext as _

from core.monitoring.alert_state import News
from core.monitoring.machine import who_we_are
from core.monitoring.results import Level

SECONDS = 10  # that a mail server or a webhook may take
log = logging.getLogger(__name__)


def tell(news: News) -> bool:
    """Tell it by every way that is set; return whether one of them took it. Never raises."""
    ways: list[Callable[[News], None]] = []
    ways += [_mail] if settings.ALERT_EMAIL else []
    ways += [_post] if settings.ALERT_WEBHOOK_URL else []
    took = [_attempt(way, news) for way in ways]  # every way is tried
    return any(took)


def ping() -> None:
    """Ask ALERT_PING_URL, so that whoever expects it tells when this stays away. Never raises."""
    if settings.ALERT_PING_URL:
        try:
            _ask(Request(settings.ALERT_PING_URL, method="POST", data=b""))  # noqa: S310  a setting
        except Exception as error:  # it may be anything, and the next turn asks again
            log.warning("ALERT_PING_URL does not answer: %s", type(error).__name__)


def _attempt(way: Callable[[News], None], news: News) -> bool:
    try:
        way(news)
    except Exception as error:  # whatever it is, the other way must be tried
        log.warning("%s could not be told by %s: %s", news.trouble.name, way.__name__, error)
        return False
    return True


def subject(news: News) -> str:
    """Return one line: the site, and what is the matter or has passed."""
    return f"[{settings.SITE_URL.partition('://')[2]}] {headline(news)}"


def headline(news: News) -> str:
    """Return what is the matter, or that it has passed."""
    if news.passed:
        return _("Passed: %s") % news.trouble.sentence
    is_error = news.trouble.level is Level.ERROR
    return (_("Trouble: %s") if is_error else _("Please look: %s")) % news.trouble.sentence


def _mail(news: News) -> None:
    server = settings.ALERT_EMAIL_SERVER
    connection = get_connection(
        "django.core.mail.backends.smtp.EmailBackend",
        host=server["EMAIL_HOST"],
        port=server["EMAIL_PORT"],
        # Never None: Django would log in there as it does at the server of EMAIL_URL.
        username=server["EMAIL_HOST_USER"] or "",
        password=server["EMAIL_HOST_PASSWORD"] or "",
        use_tls=server.get("EMAIL_USE_TLS", False),
        use_ssl=server.get("EMAIL_USE_SSL", False),
        timeout=SECONDS,
    )
    EmailMessage(
        subject(news),
        _text(news),
        settings.DEFAULT_FROM_EMAIL,
        settings.ALERT_EMAIL,
        headers={"Auto-Submitted": "auto-generated"},
        connection=connection,
    ).send()


def _text(news: News) -> str:
    since = datetime.fromtimestamp(news.trouble.since, UTC)
    when = _("Since %(time)s UTC. Seen by the machine %(machine)s.") % {
        "time": f"{since:%Y-%m-%d %H:%M}",
        "machine": who_we_are(),
    }
    page = f"{settings.SITE_URL}{reverse('admin:status')}"
    return "\n\n".join(filter(None, [headline(news), news.advice, when, page]))


def _post(news: News) -> None:
    trouble = news.trouble
    told: dict[str, Any] = {
        "text": subject(news),  # what Slack, Mattermost and their like show
        "site": settings.SITE_URL,
        "machine": who_we_are(),
        "check": trouble.name,
        "level": trouble.level.name.lower(),
        "status": "passed" if news.passed else "trouble",
        "since": datetime.fromtimestamp(trouble.since, UTC).isoformat(),
        "sentence": trouble.sentence,
        "advice": news.advice,
    }
    headers = {"Content-Type": "application/json"}
    body = json.dumps(told).encode()
    _ask(Request(settings.ALERT_WEBHOOK_URL, body, headers))  # noqa: S310  a setting of ours


def _ask(request: Request) -> None:
    """Ask, or raise. The owner named the address: nobody else can."""
    request.add_header("User-Agent", "curednation")
    build_opener().open(request, timeout=SECONDS).close()
