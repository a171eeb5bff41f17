"""`manage.py verify_audit`: looks for changed rows among those that must never change."""

from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.db import transaction

from core.staff.audit import hash_chain, verification
from core.staff.audit.hash_chain import Head


class Command(BaseCommand):
    """Prints what is not as it was sealed, and ends with an error where anything is."""

    help = (
        "Look whether the audit trail and all proofs are what was sealed, and say which rows are "
        "not. Give a head that was mailed or logged: nobody who can write in the database can make "
        "another trail that still begins with it."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--head", metavar="HASH", help="the hash that was written down")
        parser.add_argument("--count", type=int, help="the number of rows that stood beside it")
        parser.add_argument("--heads", type=Path, help="a file of them; else CHAIN_HEADS_FILE")

    def handle(self, *, head: str | None, count: int | None, heads: Path | None, **_: Any) -> None:
        if (head is None) != (count is None):
            raise CommandError("--head and --count belong together: both stand in each mail.")
        known = [Head(count, head.strip().lower())] if head and count is not None else []
        known += _read(heads or settings.CHAIN_HEADS_FILE)
        problems = 0
        with transaction.atomic():  # a pooler keeps the cursor where it is
            for problem in verification.find_problems(known):
                problems += 1
                self.stdout.write(problem)
            end = hash_chain.head()
        if problems:
            raise CommandError("Not everything is as it was sealed; see above.")
        self.stdout.write(f"All {end.rows} rows are as they were sealed. Head: {end.hash}")
        if not known:
            self.stdout.write("Compare it with heads written down elsewhere: --head, or --heads.")


def _read(path: Path | str) -> list[Head]:
    if not path:
        return []
    try:
        return verification.read_heads(Path(path).read_text().splitlines())
    except (OSError, ValueError) as error:
        raise CommandError(f"{path} cannot be read as a file of heads: {error}") from None
