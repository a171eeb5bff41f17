"""Measure what must be fast and print it as one table. Run by `make bench`.

Everything runs on this machine in one go; figures are compared with others of the same run.
`make bench ARGS=articles` (or `booking`, `newsletter`) measures one subject. Ends with 1 when a
limit is missed. `growth` fills the database with a million visits first, takes twenty minutes and
fifteen gigabytes, and runs only where it is named; so do `desk`, which is a part of it,
`lighthouse`, which fetches Lighthouse from npm, and `calls`, which holds visits by video.
"""

import os
import sys
from collections.abc import Callable
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))
os.environ["DJANGO_SETTINGS_MODULE"] = "bench.settings"


def main() -> int:
    import django

    from devstack import embedded
    from tests import surroundings

    held = embedded.ensure(surroundings.SERVICES)
    try:
        django.setup()
        return measure()
    finally:
        embedded.release(held)


def measure() -> int:
    from django.core.management import call_command
    from django.db import connection

    from bench.table import show

    call_command("collectstatic", interactive=False, verbosity=0)
    connection.creation.create_test_db(verbosity=0, autoclobber=True)
    usual = [booking_rows, article_rows, newsletter_rows, text_rows, room_rows, portal_rows]
    parts = [part for part in (*usual, *LARGE) if _wanted(part)]
    try:
        rows = [row for part in parts for row in part()]
    finally:
        connection.creation.destroy_test_db(connection.settings_dict["NAME"], verbosity=0)
    print(show(rows))
    return int(any(row.kept is False for row in rows))


def _wanted(part: Callable[[], list]) -> bool:
    words = sys.argv[1:]
    if not words:
        return part not in LARGE
    return any(part.__name__.startswith(word.rstrip("s")) for word in words)


def booking_rows() -> list:
    from bench import booking, clinic, crowd, peer, slots
    from tests import processes

    service = booking.prepare()
    theirs = peer.django_appointment()
    alone = booking.beside_the_peer(service, theirs)
    environ = {"DJANGO_SETTINGS_MODULE": "bench.settings", "WEB_WORKERS": "2"}
    with processes.site(**environ) as site:
        port = int(site.url.rsplit(":", 1)[1])
        rows = [*alone, *booking.race(service, port)]
        rows += booking.throughput(service, port, site.process.pid)
        rows += slots.page(service)
        rows += crowd.at_once(service, port)
        rows += crowd.memory(service, port, site.process.pid)
    return [*rows, *clinic.beside_the_peer(theirs), *clinic.large(), *clinic.growth()]


def newsletter_rows() -> list:
    from bench import mailing

    return [*mailing.speed(), *mailing.large(), *mailing.memory()]


def text_rows() -> list:
    from bench import texts

    return texts.rows()


def growth_rows() -> list:
    from bench.growth import measure

    return measure.rows()


def desk_rows() -> list:
    from bench.growth import measure

    return measure.at_the_desk()


def lighthouse_rows() -> list:
    from bench import lighthouse
    from tests import processes

    paths = lighthouse.pages()
    environ = {"DJANGO_SETTINGS_MODULE": "bench.settings", "WEB_WORKERS": "2"}
    with processes.site(**environ) as site:
        return lighthouse.rows(site.url, paths)


def call_rows() -> list:
    from bench import calls

    return calls.rows()


def room_rows() -> list:
    from bench import rooms

    return rooms.rows()


def portal_rows() -> list:
    from bench import signing_in
    from tests import processes

    signing_in.prepare()
    environ = {"DJANGO_SETTINGS_MODULE": "bench.settings", "WEB_WORKERS": "2"}
    with processes.site(**environ) as site:
        return signing_in.rows(site.url)


LARGE = (growth_rows, desk_rows, lighthouse_rows, call_rows)


def article_rows() -> list:
    from bench import finding, looking, reading
    from tests import processes

    article = reading.prepare()
    environ = {"DJANGO_SETTINGS_MODULE": "bench.settings", "WEB_WORKERS": "2"}
    with processes.site(**environ, BENCH_PAGE=str(reading.BODY)) as site:
        port = int(site.url.rsplit(":", 1)[1])
        rows = [*reading.rates(article, port), *reading.anew(article, port)]
        rows += looking.phone(site.url, article.get_absolute_url())
    return [*rows, *reading.lists(), *finding.measure()]


if __name__ == "__main__":
    sys.exit(main())
