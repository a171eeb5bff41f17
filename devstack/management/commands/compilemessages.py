"""Django's command, for machines without gettext: the same file from the same sentences."""

from pathlib import Path
from typing import Any

import polib
from django.conf import settings
from django.core.management.base import BaseCommand


class Command(BaseCommand):
    help = "Write the .mo file, which the site reads, beside each .po file of locale/."

    def handle(self, *args: Any, **options: Any) -> None:
        for folder in settings.LOCALE_PATHS:
            for path in sorted(Path(folder).rglob("*.po")):
                path.with_suffix(".mo").write_bytes(polib.pofile(str(path)).to_binary())
