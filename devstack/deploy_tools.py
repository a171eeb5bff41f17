"""The programs by which the files of deploy/ are tested, installed by the system's own means.

`python -m devstack.deploy_tools` makes sure of those that `make test` needs, and with the word
`drill` of those of `make deploy-drill`, too.
"""

import os
import shutil
import sys

from devstack import apt
from devstack.errors import Trouble

PACKAGES = {
    "caddy": "caddy",
    "nginx": "nginx-light",
    "nft": "nftables",
    "systemd-analyze": "systemd",
    "openssl": "openssl",
    "age": "age",
    "ip": "iproute2",
}
DRILL = {"debootstrap": "debootstrap", "buildah": "buildah"}
# Where Debian has what only root calls.
PATH = os.pathsep.join([os.environ.get("PATH", ""), "/usr/sbin", "/sbin"])


def find(program: str) -> str:
    """Return the path of a program. Raises Trouble where it is not installed."""
    found = shutil.which(program, path=PATH)
    if not found:
        raise Trouble(f"{program} is missing: run `python -m devstack.deploy_tools` as root.")
    return found


def install(packages: dict[str, str]) -> None:
    """Install what is missing. Raises Trouble where that cannot be done."""
    for program, package in packages.items():
        if not shutil.which(program, path=PATH):
            apt.install(
                package,
                f"The tests of deploy/ need {program}, and those that use it will fail. Install it "
                f"(on Debian: apt install {package}).",
            )


if __name__ == "__main__":
    try:
        install(PACKAGES | DRILL if sys.argv[1:] == ["drill"] else PACKAGES)
    except Trouble as error:
        print(error, file=sys.stderr)
