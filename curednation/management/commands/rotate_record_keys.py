"""`manage.py rotate_record_keys`: all records of care under the first of RECORD_KEYS."""

from typing import Any

from django.core.management.base import BaseCommand, CommandError

from core.database import key_rotation


class Command(BaseCommand):
    """Prints a line for each encrypted column; ends with an error where a row cannot be read."""

    help = (
        "Encrypt under the first of RECORD_KEYS what older ones encrypted. Write the new key in "
        "front of the others, restart all processes, run this until it changes nothing, and only "
        "then take the old key out. It can be stopped at any time and run again."
    )

    def handle(self, **options: Any) -> None:
        moved = unreadable = 0
        for column in key_rotation.columns():
            found = key_rotation.rotate(column)
            moved, unreadable = moved + found.moved, unreadable + len(found.unreadable)
            self.stdout.write(f"{column}: {found.moved} rows encrypted anew")
            if found.unreadable:
                rows = ", ".join(map(str, found.unreadable[:10]))
                self.stderr.write(f"{column}: no key opens {len(found.unreadable)} rows: {rows}")
        if unreadable:
            raise CommandError("Put the key that is missing back into RECORD_KEYS.")
        if moved:
            self.stdout.write("Run it once more before you take an old key out.")
        else:
            self.stdout.write("All records are under the first key: the others can go.")
