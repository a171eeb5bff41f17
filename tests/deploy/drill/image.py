"""The image: built by buildah on the fresh Debian, and each of its processes started from it.

They run as compose.yaml says: not as root, on a root that cannot be written, in the network of the
drill's machine, in place of its own processes.
"""

import json
import shlex
import shutil
import signal
import subprocess
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from typing import Any

import psutil
import yaml

from curednation.installation import environment_file
from tests.deploy.drill.machine import Machine, copy_configuration

BASE_DIR = Path(__file__).parents[3]
CONTAINER = BASE_DIR / "deploy/container"
PROCESSES = ("web", "worker", "letters", "beat", "watch")
# What a container has besides its image: read-only, a /tmp, a volume, nobody's rights.
CONFINED = r"""
set -eu
M=$1; V=$2; shift 2
mount --make-rprivate /
mount --bind "$M" "$M"
mount -o remount,bind,ro "$M"
mount -t proc proc "$M/proc"
mount --rbind /dev "$M/dev"
mount -t tmpfs tmpfs "$M/tmp"
mount --bind "$V" "$M/var/lib/curednation"
cd /
exec chroot "$M" setpriv --reuid 10001 --regid 10001 --clear-groups --no-new-privs \
    --bounding-set=-all --inh-caps=-all "$@"
"""


def buildah(folder: Path, *arguments: str) -> str:
    """Run it with a store of its own; return what it printed."""
    command = ["buildah", "--storage-driver", "vfs", "--root", str(folder / "store")]
    command += ["--runroot", str(folder / "runroot"), *arguments]
    result = subprocess.run(command, check=False, capture_output=True, text=True)
    assert result.returncode == 0, f"{shlex.join(arguments)}:\n{result.stdout}{result.stderr}"
    return result.stdout.strip()


def build(folder: Path, fresh: Path) -> None:
    """Make `debian` from the fresh root, and `curednation` on it from what is committed."""
    base = folder / "base"
    subprocess.run(["cp", "-a", fresh, base], check=True)
    copy_configuration(base)
    container = buildah(folder, "from", "scratch")
    buildah(folder, "add", "--quiet", container, str(base), "/")
    buildah(folder, "commit", "--quiet", container, "localhost/debian")
    buildah(folder, "rm", container)
    context = folder / "context"
    context.mkdir(exist_ok=True)
    archive = subprocess.run(
        ["git", "archive", "HEAD"], cwd=BASE_DIR, check=True, capture_output=True
    )
    subprocess.run(["tar", "-x", "-C", str(context)], input=archive.stdout, check=True)
    file = str(context / "deploy/container/Containerfile")
    options = ["--isolation", "chroot", "--network", "host", "--quiet", "--file", file]
    options += ["--build-arg", "BASE=localhost/debian", "--tag", "localhost/curednation"]
    buildah(folder, "build", *options, str(context))


def commands(folder: Path) -> dict[str, list[str]]:
    """Return what compose.yaml starts, the image's own command where it names none."""
    services: dict[str, Any] = yaml.safe_load((CONTAINER / "compose.yaml").read_text())["services"]
    about = json.loads(buildah(folder, "inspect", "--type", "image", "localhost/curednation"))
    config = about["OCIv1"]["config"]
    assert config["User"] == "10001:10001"
    own = config["Cmd"]
    return {
        name: shlex.split(services[name]["command"]) if "command" in services[name] else own
        for name in PROCESSES
    }


class Container:
    """One process of the image, until it is stopped."""

    def __init__(self, machine: Machine, image: Path, volume: Path, command: list[str]) -> None:
        settings = (volume / "etc/curednation.env").read_text().splitlines()
        environ = ["PATH=/opt/curednation/.venv/bin:/usr/bin:/bin", "WEB_WORKERS=2"]
        environ += ["HOME=/var/lib/curednation", "PYTHONDONTWRITEBYTECODE=1"]
        environ += [line for line in settings if "=" in line and line[0] != "#"]
        start = ["unshare", "--mount", "--pid", "--fork", "--kill-child"]
        start += ["bash", "-c", CONFINED, "container", str(image), str(volume)]
        start += ["sh", "-c", 'cd /opt/curednation; exec env -i "$@"', "sh", *environ, *command]
        self.log = Path(f"{volume}.log").open("a")  # noqa: SIM115
        self.process = subprocess.Popen(
            machine.inside(*start, namespaces="-n"), stdout=self.log, stderr=self.log
        )

    def stop(self) -> None:
        # `--kill-child` is forgotten by a process that becomes another user.
        inside = psutil.Process(self.process.pid).children(recursive=True)
        self.process.send_signal(signal.SIGKILL)
        self.process.wait()
        for process in inside:
            with suppress(psutil.NoSuchProcess):
                process.kill()
        self.log.close()


def installs(machine: Machine, image: Path, volume: Path) -> None:
    """Set the clinic up once more from the image, which changes nothing of it."""
    known = environment_file.read(volume / "etc/owner.env")
    before = environment_file.read(volume / "etc/curednation.env")
    command = ["python", "manage.py", "install_clinic", "--no-input"]
    command += [f"--database-owner-url={known['DATABASE_OWNER_URL']}", "--smtp-port=25"]
    command += ["--directory=/var/lib/curednation/etc", "--smtp-host=127.0.0.1"]
    command += [f"--domain={before['ALLOWED_HOSTS']}", "--clinic-name=Elm", "--mail-name=Elm"]
    command += ["--phone=615-555-0142", "--manager-name=Dana", "--manager-email=dana@clinic.test"]
    command += [f"--from-email={before['DEFAULT_FROM_EMAIL']}"]
    started = Container(machine, image, volume, command)
    assert started.process.wait(300) == 0, Path(f"{volume}.log").read_text()
    after = environment_file.read(volume / "etc/curednation.env")
    assert after == before


def drill(folder: Path, fresh: Path, machine: Machine, timed: Callable, book: Callable) -> None:
    """Build it, start everything from it, and book a visit by https."""
    with timed("image: built by buildah"):
        build(folder, fresh)
    container = buildah(folder, "from", "localhost/curednation")
    image = Path(buildah(folder, "mount", container))
    site = sum(f.stat().st_size for f in (image / "opt").rglob("*") if f.is_file())
    print(f"  the site in the image: {site // 1_000_000} MB")
    machine.run("systemctl stop curednation.target")
    volume = folder / "volume"
    shutil.copytree(machine.root / "etc/curednation", volume / "etc", dirs_exist_ok=True)
    subprocess.run(["chown", "-R", "10001:10001", volume], check=True)
    running = []
    try:
        with timed("image: install_clinic"):
            installs(machine, image, volume)
        with timed("image: its processes, a visit and its mail"):
            for command in commands(folder).values():
                running.append(Container(machine, image, volume, command))
            book()
        assert all(each.process.poll() is None for each in running), Path(
            f"{volume}.log"
        ).read_text()
    finally:
        for each in running:
            each.stop()
        buildah(folder, "umount", container)
