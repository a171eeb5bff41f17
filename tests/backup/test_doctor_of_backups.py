"""`doctor` says what stands in the way of the next backup, and what became of the last."""

from types import SimpleNamespace

from core.monitoring.results import Level
from curednation.backup import postgres_tools
from curednation.doctor import backups


def said() -> str:
    """Return all sentences, with the level of each."""
    return "\n".join(f"{each.level.name}: {each.sentence}" for each in backups.check_backups())


def test_each_trouble_of_backups_is_said_and_none_where_all_is_well(clinic, settings, monkeypatch):
    archive = clinic.back_up()
    assert said() == (
        "OK: The next backup can be made, and the newest one is where it was written."
    )
    [changes] = clinic.folder.glob("*.changes.age")
    changes.unlink()
    assert "WARNING: What happened since" in said()
    archive.write_bytes(b"")
    assert "ERROR: The newest backup is not in" in said()
    (clinic.folder / "key.txt").write_text(clinic.key.read_text())
    assert "ERROR: A private key for backups lies on this machine" in said()
    monkeypatch.setattr(postgres_tools, "_installed", lambda name: iter(()))
    assert "ERROR: pg_dump of PostgreSQL" in said()
    settings.BACKUP_RECIPIENTS = ["age1" + "q" * 58]
    assert "ERROR: BACKUP_RECIPIENTS is no public key of age" in said()
    settings.BACKUP_DIR = ""
    [result] = backups.check_backups()
    assert (result.level, "docs/backup.md" in result.advice) == (Level.WARNING, True)


def test_the_program_of_the_servers_own_release_is_taken_else_the_next_newer(monkeypatch):
    here = [postgres_tools.Program(f"/{major}", major) for major in (18, 15, 17)]
    monkeypatch.setattr(postgres_tools, "_installed", lambda name: iter(here))
    find = postgres_tools.find
    majors = SimpleNamespace(
        own=find("pg_dump", server=15).major,
        newer=find("pg_dump", server=16).major,
        of_dump=find("pg_restore", server=15, at_least=17).major,
    )
    assert (majors.own, majors.newer, majors.of_dump) == (15, 17, 17)
