"""A clinic that has grown: a million visits and all that hangs on them, written by the database."""

from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path

from django.conf import settings
from django.core.cache import caches
from django.db import connection, transaction

from core.staff.audit import hash_chain
from tests.database import unguarded

# What hangs on them goes with them.
EMPTIED = (
    *("appointments_provider", "appointments_service", "appointments_patient"),
    *("articles_topic", "articles_contributor", "articles_imageasset", "mail_outgoingemail"),
    *("newsletter_issue", "newsletter_subscriber", "newsletter_topic", "newsletter_confirmation"),
    "newsletter_delivery",
    *("staff_user", "staff_auditevent", "staff_chainlink", "django_session"),
)
FILES = ("appointments", "newsletter", "mail", "articles", "staff")
DESK_FILES = ("appointments", "mail")
PROVIDERS, PAST_DAYS = 60, 1191  # 14 visits a day of each provider: a million
# What every statement below may name with an @ before it, for a clinic of full size.
SIZES = {
    "visits": 1_000_000,
    "patients": 200_000,
    "mails": 2_000_000,
    "events": 2_000_000,
    "subscribers": 200_000,
    "comments": 200_000,
    "log": 500_000,
}
NOT_SEALED = 200  # of each kind of proof: what a minute's run of the chain finds


def fill(files: Iterable[str] = FILES) -> None:
    """Empty the database and write the grown clinic into it: some minutes, some gigabytes."""
    names = ", ".join(EMPTIED)
    with unguarded(), connection.cursor() as cursor:
        cursor.execute(f"TRUNCATE {names} RESTART IDENTITY CASCADE")
    with transaction.atomic(), connection.cursor() as cursor, _without_indexes(cursor):
        # Neither triggers nor foreign keys: what is written here fits.
        cursor.execute("SET LOCAL session_replication_role = replica")
        cursor.execute("SET LOCAL synchronous_commit = off")
        for name in files:
            cursor.execute(_filled(name))
        _seal(cursor)
        cursor.execute("SET LOCAL session_replication_role = origin")
    with connection.cursor() as cursor:
        cursor.execute("VACUUM ANALYZE")
    for cache in caches.all():
        cache.clear()


def _filled(name: str) -> str:
    sql = (Path(__file__).parent / f"{name}.sql").read_text()
    values: dict[str, object] = SIZES | {
        "providers": PROVIDERS,
        "past_days": PAST_DAYS,
        "first_patient": 1,
        "last_past_visit": SIZES["visits"],
        "inner": _padded_key(0x36).hex(),
        "outer": _padded_key(0x5C).hex(),
    }
    for word in sorted(values, key=len, reverse=True):
        sql = sql.replace(f"@{word}", f"{values[word]}")
    return sql


def _padded_key(pad: int) -> bytes:
    """The key of `email_addresses.keyed_hash` as HMAC mixes it: RFC 2104."""
    return bytes(byte ^ pad for byte in settings.ADDRESS_KEY.encode().ljust(64, b"\0"))


def _seal(cursor) -> None:
    """A link for each proof. The hashes are none: who verifies the chain is not measured here."""
    number = 0
    for table, model in sorted(hash_chain.sealed_models().items()):
        key = model._meta.pk.column
        cursor.execute(
            f"""
            INSERT INTO staff_chainlink (number, table_name, row_pk, sealed_at, hash)
            SELECT %s + nth, %s, {key}, now() - interval '1 hour'
                   - (most - nth) * interval '1 day' * (%s::float / most), md5({key}::text)
              FROM (SELECT {key}, row_number() OVER (ORDER BY {key}) AS nth,
                           count(*) OVER () - %s AS most FROM {table}) AS rows
             WHERE nth <= most
            """,  # noqa: S608  (our own names only)
            [number, table, PAST_DAYS, NOT_SEALED],
        )
        number += cursor.rowcount


@contextmanager
def _without_indexes(cursor) -> Iterator[None]:
    """Indexes are made once the rows are there: for millions that is many times faster."""
    cursor.execute(
        """
        SELECT i.indexrelid::regclass::text, pg_get_indexdef(i.indexrelid)
          FROM pg_index i JOIN pg_class c ON c.oid = i.indrelid
         WHERE c.relnamespace = 'public'::regnamespace AND NOT i.indisunique
           AND NOT EXISTS (SELECT FROM pg_constraint WHERE conindid = i.indexrelid)
        """
    )
    found = cursor.fetchall()
    for name, _made in found:
        cursor.execute(f"DROP INDEX {name}")
    yield
    cursor.execute("SET LOCAL maintenance_work_mem = '512MB'")
    for _name, made in found:
        cursor.execute(made)
