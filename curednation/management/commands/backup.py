"""`manage.py backup`: database and media, encrypted, into BACKUP_DIR."""

from typing import Any

from django.core.management.base import BaseCommand, CommandError

from curednation.backup import creation


class Command(BaseCommand):
    """Makes one archive and deletes those that have had their time."""

    help = (
        "Write database and media into one archive in BACKUP_DIR, encrypted to the public keys of "
        "BACKUP_RECIPIENTS: this machine cannot open it. Old archives are deleted, never the "
        "newest. docs/backup.md says how to restore it."
    )
    requires_system_checks = ()

    def handle(self, **options: Any) -> None:
        try:
            file = creation.back_up()
        except creation.NotPossible as error:
            raise CommandError(f"No backup was made. {error}") from None
        self.stdout.write(f"{file} ({file.stat().st_size / 1e6:,.1f} MB)")
