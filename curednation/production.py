"""What a deployment is held to: unsafe settings are refused, and its size must fit the database."""

from collections.abc import Mapping, Sequence
from email.utils import parseaddr
from typing import Any

from django.conf import settings
from django.core.checks import CheckMessage, Error, Tags, Warning, register
from django.db import connections

from core.database import proof_writers, time_limits
from core.environment import refuse

NOBODYS = ("example.org", "example.com", "localhost")  # domains no mail can come from
KINDS_OF_WORKERS = 2  # the clinic's, and that for letters
SPARE_CONNECTIONS = 8  # beat, the readiness check, a shell, a migration


def refuse_unsafe(found: Mapping[str, Any]) -> None:
    """Raise ImproperlyConfigured for the first setting that no public site may run with."""
    _refuse_weak_keys(found)
    if str(found["DATABASES"]["default"]["HOST"]).startswith("/tmp/curednation-"):  # noqa: S108
        refuse("DATABASE_URL", "names the embedded database, which is for development only.")
    if not found["SITE_URL"].startswith("https://"):
        refuse("SITE_URL", "is not https: write the site's own address, https://www.example.org.")
    if not found["ROOMS_URL"].startswith("wss://"):
        refuse("ROOMS_URL", "is not wss: browsers open no other socket from a page by https.")
    hosts = found["ALLOWED_HOSTS"]
    if not hosts or "*" in hosts:
        refuse(
            "ALLOWED_HOSTS", "must name the site's own hosts: write www.example.org,example.org."
        )
    name, at, domain = parseaddr(found["DEFAULT_FROM_EMAIL"])[1].rpartition("@")
    if not (name and at and domain) or domain.endswith(NOBODYS):
        sentence = "is not an address of yours: write the one that mail comes from."
        refuse("DEFAULT_FROM_EMAIL", sentence)
    if not found["STAFF_MFA_REQUIRED"]:
        refuse("STAFF_MFA_REQUIRED", "cannot be off where DEBUG is off: leave it out.")


def _refuse_weak_keys(found: Mapping[str, Any]) -> None:
    how = "python3 -c 'import secrets; print(secrets.token_urlsafe(50))'"
    needed = ("SECRET_KEY", "ADDRESS_KEY", "NEWSLETTER_KEYS", "RECORD_KEYS")
    for variable in (*needed, "SECRET_KEY_FALLBACKS"):
        value = found[variable]
        keys = [value] if isinstance(value, str) else value
        if variable in needed and not any(keys):
            refuse(variable, f"is not set: write a long random text, made by {how}.")
        if any(len(k) < 50 or len(set(k)) < 5 or "insecure" in k for k in keys):
            refuse(variable, f"is too easy to guess: write a long random text, made by {how}.")


@register(Tags.database)
def connections_suffice(*, databases: Sequence[str] | None = None, **_: Any) -> list[CheckMessage]:
    """Every web thread and worker process keeps a connection; all must fit the server at once."""
    if not databases or "default" not in databases:
        return []
    with connections["default"].cursor() as cursor:
        cursor.execute(
            "SELECT current_setting('max_connections')::int"
            " - current_setting('superuser_reserved_connections')::int"
        )
        allowed = cursor.fetchone()[0]
    web = settings.WEB_WORKERS * settings.WEB_THREADS
    workers = KINDS_OF_WORKERS * settings.CELERY_WORKER_CONCURRENCY
    needed = web + workers + SPARE_CONNECTIONS
    if needed <= allowed:
        return []
    return [
        Warning(
            f"The site may need {needed} database connections ({settings.WEB_WORKERS} web workers "
            f"with {settings.WEB_THREADS} threads, {KINDS_OF_WORKERS} Celery workers with "
            f"{settings.CELERY_WORKER_CONCURRENCY} processes, {SPARE_CONNECTIONS} spare), "
            f"but the server allows {allowed}.",
            hint="Lower WEB_WORKERS or WEB_THREADS, or raise max_connections. Behind pgbouncer, "
            "compare with its max_client_conn instead.",
            id="curednation.W001",
        )
    ]


@register(Tags.database, deploy=True)
def proofs_are_kept(*, databases: Sequence[str] | None = None, **_: Any) -> list[CheckMessage]:
    """The site's own role can rewrite no proof, and the tables refuse it to their owner too."""
    if not databases or "default" not in databases:
        return []
    with connections["default"].cursor() as cursor:
        ways = proof_writers.ways_to_rewrite(cursor)
        unprotected = proof_writers.unprotected(cursor)
    problems: list[CheckMessage] = []
    if ways:
        problems.append(
            Error(
                "The role of DATABASE_URL could rewrite the audit trail and proofs of consent: "
                f"{'; '.join(ways[:3])}.",
                hint="Name the owner of the tables in DATABASE_OWNER_URL, another role in "
                "DATABASE_URL, and run `manage.py database_roles`. docs/deploy.md says how.",
                id="curednation.E001",
            )
        )
    if unprotected:
        problems.append(
            Error(
                f"Rows can be changed that must stay as they are, in {', '.join(unprotected)}.",
                hint="Run `manage.py migrate`. If that changes nothing, somebody has removed or "
                "switched off their triggers: run `manage.py verify_audit`.",
                id="curednation.E002",
            )
        )
    return problems


@register(Tags.database, deploy=True)
def waits_are_bounded(*, databases: Sequence[str] | None = None, **_: Any) -> list[CheckMessage]:
    """A lock that somebody leaves open, or a transaction, ends by itself: the server sees to it."""
    if not databases or "default" not in databases:
        return []
    with connections["default"].cursor() as cursor:
        missing = time_limits.missing(cursor)
    if not missing:
        return []
    return [
        Error(
            f"The role of DATABASE_URL may wait for too long: {', '.join(missing)}.",
            hint="Run `manage.py database_roles`, then start the site's processes again; behind a "
            "pooler let it open new sessions as well (pgbouncer: RECONNECT).",
            id="curednation.E003",
        )
    ]


@register(Tags.security, deploy=True)
def heads_leave_the_site(**_: Any) -> list[CheckMessage]:
    """Somebody outside is told how far the trail goes; else its owner could write it anew."""
    if settings.PRIVACY_OFFICER_EMAIL or settings.CHAIN_HEADS_FILE:
        return []
    return [
        Warning(
            "Only the log tells how far the audit trail went on which day.",
            hint="Name somebody in PRIVACY_OFFICER_EMAIL who keeps the daily mail, or a file in "
            "CHAIN_HEADS_FILE that can only be appended to.",
            id="curednation.W002",
        )
    ]


def refuse_the_owners_password() -> None:
    """Raise ImproperlyConfigured where a process that serves the site could act as the owner."""
    if settings.DATABASE_OWNER and not settings.DEBUG:
        refuse(
            "DATABASE_OWNER_URL",
            "is set for the site itself: leave it out here, and set it for `manage.py migrate` "
            "and `manage.py database_roles` only.",
        )
