"""What `make run` does to the database before it starts the site."""

from django.core.management import call_command, get_commands
from django.core.management.base import BaseCommand


class Command(BaseCommand):
    help = "Migrate, load the demo data and make the staff login. Safe to run again."

    def handle(self, *args, **options) -> None:
        call_command("migrate", interactive=False, verbosity=0)
        if "demo" in get_commands():
            call_command("demo")
        call_command("dev_staff")
