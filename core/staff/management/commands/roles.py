"""`manage.py roles`: writes the table of roles into the groups."""

from typing import Any

from django.core.management.base import BaseCommand

from core.staff import roles


class Command(BaseCommand):
    """Applies `core.staff.roles`. Safe to run again."""

    help = "Give each role the permissions of core/staff/roles.py. Run it after migrate."

    def handle(self, **options: Any) -> None:
        missing = roles.apply()
        self.stdout.write(f"Roles: {', '.join(roles.ROLES)}.")
        if missing:
            self.stderr.write(f"Not in the database, so not given: {', '.join(missing)}.")
