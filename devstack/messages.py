"""Make sure of gettext, by which strings are collected. `make messages` calls it.

Whoever runs or deploys the site needs none: what it reads, the .mo files, stands in the repository.
"""

import shutil
import sys

from devstack import apt
from devstack.errors import Trouble


def install() -> None:
    """Install gettext where it is missing. Raises Trouble where that cannot be done."""
    if not (shutil.which("xgettext") and shutil.which("msgmerge")):
        apt.install(
            "gettext",
            "Strings are collected by gettext. Install it (on Debian: apt install gettext).",
        )


if __name__ == "__main__":
    try:
        install()
    except Trouble as error:
        sys.exit(str(error))
