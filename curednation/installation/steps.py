"""The commands that bring a new clinic up, each in a process with the settings just written."""

import os
import subprocess
import sys
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from django.conf import settings
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy


@dataclass(frozen=True)
class Step:
    """One command of `manage.py`, and what it is for."""

    purpose: str | Promise
    arguments: tuple[str, ...]
    as_owner: bool = False


class Failed(Exception):
    """A step did not end well. The text says which, and holds its own words."""


def steps(answers: Mapping[str, str]) -> Iterator[Step]:
    """Yield them in their order. Each may be repeated."""
    yield Step(gettext_lazy("Making the tables"), ("migrate", "--verbosity", "0"), as_owner=True)
    yield Step(gettext_lazy("Making the site's role"), ("database_roles",), as_owner=True)
    yield Step(gettext_lazy("Writing the roles of staff"), ("roles",))
    if os.access(settings.BASE_DIR, os.W_OK):  # an image has collected them, and is read-only
        collect = ("collectstatic", "--noinput", "--verbosity", "0")
        yield Step(gettext_lazy("Collecting files"), collect)
    practice = ("name", "mail_name", "phone", "time_zone")
    named = {"name": "clinic_name"}
    options = [f"--{key.replace('_', '-')}={answers[named.get(key, key)]}" for key in practice]
    yield Step(gettext_lazy("Writing the clinic's name"), ("create_practice", *options))
    yield Step(gettext_lazy("Loading the articles, as drafts"), ("load_library",))
    yield Step(gettext_lazy("Loading the pages of text"), ("load_text_pages",))
    manager = (f"--name={answers['manager_name']}", f"--email={answers['manager_email']}")
    yield Step(gettext_lazy("Inviting the first manager"), ("invite_manager", *manager))
    yield Step(
        gettext_lazy("Looking over all settings"),
        # Warnings are for the doctor: that no worker runs yet is no fault now.
        ("check", "--deploy", "--database", "default"),
    )


def run(step: Step, environ: Mapping[str, str], owner_url: str) -> str:
    """Run it, and return what it said. Raises Failed."""
    kept = {name: os.environ[name] for name in ("PATH", "HOME", "LANG") if name in os.environ}
    known_to_owner = {"DATABASE_OWNER_URL": owner_url} if step.as_owner else {}
    result = subprocess.run(  # noqa: S603  (our own commands)
        [sys.executable, str(settings.BASE_DIR / "manage.py"), *step.arguments],
        env={**kept, **environ, **known_to_owner},
        capture_output=True,
        text=True,
        check=False,
    )
    if result.returncode:
        said = (result.stderr or result.stdout).strip()
        raise Failed(_("%(what)s failed:\n%(said)s") % {"what": step.purpose, "said": said})
    return result.stdout.strip()
