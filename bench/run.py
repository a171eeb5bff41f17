"""Measure what must be fast and print it as one table. Run by `make bench`.

Everything runs on this machine in one go; figures are compared with others of the same run.
Ends with 1 when a limit is missed.
"""

import os
import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))
os.environ["DJANGO_SETTINGS_MODULE"] = "bench.settings"
os.environ["DATABASE_STATEMENT_SECONDS"] = "0"  # a million rows take their time


def main() -> int:
    import django

    from curednation.devstack import embedded
    from tests import surroundings

    held = embedded.ensure(surroundings.SERVICES)
    try:
        django.setup()
        return measure()
    finally:
        embedded.release(held)


def measure() -> int:
    from django.db import connection

    from bench import booking, clinic, crowd, mailing, slots
    from bench.table import show
    from tests import processes

    connection.creation.create_test_db(verbosity=0, autoclobber=True)
    try:
        service = booking.prepare()
        environ = {"DJANGO_SETTINGS_MODULE": "bench.settings", "WEB_WORKERS": "2"}
        with processes.site(**environ) as site:
            port = int(site.url.rsplit(":", 1)[1])
            rows = [*booking.race(service, port), *booking.throughput(service, port)]
            rows += slots.page(service)
            rows += crowd.at_once(service, port)
            rows += crowd.memory(service, port, site.process.pid)
        rows += [*clinic.beside_the_peer(), *clinic.large(), *clinic.growth()]
        rows += [*mailing.speed(), *mailing.large(), *mailing.memory()]
    finally:
        connection.creation.destroy_test_db(connection.settings_dict["NAME"], verbosity=0)
    print(show(rows))
    return int(any(row.kept is False for row in rows))


if __name__ == "__main__":
    sys.exit(main())
