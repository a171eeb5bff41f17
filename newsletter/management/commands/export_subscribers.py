"""Export the subscribers: see `newsletter.transfer.csv_export`."""

from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand

from newsletter.models import Subscriber
from newsletter.transfer import csv_export


class Command(BaseCommand):
    help = (
        "Write the subscribers to a CSV file that this site can read again. Erased ones are gone."
    )

    def add_arguments(self, parser: Any) -> None:
        parser.add_argument("file", type=Path)
        statuses = [status for status in Subscriber.Status.values if status != "erased"]
        parser.add_argument("--status", choices=statuses, default="", help="only these")

    def handle(self, *, file: Path, status: str, **_: Any) -> None:
        with file.open("x", newline="", encoding="utf-8") as opened:
            file.chmod(0o600)
            count = csv_export.export_subscribers(opened, status=status)
        self.stdout.write(f"{count:,} subscribers are in {file}.")
