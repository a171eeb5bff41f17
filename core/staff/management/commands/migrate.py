"""`manage.py migrate`, as the role that owns the tables."""

from typing import Any

from django.core.management.commands import migrate

from core.database.roles import connect_as_owner


class Command(migrate.Command):
    """Django's own, under DATABASE_OWNER_URL where that is set."""

    help = f"{migrate.Command.help} Works as the role of DATABASE_OWNER_URL, where it is set."

    def execute(self, *args: Any, **options: Any) -> str | None:  # it checks before `handle`
        connect_as_owner()
        return super().execute(*args, **options)
