"""The Chromium that the browser tests drive: found, or installed by the system's own means.

`python -m devstack.chromium` makes sure that there is one; `make test` calls it.
"""

import os
import shutil
import sys
from pathlib import Path

from devstack import apt
from devstack.errors import Trouble

NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable", "chrome")
MAC = Path("/Applications/Google Chrome.app/Contents/MacOS/Google Chrome")
FLAGS = [
    "--no-sandbox",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--no-first-run",
]


def find() -> str | None:
    """Return the path of the browser: CHROMIUM if set, else the first one on the PATH."""
    named = os.environ.get("CHROMIUM")
    if named:
        return shutil.which(named)
    found = next(filter(None, map(shutil.which, NAMES)), None)
    return found or (str(MAC) if MAC.exists() else None)


def install() -> None:
    """Install the distribution's Chromium. Raises Trouble where that cannot be done."""
    apt.install(
        "chromium",
        "The browser tests need Chromium. Install it (on Debian: apt install chromium) or "
        "Google Chrome, or set CHROMIUM to the path of one.",
    )
    if not find():
        raise Trouble("apt-get could not install chromium; its own words stand above.")


if __name__ == "__main__":
    try:
        if not find():
            if os.environ.get("CHROMIUM"):
                raise Trouble("CHROMIUM names no program: write the path of Chromium or Chrome.")
            install()
    except Trouble as error:
        sys.exit(str(error))
