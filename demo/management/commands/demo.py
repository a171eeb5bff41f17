"""Demo data: see `demo`."""

from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone

from appointments.models import Patient
from demo import patients, staff
from demo.load import load


class Command(BaseCommand):
    """Loads the demonstration."""

    help = (
        "Fill the database with an invented clinic: two weeks past, four weeks ahead. Again on the "
        "same day adds nothing, later it fills up the weeks ahead. Leaves real patients alone."
    )

    def handle(self, *args: Any, **options: Any) -> None:
        if not settings.DEBUG:
            raise CommandError("The demo is for development: where DEBUG is off it loads nothing.")
        ours = Patient.objects.filter(email__endswith=f"@{patients.DOMAIN}")
        others = Patient.objects.exclude(email__endswith=f"@{patients.DOMAIN}")
        if others.exists() and not ours.exists():
            raise CommandError(
                "This database has patients who are not the demo's. The demo leaves it alone; "
                "give it an empty database."
            )
        if others.exists():
            # No error: `make run` loads the demo at each start, and people try the booking.
            self.stderr.write("Others than the demo's patients have booked: nothing was added.")
            return
        loaded = load(timezone.now())
        staff.create_staff()
        self.stdout.write(
            f"The demo clinic has {loaded.providers} providers; {loaded.visits} visits, "
            f"{loaded.articles} articles and {loaded.readers} newsletter readers were added."
        )
