"""Packages of the distribution, installed where that is possible without asking."""

import os
import shutil
import subprocess

from devstack.errors import Trouble


def install(package: str, otherwise: str) -> None:
    """Install a package of Debian or Ubuntu as root. Raises Trouble with `otherwise` elsewhere."""
    apt = shutil.which("apt-get")
    if not apt or os.geteuid() != 0:
        raise Trouble(otherwise)
    environ = os.environ | {"DEBIAN_FRONTEND": "noninteractive"}
    for arguments in (
        ["update", "-qq"],
        ["install", "-y", "-qq", "--no-install-recommends", package],
    ):
        subprocess.run([apt, *arguments], env=environ, stdout=subprocess.DEVNULL, check=False)
