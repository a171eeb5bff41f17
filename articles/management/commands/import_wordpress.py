"""`manage.py import_wordpress`: the posts of a WordPress site become articles."""

import sys
from collections.abc import Iterable
from pathlib import Path
from typing import Any

import click
from django.core.management.base import BaseCommand, CommandError, CommandParser

from articles.models import Contributor
from articles.wordpress.importing import import_posts
from articles.wordpress.report import Report
from articles.wordpress.wxr import Export, NotAnExport


class Command(BaseCommand):
    """Imports an export, or with `--dry-run` only says what would come."""

    help = "Bring in the posts of a WordPress site from its export. Running it twice is safe."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("export", type=Path, help="the XML file of WordPress, Tools, Export")
        parser.add_argument("--uploads", type=Path, help="a copy of wp-content/uploads")
        parser.add_argument(
            "--reviewer",
            metavar="ADDRESS",
            help="address (slug) of the contributor with credentials who has reviewed the posts:"
            " those that were public and link to a source go online. Without it all are drafts",
        )
        parser.add_argument(
            "--dry-run", action="store_true", help="say what would come, and write nothing"
        )

    def handle(self, *args: Any, **options: Any) -> None:
        uploads = options["uploads"]
        if uploads and not uploads.is_dir():
            raise CommandError(f"There is no folder {uploads}.")
        reviewer = self._reviewer(options["reviewer"])
        try:
            export = Export(options["export"])
            total = sum(1 for _ in export)
            if not total:
                raise NotAnExport(
                    "This export holds no entries at all: there is nothing to bring in."
                )
            with click.progressbar(length=total, label="Moving in", file=sys.stderr) as bar:
                report = import_posts(
                    export,
                    uploads=uploads,
                    reviewer=reviewer,
                    dry=options["dry_run"],
                    tick=lambda: bar.update(1),
                )
        except (NotAnExport, OSError, UnicodeError) as error:
            raise CommandError(str(error)) from error
        self._say(report, dry=options["dry_run"])

    def _reviewer(self, slug: str | None) -> Contributor | None:
        if slug is None:
            return None
        found = Contributor.objects.exclude(credentials="").filter(slug=slug).first()
        if found is None:
            raise CommandError(f"No contributor with credentials has the address “{slug}”.")
        return found

    def _say(self, report: Report, *, dry: bool) -> None:
        if not any(report.counts.values()):
            self.stdout.write("There is no post in this export.")
        self.stdout.write("This would come:" if dry else "This came:")
        for what, count in sorted(report.counts.items()):
            if count:
                self.stdout.write(f"  {count:6} {what}")
        self._list("To look at:", dict.fromkeys(report.notes))
        self._list("Left out:", dict.fromkeys(report.left_out))
        self._list("Broken, and left out:", report.broken)
        if dry:
            self.stdout.write("Nothing was written.")

    def _list(self, title: str, sentences: Iterable[str]) -> None:
        for number, sentence in enumerate(sentences):
            if not number:
                self.stdout.write(title)
            self.stdout.write(f"  - {sentence}")
