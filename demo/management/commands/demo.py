"""Demo data: see `demo`."""

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone

import demo
from appointments.models import Patient
from demo import patients, staff

SURE = "--yes-this-is-a-demo-site"


class Command(BaseCommand):
    help = (
        "Fill the database with an invented clinic: two weeks past, four weeks ahead. Again on the "
        "same day adds nothing, later it fills up the weeks ahead. Leaves real patients alone."
    )

    def add_arguments(self, parser) -> None:
        parser.add_argument(
            SURE, action="store_true", dest="sure", help="needed where DEBUG is off"
        )

    def handle(self, *args, sure: bool = False, **options) -> None:
        if not settings.DEBUG and not sure:
            raise CommandError(
                "This looks like a deployment (DEBUG is off), and the demo fills it with people "
                f"who do not exist. If that is what you want, add {SURE}."
            )
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
        loaded = demo.load(timezone.now())
        if settings.DEBUG:
            staff.hire()
        self.stdout.write(
            f"The demo clinic has {loaded.providers} providers; {loaded.visits} visits, "
            f"{loaded.articles} articles and {loaded.readers} newsletter readers were added."
        )
