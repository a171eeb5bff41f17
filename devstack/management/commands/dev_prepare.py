"""What `make run` does to the database before it starts the site."""

from typing import Any

from django.core.checks import Tags, run_checks
from django.core.management import call_command, get_commands
from django.core.management.base import BaseCommand, CommandError
from django.db import connection
from django.db.migrations.exceptions import InconsistentMigrationHistory

from core.database import time_limits


class Command(BaseCommand):
    help = "Migrate, load the demo data and make the staff login. Safe to run again."

    def handle(self, *args: Any, **options: Any) -> None:
        for problem in run_checks(tags=[Tags.database], databases=["default"]):
            raise CommandError(f"{problem.msg} {problem.hint}")
        try:
            call_command("migrate", interactive=False, verbosity=0)
        except InconsistentMigrationHistory as error:
            raise CommandError(
                f"{error}\nThis database was made by another line of development. Keep what you "
                "need of it, then remove it (the embedded one is the folder var/postgres)."
            ) from error
        with connection.cursor() as cursor:
            for statement in time_limits.statements(cursor, connection.settings_dict["USER"]):
                cursor.execute(statement)
        call_command("roles", stdout=self.stdout, stderr=self.stderr)
        if "demo" in get_commands():
            call_command("demo")
        call_command("dev_staff")
