"""Looking at processes: who has a port, who is left of a group. By /proc, else by ps and lsof."""

import shutil
import socket
import subprocess
from pathlib import Path

PROC = Path("/proc")


def port_is_free(port: int) -> bool:
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind(("127.0.0.1", port))
        except OSError:
            return False
    return True


def port_holder(port: int) -> str:
    """Return who listens on a port, as in `python3 (process 123)`, or "another program"."""
    pid = _listener_by_proc(port) if (PROC / "net/tcp").exists() else _listener_by_lsof(port)
    if pid is None:
        return "another program"
    name = Path((_command(pid) or "a program").split("\0")[0].split(" ")[0]).name
    return f"{name} (process {pid})"


def group_members(group: int) -> dict[int, str]:
    """Return the processes of a group, each with its command line."""
    members = {}
    for pid, pgid, command in _processes():
        if pgid == group:
            members[pid] = command
    return members


def _processes() -> list[tuple[int, int, str]]:
    if (PROC / "self/stat").exists():
        found = []
        for folder in PROC.glob("[0-9]*"):
            try:
                group = int((folder / "stat").read_text().rpartition(")")[2].split()[2])
                found.append((int(folder.name), group, _command(int(folder.name))))
            except (OSError, IndexError):
                continue  # it ended while we looked
        return found
    output = _output("ps", "-axo", "pid=,pgid=,command=")
    rows = (line.split(None, 2) for line in output.splitlines())
    return [(int(row[0]), int(row[1]), row[2]) for row in rows if len(row) == 3]


def _command(pid: int) -> str:
    if PROC.exists():
        try:
            return (PROC / str(pid) / "cmdline").read_text(errors="replace")
        except OSError:
            return ""
    return _output("ps", "-p", str(pid), "-o", "command=").strip()


def _listener_by_proc(port: int) -> int | None:
    inodes = set()
    for table in ("tcp", "tcp6"):
        try:
            rows = (PROC / "net" / table).read_text().splitlines()[1:]
        except OSError:
            continue
        for fields in map(str.split, rows):
            if fields[3] == "0A" and int(fields[1].rpartition(":")[2], 16) == port:
                inodes.add(f"socket:[{fields[9]}]")
    for link in PROC.glob("[0-9]*/fd/*"):
        try:
            if str(link.readlink()) in inodes:
                return int(link.parts[2])
        except OSError:
            continue
    return None


def _listener_by_lsof(port: int) -> int | None:
    lines = _output("lsof", "-nP", f"-iTCP:{port}", "-sTCP:LISTEN", "-t").split()
    return int(lines[0]) if lines else None


def _output(program: str, *arguments: str) -> str:
    path = shutil.which(program)
    if not path:
        return ""
    return subprocess.run([path, *arguments], capture_output=True, text=True, check=False).stdout
