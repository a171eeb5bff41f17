"""Django's command, whose files are the same whoever makes them, and on whatever day."""

import re
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management.commands import makemessages

# What no visitor and nobody of the clinic reads, or is no source.
IGNORED = (".venv*", "var", "staticfiles", "tests", "bench", "demo", "devstack", "semgrep")
DATES = re.compile(r'^"(?:POT-Creation|PO-Revision)-Date: .*\n', re.MULTILINE)


class Command(makemessages.Command):
    help = "Collect the strings to translate, sorted, without line numbers and dates."
    # A guess at what a changed sentence means would be believed.
    msgmerge_options = ["-q", "--backup=none", "--no-fuzzy-matching", "--update", "--sort-output"]
    msgattrib_options = ["--no-obsolete", "--sort-output"]

    def handle(self, *args: Any, **options: Any) -> None:
        others = [code for code, _ in settings.LANGUAGES if code != settings.LANGUAGE_CODE]
        options |= {
            "all": False,
            "locale": options["locale"] or others,
            "ignore_patterns": [*options["ignore_patterns"], *IGNORED],
            "no_obsolete": True,
            "no_wrap": True,
            "add_location": "file",
        }
        super().handle(*args, **options)

    def write_po_file(self, potfile: str, locale: str) -> None:
        super().write_po_file(potfile, locale)
        path = Path(potfile).parent / locale / "LC_MESSAGES" / f"{self.domain}.po"
        path.write_text(DATES.sub("", path.read_text()))
