"""A Debian of its own: made by debootstrap, then run by its systemd in namespaces.

Nothing of it is reachable from elsewhere: its network has a loopback and nothing more. While it is
made, what needs the network is run with this machine's.
"""

import contextlib
import os
import shutil
import signal
import subprocess
import sys
import time
from pathlib import Path

# How this machine reaches Debian and PyPI is its own affair: copied when it runs, never kept.
CONFIGURATION = ("/etc/apt/apt.conf.d", "/etc/pip.conf", "/etc/xdg/pip", "/etc/resolv.conf")
# Installing ca-certificates writes the first anew, without an authority of this machine's own.
BUNDLE, KEPT_BUNDLE = "/etc/ssl/certs/ca-certificates.crt", "/etc/ssl/machine.crt"
KEYRING = "/usr/share/keyrings/debian-archive-keyring.gpg"
KEPT_VARIABLES = ("PIP_", "SSL_CERT", "http_proxy", "https_proxy", "no_proxy")
# They would reach for the kernel, which is this machine's too.
MASKED = ("systemd-udevd", "systemd-modules-load", "systemd-sysctl", "systemd-logind", "getty@tty1")
BOOT = r"""
set -e
R=$1
mount --make-rprivate /
mount --bind "$R" "$R"
mount -t proc proc "$R/proc"
mount --bind -o ro "$R/proc/sys" "$R/proc/sys"
mount --bind /proc/sys/net "$R/proc/sys/net"
mount -t sysfs -o ro sysfs "$R/sys"
mount -t cgroup2 cgroup2 "$R/sys/fs/cgroup"
mount -t tmpfs -o mode=755 dev "$R/dev"
for n in null:3 zero:5 full:7 random:8 urandom:9; do
    mknod -m 666 "$R/dev/${n%:*}" c 1 "${n#*:}"
done
mknod -m 666 "$R/dev/tty" c 5 0
ln -s /proc/self/fd "$R/dev/fd"
for n in 0:stdin 1:stdout 2:stderr; do ln -s "fd/${n%:*}" "$R/dev/${n#*:}"; done
mkdir "$R/dev/pts" "$R/dev/shm"
mount -t devpts -o newinstance,ptmxmode=666 devpts "$R/dev/pts"
ln -s pts/ptmx "$R/dev/ptmx"
mount -t tmpfs -o mode=1777 shm "$R/dev/shm"
mount -t tmpfs -o mode=755 run "$R/run"
ip link set lo up
hostname clinic
cd "$R"
mkdir -p mnt/old
pivot_root . mnt/old
umount -l /mnt/old
exec env -i container=drill PATH=/usr/sbin:/usr/bin:/sbin:/bin /lib/systemd/systemd \
    --show-status=0 --log-target=console --log-level=warning
"""


def mirror() -> str:
    """Return where this machine gets Debian from, unless DEBIAN_MIRROR says another place."""
    named = os.environ.get("DEBIAN_MIRROR")
    sources = Path("/etc/apt/sources.list.d/debian.sources")
    text = sources.read_text() if sources.exists() else ""
    found = [line.split()[1] for line in text.splitlines() if line.startswith("URIs:")]
    return named or (found or ["http://deb.debian.org/debian"])[0]


def make_root(root: Path, suite: str) -> None:
    """Make a fresh Debian there, as little as can be installed, with systemd as its init."""
    command = [
        "debootstrap",
        "--variant=minbase",
        "--include=systemd-sysv,dbus,iproute2,procps,curl",
    ]
    command += [f"--keyring={KEYRING}", suite, str(root), mirror()]
    subprocess.run(command, check=True, stdout=subprocess.DEVNULL)
    for unit in MASKED:
        (root / f"etc/systemd/system/{unit}.service").symlink_to("/dev/null")


def copy_configuration(root: Path) -> None:
    """Let the new machine reach Debian and PyPI as this one does."""
    for name in CONFIGURATION:
        source, target = Path(name), root / name.lstrip("/")
        target.parent.mkdir(parents=True, exist_ok=True)
        if source.is_dir():
            kept = shutil.ignore_patterns("docker-*", "*autoremove*", "*packagekit*", "*appstream*")
            shutil.copytree(source, target, dirs_exist_ok=True, ignore=kept)
        elif source.exists():
            target.unlink(missing_ok=True)
            shutil.copy(source, target)
    if Path(BUNDLE).exists():
        (root / KEPT_BUNDLE.lstrip("/")).parent.mkdir(parents=True, exist_ok=True)
        shutil.copy(BUNDLE, root / KEPT_BUNDLE.lstrip("/"))
        for file in [root / "etc/pip.conf", *root.glob("etc/xdg/pip/pip.conf")]:
            if file.exists():
                file.write_text(file.read_text().replace(BUNDLE, KEPT_BUNDLE))


def install(root: Path, script: str) -> None:
    """Run what needs the network, before the machine runs; no service is started meanwhile."""
    policy = root / "usr/sbin/policy-rc.d"
    policy.write_text("#!/bin/sh\nexit 101\n")
    policy.chmod(0o755)
    kept = {
        name: value.replace(BUNDLE, KEPT_BUNDLE)
        for name, value in os.environ.items()
        if name.startswith(KEPT_VARIABLES) and name != "SSL_CERT_DIR"
    }
    environ = kept | {"PATH": os.environ["PATH"], "DEBIAN_FRONTEND": "noninteractive"}
    inside = f"mount -t proc proc {root}/proc; mount --bind /dev {root}/dev; "
    inside += f"exec chroot {root} sh -eu"
    result = subprocess.run(
        ["unshare", "--mount", "sh", "-euc", inside],
        env=environ | {"HOME": "/root"},
        input=script,
        capture_output=True,
        text=True,
        check=False,
    )
    if result.returncode:
        sys.exit(f"{script}\nended with {result.returncode}:\n{result.stdout}{result.stderr}")
    policy.unlink()


class Machine:
    """Runs while the `with` block does. `run` types something into it."""

    def __init__(self, root: Path) -> None:
        self.root = root
        self.group = Path(f"{root}.cgroup")

    def __enter__(self) -> "Machine":
        self.group.mkdir(exist_ok=True)
        subprocess.run(["mount", "-t", "cgroup2", "cgroup2", self.group], check=True)
        (self.group / "drill").mkdir(exist_ok=True)
        enter = f"echo $$ > {self.group}/drill/cgroup.procs; exec unshare --mount --pid --net --uts"
        enter += ' --ipc --cgroup --fork bash -c "$0" boot "$1"'
        with Path(f"{self.root}.console").open("w") as console:
            self.process = subprocess.Popen(
                ["sh", "-c", enter, BOOT, self.root], stdout=console, stderr=console
            )
        self.init = self._wait_for_init()
        self.wait_for("systemctl is-system-running | grep -qE 'running|degraded'", seconds=60)
        return self

    def __exit__(self, *_: object) -> None:
        with contextlib.suppress(subprocess.TimeoutExpired, ProcessLookupError):
            os.kill(self.init, signal.SIGRTMIN + 4)  # systemd: power off
            self.process.wait(60)
        with contextlib.suppress(ProcessLookupError):
            os.kill(self.init, signal.SIGKILL)
        self.process.wait()
        for path in sorted(self.group.glob("drill/**/"), reverse=True):
            with contextlib.suppress(OSError):
                path.rmdir()
        subprocess.run(["umount", self.group], check=False)
        with contextlib.suppress(OSError):
            self.group.rmdir()

    def _wait_for_init(self) -> int:
        """Return the process that is the init of the new machine, as seen from here."""
        deadline = time.monotonic() + 30
        while time.monotonic() < deadline:
            for child in _children(self.process.pid):
                with contextlib.suppress(OSError):
                    name = Path(f"/proc/{child}/comm").read_text().strip()
                    if name == "systemd":
                        return child
            time.sleep(0.1)
        raise AssertionError(Path(f"{self.root}.console").read_text())

    def inside(self, *command: str, namespaces: str = "-m -p -n -u -i -C") -> list[str]:
        """Return the command that runs this one in the machine."""
        return ["nsenter", "--target", str(self.init), *namespaces.split(), *command]

    def run(self, script: str, *, typed: str = "", check: bool = True) -> str:
        """Type this as root, and return what it printed."""
        (self.root / "root/script").write_text(script)
        result = subprocess.run(
            self.inside("sh", "-eu", "/root/script"),
            input=typed,
            capture_output=True,
            text=True,
            check=False,
            env={"PATH": "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"},
        )
        said = result.stdout + result.stderr
        if check and result.returncode:
            sys.exit(f"{script}\nended with {result.returncode}:\n{said}")
        return said if check else f"{said}\nexit {result.returncode}"

    def wait_for(self, script: str, *, seconds: float) -> None:
        """Wait until this succeeds. Raises AssertionError."""
        deadline = time.monotonic() + seconds
        while not self.run(script, check=False).endswith("\nexit 0"):
            assert time.monotonic() < deadline, f"not within {seconds} seconds: {script}"
            time.sleep(0.5)


def _children(pid: int) -> list[int]:
    found = [pid]
    for each in found:
        with contextlib.suppress(OSError):
            tasks = Path(f"/proc/{each}/task/{each}/children").read_text()
            found += [int(child) for child in tasks.split()]
    return found
