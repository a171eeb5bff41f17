"""`manage.py migrate`, as the role that owns the tables, while the site goes on."""

import time
from typing import Any

from django.core.management.base import CommandError
from django.core.management.commands import migrate
from django.db import OperationalError, connection

from core.database import failures, time_limits
from core.database.roles import connect_as_owner

PAUSE = 3  # seconds between two tries; who was held up meanwhile gets on
PATIENCE = 600  # seconds in all
HELD = (
    "A migration needs a lock that somebody holds, and let go of it so that nobody waits behind "
    "it. Trying again in {pause} seconds."
)
GIVEN_UP = (
    "Somebody has held a lock for {minutes} minutes that a migration needs: a backup, or a "
    "session that was left open. What had been applied stays, nothing was left half done, and the "
    "site runs on. See who it is, and run this again:\nSELECT pid, usename, application_name, "
    "xact_start FROM pg_stat_activity WHERE xact_start < now() - interval '1 minute'"
)


class Command(migrate.Command):
    """Django's own, under DATABASE_OWNER_URL where that is set, and never long in anybody's way.

    Who waits for a table makes everybody wait who comes after, be it to read. So it waits shorter
    than a visitor would, and tries again: each migration is a transaction, and all or nothing.
    """

    help = f"{migrate.Command.help} Works as the role of DATABASE_OWNER_URL, where it is set."

    def execute(self, *args: Any, **options: Any) -> str | None:  # it checks before `handle`
        connect_as_owner()
        return super().execute(*args, **options)

    def handle(self, *args: Any, **options: Any) -> str | None:
        """Migrate. Raises CommandError where somebody holds a lock for ten minutes."""
        until = time.monotonic() + PATIENCE
        while True:
            try:
                with time_limits.short_lock_waits(connection):
                    return super().handle(*args, **options)
            except OperationalError as error:
                if failures.code_of(error) not in failures.LOCK_WAITS:
                    raise
            if time.monotonic() + PAUSE > until:
                raise CommandError(GIVEN_UP.format(minutes=PATIENCE // 60))
            self.stderr.write(HELD.format(pause=PAUSE))
            time.sleep(PAUSE)
