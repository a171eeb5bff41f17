"""The system user that PostgreSQL runs as when we are root: it refuses to run as root."""

import os
import pwd
import shutil
import subprocess
from pathlib import Path
from typing import Any

from devstack.errors import Trouble

NAME = "curednation-pg"


def database_account() -> pwd.struct_passwd | None:
    """Return the database's own user when we are root (made if missing), else None."""
    if os.geteuid() != 0:
        return None
    try:
        return pwd.getpwnam(NAME)
    except KeyError:
        _create()
        return pwd.getpwnam(NAME)


def _create() -> None:
    tool = shutil.which("useradd", path="/usr/sbin:/sbin:/usr/bin:/bin")
    problem = "there is no useradd here"
    if tool:
        command = [tool, "--system", "--user-group", "--no-create-home"]
        command += ["--home-dir", "/nonexistent", "--shell", "/bin/false", NAME]
        result = subprocess.run(command, capture_output=True, text=True, check=False)
        if result.returncode in (0, 9):  # 9: somebody else made it a moment ago
            return
        problem = result.stderr.strip()
    raise Trouble(
        f"PostgreSQL does not run as root, and its own user {NAME} could not be made ({problem}). "
        f"Make that user by hand, run as an ordinary user, or set DATABASE_URL to a server."
    )


def run_as(account: pwd.struct_passwd | None) -> dict[str, Any]:
    """Return what `subprocess` needs to run a command as that user."""
    if account is None:
        return {}
    return {"user": account.pw_uid, "group": account.pw_gid, "extra_groups": []}


def reaches(account: pwd.struct_passwd | None, *paths: Path) -> bool:
    """Whether that user can read these files and enter these folders."""
    if account is None:
        return True
    script = 'for p; do test -r "$p" || exit 1; test ! -d "$p" || test -x "$p" || exit 1; done'
    command = ["/bin/sh", "-c", script, "sh", *map(str, paths)]
    return subprocess.run(command, cwd="/", check=False, **run_as(account)).returncode == 0
