"""An archive is whole, for nobody without the key, and is not made where it cannot be whole."""

import io
import stat
import subprocess
import tarfile

import pyrage
import pytest
from django.core.management import CommandError, call_command

from core.monitoring.models import BackupRun
from devstack import deploy_tools
from tests.factories import make_patient


def opened(clinic, archive) -> dict[str, bytes]:
    """Return the members, as somebody with the private key gets at them."""
    [_comment, private] = clinic.key.read_text().split("\n")[:2]
    clear = pyrage.decrypt(archive.read_bytes(), [pyrage.x25519.Identity.from_str(private)])
    with tarfile.open(fileobj=io.BytesIO(clear)) as tar:
        return {member.name: tar.extractfile(member).read() for member in tar}


def test_it_holds_the_database_and_every_upload_and_says_nothing_to_whoever_has_no_key(clinic):
    make_patient(first_name="Hildegard")
    (clinic.media / "articles").mkdir(parents=True)
    (clinic.media / "articles/lantern.png").write_bytes(b"a lantern")
    archive = clinic.back_up()
    assert stat.S_IMODE(archive.stat().st_mode) == 0o600
    octets = archive.read_bytes()
    assert octets.startswith(b"age-encryption.org/v1\n")
    assert b"Hildegard" not in octets
    members = opened(clinic, archive)
    assert members["media/articles/lantern.png"] == b"a lantern"
    assert members["database/000000"].startswith(b"PGDMP")
    run = BackupRun.objects.get()
    assert (run.succeeded, run.size, run.error) == (True, archive.stat().st_size, "")
    assert list(clinic.folder.glob("*.part")) == []


def test_without_a_key_none_is_made_and_the_command_says_how_to_make_one(clinic, settings):
    settings.BACKUP_RECIPIENTS = []
    with pytest.raises(CommandError, match="backup_key"):
        clinic.back_up()


def test_the_private_key_is_written_once_and_for_its_owner_alone(tmp_path, capsys):
    file = tmp_path / "key.txt"
    call_command("backup_key", str(file))
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    public = capsys.readouterr().out.strip().removeprefix("BACKUP_RECIPIENTS=")
    assert public in file.read_text()
    with pytest.raises(CommandError, match="File exists"):
        call_command("backup_key", str(file))


def test_age_itself_opens_it(clinic):
    archive = clinic.back_up()
    opened = subprocess.run(
        [deploy_tools.find("age"), "--decrypt", "--identity", clinic.key, archive],
        capture_output=True,
        check=True,
    )
    with tarfile.open(fileobj=io.BytesIO(opened.stdout)) as tar:
        assert tar.getnames()[0] == "manifest.json"
