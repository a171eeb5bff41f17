"""`manage.py install_clinic` leads from an empty database to a clinic its manager can enter."""

import os
import re
import stat
import subprocess
import sys
from io import StringIO
from pathlib import Path
from urllib.parse import urlencode, urlsplit

import pytest
from django.conf import settings
from django.core.management import CommandError, call_command
from django.db import connection

from curednation.installation import database, environment_file
from curednation.installation.questions import QUESTIONS
from tests.core.staff.deployed import Deployment, administrator, deployment

ANSWERS = {
    "domain": "www.clinic.test",
    "clinic-name": "Elm Street Health & Family",
    "mail-name": "Elm Office",
    "phone": "615-555-0142",
    "smtp-host": "127.0.0.1",
    "smtp-user": "elm@clinic.test",
    "smtp-password": "a:b@c/d'e$f\"g",
    "manager-name": "Dana O'Hara",
    "manager-email": "Dana@clinic.test",
}


@pytest.fixture
def empty(transactional_db):
    """An empty database and its owner; what the command makes in the server goes again."""
    with deployment() as made:
        yield made
        with administrator() as cursor:
            cursor.execute(f'DROP DATABASE "{made.database}" WITH (FORCE)')
            cursor.execute("DROP ROLE IF EXISTS curednation_site")
            cursor.execute(f'CREATE DATABASE "{made.database}"')


def install(directory: Path, **answers: str) -> subprocess.CompletedProcess[str]:
    """Run it as on a new machine, where nothing is configured, without a question."""
    file = directory / "answers"
    given = ANSWERS | {name.replace("_", "-"): value for name, value in answers.items()}
    file.write_text("".join(f"--{name}={value}\n" for name, value in given.items()))
    command = [sys.executable, "manage.py", "install_clinic", f"@{file}", "--no-input"]
    return subprocess.run(
        [*command, "--directory", str(directory / "etc")],
        cwd=settings.BASE_DIR,
        env={"PATH": os.environ["PATH"], "DJANGO_SETTINGS_MODULE": "curednation.settings"},
        capture_output=True,
        text=True,
        check=False,
    )


def refused(directory: Path, *options: str, **answers: str) -> str:
    """Return the words with which it ends, before it has changed anything."""
    given = [f"--{name.replace('_', '-')}={value}" for name, value in answers.items()]
    with pytest.raises(CommandError) as error:
        call_command("install_clinic", *options, *given, f"--directory={directory / 'etc'}")
    assert not (directory / "etc").exists()
    return str(error.value)


def owner_of(made: Deployment, tmp_path: Path) -> str:
    """The owner's address, which does not look like the embedded server's: that one is refused."""
    url, folder = made.url(made.owner), connection.settings_dict["HOST"]
    if not folder.startswith("/"):
        return url
    (tmp_path / "pg").symlink_to(folder)
    return url.replace(urlencode({"host": folder}), urlencode({"host": tmp_path / "pg"}))


def rows(made: Deployment, statement: str) -> list:
    with administrator(made.database) as cursor:
        cursor.execute(statement)
        return cursor.fetchall()


@pytest.mark.slow
def test_a_clinic_is_installed_without_a_question_and_once_more_changes_nothing(empty, tmp_path):
    owner_url = owner_of(empty, tmp_path)
    done = install(tmp_path, database_owner_url=owner_url, media_root=str(tmp_path / "media"))
    assert done.returncode == 0, done.stdout + done.stderr
    file = tmp_path / "etc/curednation.env"
    first = environment_file.read(file)
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    assert "DATABASE_OWNER_URL" not in first
    assert len({first[name] for name in environment_file.KEYS}) == len(environment_file.KEYS)

    [(name, mail_name, phone)] = rows(empty, "SELECT name, mail_name, phone FROM practice_practice")
    assert (name, mail_name, phone) == ("Elm Street Health & Family", "Elm Office", "+16155550142")
    [(to, status)] = rows(empty, 'SELECT "to", status FROM mail_outgoingemail')
    assert (to, status) == ("dana@clinic.test", "waiting")
    assert rows(
        empty,
        "SELECT u.is_superuser, g.name FROM staff_user u JOIN staff_user_groups m ON"
        " m.user_id = u.id JOIN auth_group g ON g.id = m.group_id",
    ) == [(False, "manager")]

    with administrator(empty.database) as cursor:
        cursor.execute("UPDATE practice_practice SET phone_hours = 'always'")
        cursor.execute("UPDATE articles_article SET title = 'As staff wrote it'")
    again = install(tmp_path, database_owner_url=owner_url, media_root=str(tmp_path / "media"))
    assert again.returncode == 0, again.stdout + again.stderr
    assert environment_file.read(file) == first
    assert rows(empty, "SELECT count(*) FROM mail_outgoingemail") == [(1,)]
    assert rows(empty, "SELECT phone_hours FROM practice_practice") == [("always",)]
    assert rows(empty, "SELECT DISTINCT title FROM articles_article") == [("As staff wrote it",)]

    # Nobody invented stands in a real clinic, and nothing is online that nobody has reviewed.
    assert rows(empty, "SELECT DISTINCT status FROM articles_article") == [("draft",)]
    assert rows(empty, "SELECT name FROM articles_contributor") == [("Curednation",)]
    assert rows(empty, "SELECT count(*) FROM appointments_provider") == [(0,)]


def test_where_its_file_is_lost_the_sites_role_gets_another_password(empty):
    owner_url = empty.url(empty.owner)
    first = database.site_url(owner_url, "")
    name = urlsplit(first).username
    database.renew_site_password(owner_url, first)  # there is no such role yet
    with administrator() as cursor:
        cursor.execute(f"CREATE ROLE {name} LOGIN PASSWORD 'lost'")
        cursor.execute(f'GRANT {name} TO "{empty.owner}" WITH ADMIN OPTION')
        database.renew_site_password(owner_url, first)
        cursor.execute("SELECT rolpassword FROM pg_authid WHERE rolname = %s", [name])
        [(stored,)] = cursor.fetchall()
    assert stored.startswith("SCRAM-SHA-256$")
    assert database.site_url(owner_url, first) == first
    elsewhere = owner_url.replace(empty.database, "another")
    assert database.site_url(elsewhere, first) != first


@pytest.mark.parametrize(
    ("option", "value", "sentence"),
    [
        ("domain", "https://clinic.test/path", "Write a name such as www.example.org"),
        ("phone", "12", "Write a phone number that can be dialled"),
        ("manager-email", "dana", "Enter a valid email address"),
        ("smtp-port", "0", "Write a number from 1 to 65535"),
        ("mail-name", 'The "Office"', "without quotes"),
        ("database-owner-url", "mysql://x@y/z", "postgres://owner:password@host:5432/name"),
        ("database-owner-url", "postgres://x:secret-word@127.0.0.1:1/z", "does not let us in"),
    ],
)
def test_a_wrong_answer_is_named_with_what_to_write(tmp_path, option, value, sentence):
    said = refused(tmp_path, "--no-input", **ANSWERS | {option: value})
    assert sentence in said
    assert "secret-word" not in said


def test_what_is_missing_is_named_by_its_option(tmp_path):
    assert "--clinic-name is needed" in refused(tmp_path, "--no-input", domain="www.clinic.test")


def test_a_person_is_asked_until_the_answer_can_be_used(tmp_path, monkeypatch, capsys):
    lines = ["clinic", "www.clinic.test", "Elm", "Office", "12", "615-555-0142", "", "", "mail", ""]
    lines += ["", "", "Dana", "dana@clinic.test", "", "", "postgres://x@127.0.0.1:1/z"]
    monkeypatch.setattr("sys.stdin", StringIO("\n".join(lines) + "\n"))
    assert "does not let us in" in refused(tmp_path)
    printed = capsys.readouterr().out
    assert "Write a name such as www.example.org" in printed
    assert "Write a phone number" in printed
    assert "[office@clinic.test]" in printed
    assert "[dana@clinic.test]" in printed


def test_where_nobody_answers_it_says_how_to_do_without(tmp_path, monkeypatch):
    monkeypatch.setattr("sys.stdin", StringIO(""))
    assert "--no-input" in refused(tmp_path)


def test_every_question_has_an_option_and_each_setting_exists():
    assert len({question.option for question in QUESTIONS}) == len(QUESTIONS)
    document = (settings.BASE_DIR / "docs/settings.md").read_text()
    listed = set(re.findall(r"^\| `([A-Z_]+)` \|", document, re.MULTILINE))
    source = (settings.BASE_DIR / "curednation/installation/questions.py").read_text()
    written = set(re.findall(r'^        "([A-Z_]+)": ', source, re.MULTILINE))
    assert len(written) > 5
    assert written <= listed


def test_a_shell_and_we_read_the_environment_file_alike(tmp_path):
    values = {"PLAIN": "postgres://a:b%40c@h:1/d?sslmode=require&x=1", "NAME": "The Office <a@b.c>"}
    environment_file.write(tmp_path / "env", values, "A heading")
    assert environment_file.read(tmp_path / "env") == values
    said = subprocess.run(
        ["sh", "-c", f'. {tmp_path}/env; printf "%s\\n" "$PLAIN" "$NAME"'],
        capture_output=True,
        text=True,
        check=True,
    ).stdout
    assert said.splitlines() == list(values.values())
