"""`manage.py database_roles`: gives the two roles of the database their rights."""

from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.db import DatabaseError, ProgrammingError, connection, transaction

from core.database import roles, time_limits


class Command(BaseCommand):
    """Grants what the site needs, and no more. Run by the owner of the database."""

    help = (
        "Let the role of DATABASE_URL do the site's work, and rewrite no proof. It is made where "
        "it is missing. Works as the owner of the tables, whom DATABASE_OWNER_URL names; run it "
        "after migrate, as often as you like."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--dry-run", action="store_true", help="only print the statements")

    def handle(self, *, dry_run: bool, **options: Any) -> None:
        if not settings.DATABASE_OWNER:
            raise CommandError(
                "DATABASE_OWNER_URL is not set: write the address of the database with the role "
                "that owns its tables, and name the site's own role in DATABASE_URL."
            )
        site = dict(connection.settings_dict)
        roles.connect_as_owner()
        try:
            with transaction.atomic(), connection.cursor() as cursor:
                rights = roles.statements(cursor, site["USER"], site["PASSWORD"])
                limits = time_limits.statements(cursor, site["USER"])
                for statement in [] if dry_run else rights:
                    cursor.execute(statement)
        except (roles.NotPossible, ProgrammingError) as error:
            raise CommandError(f"Nothing was changed. {error}") from None
        if dry_run:
            for statement in rights + limits:
                self.stdout.write(f"{statement};")
            return
        self._limit(limits, site)
        self.stdout.write(f"{site['USER']} may do the site's work, and rewrite no proof.")

    def _limit(self, limits: list[str], site: dict[str, Any]) -> None:
        """Run these as the owner, who may where it has made the role; else as the role itself."""
        try:
            _run(limits)
        except ProgrammingError:
            connection.close()
            connection.settings_dict.update(site)
            try:
                _run(limits)
            except DatabaseError as error:
                statements = "; ".join(limits)
                raise CommandError(
                    f"{site['USER']} has its rights, and not its time limits: {error} Let it, or "
                    f"an administrator of the server, run in this database: {statements};"
                ) from None


def _run(statements: list[str]) -> None:
    with transaction.atomic(), connection.cursor() as cursor:
        for statement in statements:
            cursor.execute(statement)
