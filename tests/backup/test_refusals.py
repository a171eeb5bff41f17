"""What cannot be restored, or backed up, is told in plain words, and changes nothing."""

import fcntl
import io
import tarfile
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pyrage
import pytest
from django.core.management import CommandError
from django.db import connection

from core.monitoring.models import BackupRun
from curednation.backup import encryption, files, postgres_tools, retention
from curednation.backup.creation import LOCK
from tests import database
from tests.factories import make_patient
from tests.test_full_disk import small_disk


def tables() -> int:
    with connection.cursor() as cursor:
        return len(connection.introspection.table_names(cursor))


def uploads(clinic) -> list[Path]:
    return [file for file in clinic.media.rglob("*") if file.is_file()]


def upload(clinic, name: str = "articles/lantern.png", size: int = 9) -> None:
    file = clinic.media / name
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_bytes(bytes(size))


def refusal(clinic, archive: Path, *options: str) -> str:
    with pytest.raises(CommandError) as refused:
        clinic.restore(archive, *options)
    return str(refused.value)


def damaged(archive: Path, octets: bytes) -> Path:
    """Put the archive there with this content instead."""
    archive.write_bytes(octets)
    return archive


def test_a_wrong_key_a_cut_file_and_a_changed_one_are_told_apart_and_restore_nothing(clinic):
    upload(clinic, size=300_000)
    archive = clinic.back_up()
    clinic.lose_everything()
    whole, private = archive.read_bytes(), clinic.key.read_text()

    clinic.key.write_text(encryption.new_key()[0])
    assert "This key is not the one" in refusal(clinic, archive)
    clinic.key.write_text("age1not-a-private-one")
    assert "AGE-SECRET-KEY-1" in refusal(clinic, archive)
    clinic.key.write_text(private)
    changed = bytearray(whole)
    changed[len(whole) // 2] ^= 1
    for octets in (whole[: len(whole) // 2], whole[:-1], bytes(changed), whole[:100], b""):
        said = refusal(clinic, damaged(archive, octets))
        assert said.startswith(f"Nothing was changed. {archive.name}: It is not whole"), said
    assert "no backup of this site" in refusal(clinic, damaged(archive, encrypted(clinic, b"?")))
    damaged(archive, without_dump(clinic, whole))
    assert "something that was written into it is missing" in refusal(clinic, archive)
    damaged(archive, whole)
    [beside] = clinic.folder.glob("*.changes.age")
    beside.write_bytes(beside.read_bytes()[:-1])
    assert beside.name in refusal(clinic, archive)
    beside.unlink()
    assert ".changes.age" in refusal(clinic, archive)
    assert (tables(), uploads(clinic)) == (0, [])
    assert "A whole backup" in clinic.restore(archive, "--without-changes", "--verify")
    assert (tables(), uploads(clinic)) == (0, [])


def without_dump(clinic, whole: bytes) -> bytes:
    """The archive as somebody makes it who has the public key, with its first member only."""
    [identity] = encryption.read_identities(clinic.key.read_text())
    clear = io.BytesIO(pyrage.decrypt(whole, [identity]))
    first = io.BytesIO()
    with tarfile.open(fileobj=clear) as tar, tarfile.open(fileobj=first, mode="w") as cut:
        cut.addfile(tar.getmember("manifest.json"), tar.extractfile("manifest.json"))
    return encrypted(clinic, first.getvalue())


def encrypted(clinic, octets: bytes) -> bytes:
    file = clinic.folder / "other"
    public = clinic.public
    with file.open("wb") as new, encryption.encrypting(new, [public]) as clear:
        clear.write(octets)
    return file.read_bytes()


def test_only_an_empty_place_is_restored_into_and_only_with_the_keys_of_then(clinic, settings):
    upload(clinic)
    archive = clinic.back_up()
    before = database.contents()
    [file] = uploads(clinic)
    assert "files in MEDIA_ROOT" in refusal(clinic, archive)
    file.unlink()
    assert "The database holds something" in refusal(clinic, archive)
    assert database.contents() == before
    clinic.lose_everything()
    usual, settings.ADDRESS_KEY = settings.ADDRESS_KEY, "another"
    assert "ADDRESS_KEY is not what it was" in refusal(clinic, archive)
    settings.ADDRESS_KEY = usual
    settings.NEWSLETTER_KEYS = ["a new one", *settings.NEWSLETTER_KEYS]
    assert "Restored." in clinic.restore(archive)


def test_a_disk_that_fills_up_leaves_the_empty_place_empty(clinic, settings):
    upload(clinic, size=3_000_000)
    archive = clinic.back_up()
    clinic.lose_everything()
    with small_disk(megabytes=2) as disk:
        settings.MEDIA_ROOT = str(disk.folder / "media")
        said = refusal(clinic, archive)
        assert "Nothing was changed." in said
        assert "No space left" in said
        assert [path for path in disk.folder.rglob("*") if path.is_file()] == []
    assert tables() == 0
    settings.MEDIA_ROOT = str(clinic.media)
    clinic.restore(archive)
    assert len(uploads(clinic)) == 1


def test_a_step_that_fails_after_the_dump_takes_the_tables_away_again(clinic, monkeypatch):
    archive = clinic.back_up()
    clinic.lose_everything()

    def fail(*_args, **_options):
        raise RuntimeError("a mistake of ours")

    monkeypatch.setattr("curednation.backup.review.settle", fail)
    with pytest.raises(RuntimeError):
        clinic.restore(archive)
    assert tables() == 0


# ── a backup that fails ──


def last_error(clinic) -> str:
    with pytest.raises(CommandError, match=r"No backup was made\."):
        clinic.back_up()
    run = BackupRun.objects.order_by("pk").last()
    assert not run.succeeded
    assert run.finished_at
    return run.error


def test_a_backup_that_fails_says_why_and_leaves_the_last_good_one(clinic, settings, monkeypatch):
    make_patient()
    good = clinic.back_up()
    with small_disk(megabytes=1) as disk:
        usual, settings.BACKUP_DIR = settings.BACKUP_DIR, str(disk.folder)
        disk.fill()
        (disk.folder / LOCK).touch()
        assert last_error(clinic) == "The disk of BACKUP_DIR is full."
        settings.BACKUP_DIR = usual
    monkeypatch.setattr(postgres_tools, "_installed", lambda name: iter(()))
    assert "Install postgresql-client-" in last_error(clinic)
    monkeypatch.undo()
    monkeypatch.setattr(
        postgres_tools, "environment", lambda database: {"PGHOST": "/nowhere", "PGDATABASE": "x"}
    )
    assert "pg_dump did not end well" in last_error(clinic)
    assert clinic.archives() == [good]
    assert list(clinic.folder.glob("*.part")) == []


def test_one_at_a_time(clinic):
    clinic.folder.mkdir()
    with (clinic.folder / LOCK).open("w") as other:
        fcntl.flock(other, fcntl.LOCK_EX)
        with pytest.raises(CommandError, match="Another backup is running"):
            clinic.back_up()
    clinic.back_up()


def test_a_backup_that_was_killed_counts_as_failed_when_the_next_begins(clinic):
    killed = BackupRun.objects.create(started_at=datetime.now(UTC) - timedelta(hours=1))
    clinic.back_up()
    killed.refresh_from_db()
    assert killed.error == "It was stopped before it had ended."


# ── what is kept ──


def test_the_newest_of_each_day_week_and_month_stays():
    days = [datetime(2026, 11, 27, 2, tzinfo=UTC) - timedelta(days=back) for back in range(400)]
    twice = [at + timedelta(hours=1) for at in days]
    kept = retention.kept([*days, *twice], retention.Keep(14, 8, 12))
    assert kept <= set(twice)
    assert sorted(kept)[-14:] == sorted(twice)[-14:]
    assert 14 + 5 + 9 <= len(kept) <= 14 + 8 + 12
    assert retention.kept(days[:1], retention.Keep(1, 0, 0)) == {days[0]}
    assert retention.kept([], retention.Keep(1, 0, 0)) == set()


def test_old_archives_go_with_what_belongs_to_them_and_other_files_stay(clinic, settings):
    settings.BACKUP_KEEP_DAYS, settings.BACKUP_KEEP_WEEKS, settings.BACKUP_KEEP_MONTHS = 2, 0, 0
    clinic.folder.mkdir()
    now = datetime.now(UTC)
    for back in range(1, 4):
        for kind in (files.ARCHIVE, files.CHANGES):
            (clinic.folder / files.name(now - timedelta(days=back), kind)).touch()
    (clinic.folder / "notes.txt").touch()
    new = clinic.back_up()
    assert len(clinic.archives()) == 2
    assert clinic.archives()[-1] == new
    assert len(list(clinic.folder.glob("*.changes.age"))) == 2
    assert (clinic.folder / "notes.txt").exists()
