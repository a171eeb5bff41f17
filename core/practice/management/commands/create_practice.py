"""`manage.py create_practice`: the clinic's name and phone number, where none is written yet."""

from typing import Any

from django.core.exceptions import ValidationError
from django.core.management.base import BaseCommand, CommandError, CommandParser

from core.practice.models import Practice


class Command(BaseCommand):
    """Writes the first record of the practice. What staff have written stays."""

    help = "Write the clinic's name, phone number and time zone, unless staff have done so already."

    def add_arguments(self, parser: CommandParser) -> None:
        for option in ("--name", "--mail-name", "--phone", "--time-zone"):
            parser.add_argument(option, required=True)

    def handle(self, **options: Any) -> None:
        if Practice.objects.exists():
            self.stdout.write("The practice stays as staff have written it.")
            return
        fields = ("name", "mail_name", "phone", "time_zone")
        practice = Practice(**{field: options[field] for field in fields})
        try:
            practice.full_clean()
        except ValidationError as error:
            raise CommandError(" ".join(error.messages)) from None
        practice.save()
        self.stdout.write(f"{practice.name}, {practice.phone_text}")
