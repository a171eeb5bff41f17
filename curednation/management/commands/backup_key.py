"""`manage.py backup_key`: a key pair for backups, whose private half does not stay here."""

import os
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from curednation.backup import encryption


class Command(BaseCommand):
    """Prints the public key, and writes the private one where it can be carried away from."""

    help = (
        "Make a key pair for backups, as `age-keygen` does. The public key goes into "
        "BACKUP_RECIPIENTS. Whoever has the private one can open every backup, and without it "
        "nobody can: carry it to two safe places, and leave none here."
    )
    requires_system_checks = ()

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("file", type=Path, help="where the private key is written; a new file")

    def handle(self, *, file: Path, **options: Any) -> None:
        private, public = encryption.new_key()
        try:
            descriptor = os.open(file, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        except OSError as error:
            raise CommandError(f"{file}: {error.strerror}.") from None
        with os.fdopen(descriptor, "w") as new:
            new.write(f"# public key: {public}\n{private}\n")
        self.stdout.write(f"BACKUP_RECIPIENTS={public}")
        self.stderr.write(
            f"The private key is in {file}. Carry it to two places away from this machine, then "
            f"remove it here (shred --remove {file}): whoever has it can read every backup."
        )
