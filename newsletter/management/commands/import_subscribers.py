"""Import subscribers: see `newsletter.transfer.csv_import`."""

import sys
import time
from contextlib import ExitStack
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from core import spreadsheets
from newsletter.models import Topic
from newsletter.transfer import csv_import
from newsletter.transfer.csv_formats import Unreadable

WIDTH = 30


class Command(BaseCommand):
    help = (
        "Bring subscribers in from a CSV file of Mailchimp, listmonk, Ghost, Substack, Mautic, "
        "another program or this site. Who left, came back or complained there stays so; a later "
        "file of those who left takes off whom an earlier one brought in. Of listmonk, whose "
        "status is the account's, bring in the subscribers of the list and then, with --as left, "
        "the export behind the number “unsubscribed” of that list. Started again with the same "
        "file it goes on where it stopped."
    )

    def add_arguments(self, parser: Any) -> None:
        parser.add_argument("file", type=Path)
        parser.add_argument(
            "--source",
            required=True,
            help="where and how these people gave their consent; kept as proof with each of them",
        )
        parser.add_argument("--dry-run", action="store_true", help="say what would happen, only")
        parser.add_argument("--topic", help="the address of a topic that all of them chose")
        everybody = parser.add_mutually_exclusive_group()
        everybody.add_argument(
            "--as",
            dest="all_in",
            choices=["left", "active"],
            default="",
            help="all in this file have left, or are subscribed unless their line says otherwise",
        )
        everybody.add_argument(
            "--all-active",
            action="store_const",
            const="active",
            dest="all_in",
            help="the same as --as active, for a file in which no column says who left",
        )
        parser.add_argument(
            "--email-column", default="", metavar="NAME", help="the column with the addresses"
        )
        parser.add_argument(
            "--encoding", default="", help="of the file, such as cp1252, if it is not UTF-8 or -16"
        )
        parser.add_argument(
            "--report", type=Path, help="write each line that is not added, and why, to this CSV"
        )

    def handle(
        self, *, file: Path, source: str, dry_run: bool, topic: str, report: Path, **how: Any
    ) -> Any:
        if not source.strip():
            raise CommandError("--source is empty: say where these people gave their consent.")
        chosen = Topic.objects.filter(slug=topic).first() if topic else None
        if topic and chosen is None:
            raise CommandError(f"There is no topic {topic!r}.")
        with ExitStack() as stack:
            tell = self._reporter(stack, report)
            try:
                parts = csv_import.import_file(
                    file,
                    source=source,
                    tell=tell,
                    topic=chosen,
                    dry=dry_run,
                    email=how["email_column"],
                    all_in=how["all_in"] or "",
                    encoding=how["encoding"],
                )
                progress = self._watched(parts)
            except (OSError, Unreadable) as error:
                raise CommandError(f"{file}: {error}") from error
        if progress.was_done:
            self.stdout.write("This file was brought in before. Nothing was done; then it was:")
        for note in progress.notes:
            self.stdout.write(note)
        would = "would be " if dry_run else ""
        self.stdout.write(
            f"{progress.lines:,} lines: {progress.added:,} {would}added, {progress.known:,} on the "
            f"list or twice in the file, {progress.suppressed:,} left, came back or complained "
            f"here, {progress.taken_off:,} {would}taken off here because they left there, "
            f"{progress.refused:,} not taken over."
        )

    def _reporter(self, stack: ExitStack, report: Path | None) -> csv_import.Tell:
        if report is None:
            return lambda line, email, why: None
        file = stack.enter_context(report.open("w", newline="", encoding="utf-8"))
        rows = spreadsheets.Writer(file)
        rows.row("line", "email", "why")
        return rows.row

    def _watched(self, parts: Any) -> csv_import.Progress:
        """Show a bar on a terminal while it runs."""
        started, progress = time.monotonic(), csv_import.Progress(size=0)
        for progress in parts:
            if sys.stderr.isatty():
                share = min(1.0, progress.done / max(1, progress.size))
                bar = "█" * int(share * WIDTH)
                pace = progress.lines / max(0.001, time.monotonic() - started)
                self.stderr.write(
                    f"\r{bar:░<{WIDTH}} {share:4.0%}  {progress.lines:,} lines  {pace:,.0f}/s ",
                    style_func=str,  # no error, so not in red
                    ending="",
                )
        if sys.stderr.isatty():
            self.stderr.write("")
        return progress
