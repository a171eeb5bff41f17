"""`make run`: one site per checkout, nothing left of it afterwards, a sentence when it cannot."""

import os
import signal
import socket
import subprocess
import time
import urllib.request

import pytest

from tests.devstack.checkouts import Checkout
from tests.processes import free_port

RUN = ("-m", "devstack.run")


@pytest.fixture(scope="module")
def checkout(tmp_path_factory):
    checkout = Checkout(tmp_path_factory.mktemp("one command") / "site")
    yield checkout
    checkout.destroy()


def start(checkout, port):
    """Start the site and return its process and what it said until it was ready."""
    process = checkout.start(*RUN, PORT=str(port), WEB_WORKERS="1", WORKER_PROCESSES="1")
    said = []
    for line in process.stdout:
        said.append(line)
        if "Ctrl-C" in line:
            return process, "".join(said)
    raise AssertionError("".join(said))


def get(port, path="/"):
    with urllib.request.urlopen(f"http://127.0.0.1:{port}{path}", timeout=10) as response:
        return response.read().decode()


def soon(condition):
    deadline = time.monotonic() + 20
    while not condition():
        assert time.monotonic() < deadline
        time.sleep(0.1)


def pgrep(*options):
    found = subprocess.run(["pgrep", *options], capture_output=True, text=True, check=False)
    return [int(line) for line in found.stdout.split()]


def groups(process):
    """Return web, workers and beat of this site: each leads a group of processes."""
    return pgrep("-P", str(process.pid), "-f", "granian|celery")


def members(group):
    return pgrep("-g", str(group))


def test_one_site_runs_heals_survives_a_kill_and_leaves_nothing_behind(checkout):
    port = free_port()
    process, said = start(checkout, port)
    assert f"http://127.0.0.1:{port}/admin/" in said
    assert f"http://127.0.0.1:{port}/dev/mail/" in said
    assert "manager@example.org" in said
    assert "<html" in get(port)

    second = checkout.start(*RUN, PORT=str(port))
    output, _ = second.communicate(timeout=20)
    assert second.returncode == 0
    assert f"already runs: http://127.0.0.1:{port}/" in output

    [web] = pgrep("-P", str(process.pid), "-f", "granian")
    os.kill(web, signal.SIGKILL)
    soon(lambda: "web server has ended unexpectedly" in process.stdout.readline())
    soon(lambda: answers(port))

    parts = groups(process)
    assert len(parts) == 4
    process.kill()
    process.wait()
    soon(lambda: not any(map(members, parts)))
    assert checkout.all_end_within(10)

    process, _ = start(checkout, port)
    assert "<html" in get(port)
    parts = groups(process)
    process.terminate()
    assert process.wait(30) == 0
    assert not any(map(members, parts))
    assert checkout.running() == []


def test_a_taken_port_is_said_to_be_taken_and_by_whom(checkout):
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        process = checkout.start(*RUN, PORT=str(port))
        output, _ = process.communicate(timeout=20)
    assert process.returncode == 1
    assert f"Port {port} is taken by" in output
    assert f"(process {os.getpid()})" in output
    assert f"make run PORT={port + 2}" in output
    assert "Traceback" not in output
    assert checkout.running() == []


def answers(port):
    try:
        return "<html" in get(port)
    except OSError:
        return False
