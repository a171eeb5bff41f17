"""Other people's software, measured on the same database server in the same run."""

import json
import subprocess
import sys
from pathlib import Path

from django.conf import settings
from django.db import connection

APPOINTMENT = ["django-appointment==3.12.0", "django<5.3", "psycopg2-binary"]
NEWSLETTER = ["django-newsletter==1.2", "sorl-thumbnail", "django<5.3", "psycopg2-binary"]


def django_appointment() -> dict:
    """Seconds and queries of its grid of 30 days × 10 people with 2,400 appointments."""
    return _run("django_appointment", APPOINTMENT)


def django_newsletter(port: int, text: str) -> float:
    """How many mails with this text it sends a second to the server on this port."""
    file = Path(settings.BASE_DIR) / "var" / "bench" / "letter.html"
    file.write_text(text)
    return _run("django_newsletter", NEWSLETTER, str(port), str(file))["a_second"]


def _run(script: str, packages: list[str], *arguments: str) -> dict:
    """What the script prints, in an environment and a database of its own."""
    python = environment(script.replace("_", "-"), packages)
    database = connection.settings_dict
    name = f"bench_{script}"
    with connection.cursor() as cursor:
        cursor.execute(f"DROP DATABASE IF EXISTS {name} WITH (FORCE)")
        cursor.execute(f"CREATE DATABASE {name}")
    host = database["HOST"] if str(database["HOST"]).startswith("/") else ""
    place = "" if host else f"{database['HOST']}:{database['PORT'] or 5432}"
    account = f"{database['USER']}:{database['PASSWORD']}@"
    file = Path(__file__).with_name("peers") / f"{script}.py"
    try:
        done = subprocess.run(  # noqa: S603  (our own script)
            [python, file, f"postgres://{account}{place}/{name}", host, *arguments],
            capture_output=True,
            text=True,
            check=False,
            timeout=300,
        )
    finally:
        with connection.cursor() as cursor:
            cursor.execute(f"DROP DATABASE IF EXISTS {name} WITH (FORCE)")
    if done.returncode:
        raise RuntimeError(done.stderr[-2000:])
    return json.loads(done.stdout.splitlines()[-1])


def environment(name: str, packages: list[str]) -> Path:
    """A virtual environment of its own, made once."""
    folder = settings.BASE_DIR / "var" / "bench" / name
    python = folder / "bin" / "python"
    if not (folder / "ready").exists():
        subprocess.run([sys.executable, "-m", "venv", "--clear", folder], check=True)  # noqa: S603
        subprocess.run([python, "-m", "pip", "install", "-q", *packages], check=True)  # noqa: S603
        (folder / "ready").touch()
    return python
