"""`manage.py restore`: a clinic from its archive, into an empty place."""

import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.db import OperationalError
from pyrage import x25519

from curednation.backup import change_list, encryption, restoration
from curednation.backup.restoration import NotPossible, Plan


class Command(BaseCommand):
    """Verifies everything, then restores, then leaves to staff what nobody can know."""

    help = (
        "Bring database and media back from an archive of `manage.py backup`, into an empty "
        "database and an empty MEDIA_ROOT. Everything is verified before anything is written. "
        "Nothing that may have been sent already is sent again by itself. Stop all processes "
        "of the site first."
    )
    requires_system_checks = ()

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("archive", type=Path, help="the file that ends in .tar.age")
        parser.add_argument(
            "--key", required=True, help="the file of the private key; - reads it from stdin"
        )
        parser.add_argument(
            "--verify", action="store_true", help="only look whether it can be restored"
        )
        parser.add_argument(
            "--without-changes",
            action="store_true",
            help="restore although the file with what happened since the backup is lost",
        )
        parser.add_argument(
            "--nothing-since",
            action="store_true",
            help="the site had been stopped before the backup was made, as for a move to another "
            "machine: nothing is held back",
        )
        parser.add_argument(
            "--other-keys", action="store_true", help="although links in sent mails will not open"
        )

    def handle(self, *, archive: Path, key: str, **options: Any) -> None:
        identities = self._identities(key)
        try:
            with archive.open("rb") as file:
                since = self._changes(archive, options)
                plan = restoration.verify(archive, file, identities, since)
                self._say_what_it_is(plan)
                if not options["verify"]:
                    self._restore(plan, options)
        except NotPossible as error:
            raise CommandError(f"Nothing was changed. {error}") from None
        except OperationalError:
            raise CommandError("Nothing was changed. The database does not answer.") from None
        except OSError as error:
            where = error.filename or "The disk"
            raise CommandError(f"Nothing was changed. {where}: {error.strerror}.") from None

    def _identities(self, key: str) -> list[x25519.Identity]:
        try:
            text = sys.stdin.read() if key == "-" else Path(key).read_text()
            return encryption.read_identities(text)
        except encryption.NotReadable as error:
            raise CommandError(f"{key}: {error}") from None
        except OSError as error:
            raise CommandError(f"{key}: {error.strerror}.") from None

    def _changes(self, archive: Path, options: dict[str, Any]) -> Sequence[Path]:
        found = change_list.belonging_to(archive)
        if not found and not options["without_changes"] and not options["nothing_since"]:
            raise NotPossible(
                f"Beside {archive.name} lies no file that ends in .changes.age: it says who left "
                "or was erased since, and what was sent. Put it there, or say --without-changes."
            )
        return found

    def _say_what_it_is(self, plan: Plan) -> None:
        at = plan.manifest.started_at
        self.stdout.write(f"A whole backup of {plan.manifest.site}, {at:%Y-%m-%d %H:%M} UTC.")
        if plan.changes:
            until = max(each.until for each in plan.changes)
            self.stdout.write(f"What was sent since is known until {until:%Y-%m-%d %H:%M} UTC.")

    def _restore(self, plan: Plan, options: dict[str, Any]) -> None:
        restoration.require_place(plan.manifest, other_keys=options["other_keys"])

        def say(words: str) -> None:
            self.stdout.write(f"· {words}")
            self.stdout.flush()

        told = restoration.restore(plan, nothing_since=options["nothing_since"], say=say)
        self.stdout.write("\nRestored. Staff read this on the first page of the admin:")
        for sentence in told:
            self.stdout.write(f"- {sentence}")
