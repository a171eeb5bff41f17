"""`manage.py database_roles`: gives the two roles of the database their rights."""

from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.db import ProgrammingError, connection, transaction

from core.database import roles


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
                for statement in roles.statements(cursor, site["USER"], site["PASSWORD"]):
                    if dry_run:
                        self.stdout.write(f"{statement};")
                    else:
                        cursor.execute(statement)
        except (roles.NotPossible, ProgrammingError) as error:
            raise CommandError(f"Nothing was changed. {error}") from None
        if not dry_run:
            self.stdout.write(f"{site['USER']} may do the site's work, and rewrite no proof.")
