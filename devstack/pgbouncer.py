"""The pgbouncer that tests put before PostgreSQL: found, or installed by the system's own means.

`python -m devstack.pgbouncer` makes sure that there is one; `.ci/run` calls it.
"""

import os
import shutil
import sys

from devstack import apt
from devstack.errors import Trouble

PLACES = f"{os.environ.get('PATH', os.defpath)}:/usr/sbin:/usr/local/sbin"


def find() -> str | None:
    """Return the path of the program; Debian keeps it where only root looks."""
    return shutil.which("pgbouncer", path=PLACES)


def install() -> None:
    """Install the distribution's pgbouncer. Raises Trouble where that cannot be done."""
    apt.install(
        "pgbouncer",
        "The tests behind a pooler need pgbouncer. Install it (on Debian: apt install pgbouncer).",
    )
    if not find():
        raise Trouble("apt-get could not install pgbouncer; its own words stand above.")


if __name__ == "__main__":
    try:
        if not find():
            install()
    except Trouble as error:
        sys.exit(str(error))
