"""The Chromium that the browser tests drive: found, or installed by the system's own means.

`python -m devstack.chromium` makes sure that there is one; `make test` calls it.
"""

import os
import shutil
import sys
from pathlib import Path

from devstack import apt
from devstack.errors import Trouble

# Without windows, which nobody sees: a test costs half as much processor.
SHELL = "chromium-headless-shell"
NAMES = (SHELL, "chromium", "chromium-browser", "google-chrome", "google-chrome-stable", "chrome")
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
    otherwise = (
        "The browser tests need Chromium. Install it (on Debian: apt install "
        "chromium-headless-shell) or Google Chrome, or set CHROMIUM to the path of one."
    )
    apt.install(SHELL, otherwise)
    if not find():  # an older distribution
        apt.install("chromium", otherwise)
    if not find():
        raise Trouble("apt-get could not install chromium; its own words stand above.")


def ensure() -> None:
    """See that there is one, the shell where that can be installed. Raises Trouble."""
    if os.environ.get("CHROMIUM"):
        if not find():
            raise Trouble("CHROMIUM names no program: write the path of Chromium or Chrome.")
    elif not shutil.which(SHELL):
        try:
            install()
        except Trouble:
            if not find():
                raise


if __name__ == "__main__":
    try:
        ensure()
    except Trouble as error:
        sys.exit(str(error))
