"""`manage.py load_library`: the articles that come with the site."""

from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError, CommandParser

from articles.seed_library import LIBRARY, InvalidFile, load_library


class Command(BaseCommand):
    """Loads the files of a folder, by default those of `articles/library`."""

    help = (
        "Load the articles that come with the site, as drafts: a clinician of yours reviews them. "
        "What is there already stays. In development they are published at once, under invented "
        "names, and running it again loads what has changed."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("folder", nargs="?", type=Path, default=LIBRARY)

    def handle(self, *args: Any, **options: Any) -> None:
        try:
            report = load_library(options["folder"], as_drafts=not settings.DEBUG)
        except InvalidFile as error:
            raise CommandError(str(error)) from error
        self.stdout.write(
            f"{report.new} new, {report.changed} changed, {report.same} as they were."
        )
