"""The Java that the Nu checker of HTML runs on: found, or installed by the system's own means.

`python -m devstack.java` makes sure that there is one; `make test` calls it.
"""

import shutil
import sys

from devstack import apt
from devstack.errors import Trouble

PACKAGE = "default-jre-headless"


def find() -> str:
    """Return the path of the program. Raises Trouble where there is none."""
    found = shutil.which("java")
    if not found:
        raise Trouble(
            f"The check of HTML needs Java: run `python -m devstack.java` as root, or "
            f"install it (on Debian: apt install {PACKAGE})."
        )
    return found


def ensure() -> None:
    """See that there is one. Raises Trouble."""
    if not shutil.which("java"):
        apt.install(
            PACKAGE,
            "The check of HTML needs Java, and will fail without. Install it "
            f"(on Debian: apt install {PACKAGE}).",
        )
    find()


if __name__ == "__main__":
    try:
        ensure()
    except Trouble as error:
        sys.exit(str(error))
