"""A copy of the project in another folder, with services of its own."""

import os
import shutil
import signal
import subprocess
import sys
import time
from pathlib import Path

from django.conf import settings

from devstack import paths
from devstack.locks import Lock

LEFT_OUT = shutil.ignore_patterns(".*", "var", "tests", "bench", "staticfiles")
LOCKS = paths.LOCKS.relative_to(paths.BASE_DIR)
CONFIGURED = ("DATABASE_URL", "BROKER_URL", "CACHE_URL", "EMAIL_URL", "BROKER_QUEUE", "DEBUG")


class Checkout:
    """Commands in it run as if nothing were configured."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        shutil.copytree(settings.BASE_DIR, folder, ignore=LEFT_OUT)
        self.environ = {name: value for name, value in os.environ.items() if name not in CONFIGURED}
        self.environ["DJANGO_SETTINGS_MODULE"] = "curednation.settings"

    def start(self, *command: str, **environ: str) -> subprocess.Popen[str]:
        return subprocess.Popen(
            [sys.executable, *command],
            cwd=self.folder,
            env=self.environ | environ,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
        )

    def manage(self, *arguments: str, **environ: str) -> str:
        """Run a command of Django to its end and return what it says."""
        process = self.start("manage.py", *arguments, **environ)
        output, _ = process.communicate(timeout=60)
        assert process.returncode == 0, output
        return output

    def running(self) -> list[str]:
        """Return the names of the services of which a process is left."""
        found = []
        for path in sorted(self.folder.glob(f"{LOCKS}/*.alive")):
            with Lock(path) as lock:
                if not lock.try_claim():
                    found.append(path.stem)
        return found

    def all_end_within(self, seconds: float) -> bool:
        """Wait until no service is left, at most so long."""
        deadline = time.monotonic() + seconds
        while self.running():
            if time.monotonic() > deadline:
                return False
            time.sleep(0.1)
        return True

    def socket_folders(self) -> list[Path]:
        """Return what there is of the folders that hold its sockets."""
        code = "from devstack import paths; print(paths.RUNTIME)"
        output, _ = self.start("-c", code).communicate(timeout=60)
        runtime = Path(output.strip())
        return list(runtime.parent.glob(f"{runtime.name}*"))

    def pid(self, service: str) -> int:
        return int((self.folder / LOCKS / f"{service}.alive").read_text())

    def destroy(self) -> None:
        """Leave nothing behind, also after a test that failed."""
        for service in self.running():
            os.kill(self.pid(service), signal.SIGKILL)
