"""Move the list out: see `newsletter.transfer.csv_transfer`."""

from pathlib import Path

from django.core.management.base import BaseCommand

from newsletter.models import Subscriber
from newsletter.transfer import csv_transfer


class Command(BaseCommand):
    help = (
        "Write the subscribers to a CSV file that this site can read again. Erased ones are gone."
    )

    def add_arguments(self, parser) -> None:
        parser.add_argument("file", type=Path)
        states = [state for state in Subscriber.State.values if state != "erased"]
        parser.add_argument("--state", choices=states, default="", help="only these")

    def handle(self, *, file: Path, state: str, **_) -> None:
        with file.open("x", newline="", encoding="utf-8") as opened:
            file.chmod(0o600)
            count = csv_transfer.send_out(opened, state=state)
        self.stdout.write(f"{count:,} subscribers are in {file}.")
