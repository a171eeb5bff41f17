"""Look at the site every minute, and tell the operator what lasts."""

import signal
import threading
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandParser

from core.monitoring.results import troubles
from core.monitoring.watch import Watch


class Command(BaseCommand):
    help = "Look at the site every minute, and tell the operator what lasts. Run one of these."
    requires_system_checks = ()  # it must start, too, while the database is away

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--once", action="store_true", help="one turn, for a timer")
        parser.add_argument("--every", type=float, default=60, help="seconds from turn to turn")

    def handle(self, *args: Any, **options: Any) -> None:
        watch = Watch(Path(settings.ALERT_STATE_FILE))
        if options["once"]:
            watch.turn()
            for each in troubles(watch.last):
                self.stdout.write(f"{each.level.name}: {each.sentence} {each.advice}")
            return
        end = threading.Event()
        for number in (signal.SIGTERM, signal.SIGINT):
            signal.signal(number, lambda *_: end.set())
        while not end.is_set():
            watch.turn()
            end.wait(options["every"])
