"""Where the embedded services keep their data, logs, locks and sockets. Standard library only."""

import contextlib
import hashlib
import os
import stat
from pathlib import Path

from devstack.errors import Trouble

BASE_DIR = Path(__file__).resolve().parents[1]
# What lives by another clock shares nothing with what lives by the true one: see `clock`.
SHIFTED = bool(os.environ.get("FAKETIME"))
VAR = BASE_DIR / "var" / "shifted" if SHIFTED else BASE_DIR / "var"
LOCKS = VAR / "locks"
LOGS = VAR / "log"
MAILDIR = VAR / "mail"

# A socket's address holds about a hundred bytes, a checkout's path may be longer: sockets live in a
# short folder whose name follows from the path. Always /tmp: XDG_RUNTIME_DIR and TMPDIR differ
# between two shells of one person, and both must find the same server.
MARK = hashlib.sha256(f"{os.getuid()}:{BASE_DIR}{SHIFTED * ':shifted'}".encode()).hexdigest()[:12]
RUNTIME = Path("/tmp") / f"curednation-{MARK}"  # noqa: S108  (made 0700, owner verified before use)


def prepare() -> None:
    """Make `var/` and the folders in it. Raises Trouble where this user may not."""
    try:
        for folder in (BASE_DIR / "var", VAR):
            if not folder.is_dir():
                folder.mkdir(exist_ok=True)
                folder.chmod(0o755)  # the database's own user passes through, whatever the umask
        for folder in (LOCKS, LOGS, MAILDIR):
            folder.mkdir(mode=0o700, exist_ok=True)
            if not os.access(folder, os.W_OK):
                raise PermissionError(folder)
    except PermissionError as error:
        raise Trouble(
            f"{VAR} cannot be written by this user. Run as the user who started the site here "
            f"first, or remove the folder."
        ) from error


def private_folder(path: Path, owner: int | None = None) -> Path:
    """Return `path`, a folder only `owner` (this user if left out) may enter; made when missing.

    Raises Trouble when something else stands there: a stranger's folder in /tmp is never trusted.
    """
    owner = os.geteuid() if owner is None else owner
    with contextlib.suppress(FileExistsError):
        path.mkdir(mode=0o700)
    found = path.lstat()
    if found.st_uid == os.geteuid() != owner and stat.S_ISDIR(found.st_mode):
        os.chown(path, owner, -1, follow_symlinks=False)
        found = path.lstat()
    if not stat.S_ISDIR(found.st_mode) or found.st_uid != owner or found.st_mode & 0o077:
        raise Trouble(
            f"{path} is not a private folder of ours, so it is not used. Remove it and start again."
        )
    return path


def open_log(name: str) -> int:
    """Return a descriptor that appends to the log of a service; a log over 10 MB starts anew."""
    path = log_path(name)
    if path.exists() and path.stat().st_size > 10_000_000:
        path.replace(path.with_suffix(".log.1"))
    return os.open(path, os.O_WRONLY | os.O_APPEND | os.O_CREAT, 0o600)


def log_path(name: str) -> Path:
    return LOGS / f"{name}.log"


def last_lines(name: str, count: int = 8) -> str:
    """Return the end of a service's log, to stand below a sentence about it."""
    try:
        text = log_path(name).read_text(errors="replace")
    except FileNotFoundError:
        return ""
    return "\n".join(f"    {line}" for line in text.splitlines()[-count:])
