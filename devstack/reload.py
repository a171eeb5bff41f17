"""Noticing that code or templates have changed, so that the running site can follow."""

import os
import time
from pathlib import Path

from devstack import paths as places

FOLDERS = (
    *("curednation", "pages", "appointments", "articles", "newsletter", "core"),
    *("devstack", "demo", "templates", "locale"),
)
KINDS = (".py", ".html", ".txt", ".mo")
EVERY = 1.0  # seconds between two looks


class Watcher:
    """Remembers when each of our files was written."""

    def __init__(self) -> None:
        self.seen = _times()
        self.looked = time.monotonic()

    def changed(self) -> str:
        """Return the file that has changed since the last look, or nothing."""
        if time.monotonic() - self.looked < EVERY:
            return ""
        self.looked = time.monotonic()
        before, self.seen = self.seen, _times()
        paths = before.keys() ^ self.seen.keys()
        paths |= {
            path for path in before.keys() & self.seen.keys() if before[path] != self.seen[path]
        }
        return str(min(paths).relative_to(places.BASE_DIR)) if paths else ""


def _times() -> dict[Path, int]:
    found = {}
    for folder in FOLDERS:
        for parent, _folders, names in os.walk(places.BASE_DIR / folder):
            for name in names:
                path = Path(parent, name)
                if path.suffix in KINDS:
                    try:
                        found[path] = path.stat().st_mtime_ns
                    except FileNotFoundError:
                        continue  # an editor is just replacing it
    return found
