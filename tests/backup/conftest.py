"""A database and a media folder that a test may lose, and a key that opens its archives."""

from collections.abc import Iterator
from io import StringIO
from pathlib import Path

import pytest
from django.conf import settings as project
from django.core.management import call_command
from django.db import connection

from curednation.backup import encryption
from tests.core.staff.deployed import administrator

LOST = """
    DROP SCHEMA public CASCADE;
    CREATE SCHEMA public AUTHORIZATION pg_database_owner;
    GRANT USAGE ON SCHEMA public TO PUBLIC
"""


class Clinic:
    """What is backed up and lost: a database of its own, its media, where archives go, the key."""

    def __init__(self, folder: Path, private: str, public: str) -> None:
        self.public = public
        self.folder, self.media = folder / "backups", folder / "media"
        self.key = folder / "key.txt"
        self.key.write_text(f"# a comment\n{private}\n")

    def back_up(self) -> Path:
        """Return the new archive."""
        call_command("backup", stdout=StringIO())
        return self.archives()[-1]

    def archives(self) -> list[Path]:
        return sorted(self.folder.glob("*.tar.age"))

    def lose_everything(self) -> None:
        """Drop every table, and delete every upload."""
        with connection.cursor() as cursor:
            cursor.execute(LOST)
        for file in self.media.rglob("*"):
            if file.is_file():
                file.unlink()

    def restore(self, archive: Path, *options: str) -> str:
        """Return what the command printed."""
        printed = StringIO()
        call_command("restore", str(archive), "--key", str(self.key), *options, stdout=printed)
        return printed.getvalue()


@pytest.fixture
def clinic(transactional_db: None, settings, tmp_path) -> Iterator[Clinic]:
    private, public = encryption.new_key()
    made = Clinic(tmp_path, private, public)
    settings.BACKUP_DIR, settings.BACKUP_RECIPIENTS = str(made.folder), [public]
    settings.MEDIA_ROOT = str(made.media)
    with OwnDatabase():
        yield made


class OwnDatabase:
    """The test's database is another one meanwhile, cloned from the same template."""

    def __enter__(self) -> None:
        self.usual = connection.settings_dict["NAME"]
        self.name = f"{self.usual}_lost"
        template = connection.settings_dict["TEST"].get("TEMPLATE") or self.usual
        connection.close()
        with administrator() as cursor:
            cursor.execute(f'DROP DATABASE IF EXISTS "{self.name}" WITH (FORCE)')
            cursor.execute(f'CREATE DATABASE "{self.name}" TEMPLATE "{template}"')
            cursor.execute(f'ALTER DATABASE "{self.name}" SET synchronous_commit = off')
        connection.settings_dict["NAME"] = self.name
        project.DATABASES["default"]["NAME"] = self.name

    def __exit__(self, *_: object) -> None:
        connection.close()
        connection.settings_dict["NAME"] = self.usual
        project.DATABASES["default"]["NAME"] = self.usual
        with administrator() as cursor:
            cursor.execute(f'DROP DATABASE "{self.name}" WITH (FORCE)')
