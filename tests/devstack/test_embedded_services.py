"""Whoever needs the embedded services brings them up, and the last one leaves nothing behind."""

import os
import signal
import time

import pytest

from devstack import paths
from devstack.errors import Trouble
from tests.devstack.checkouts import LOCKS, Checkout

ASK = """
import os, sys, time, psycopg2
from devstack import embedded
with embedded.serving(embedded.wanted(os.environ)):
    with psycopg2.connect(embedded.url("DATABASE_URL")) as connection:
        cursor = connection.cursor()
        cursor.execute(sys.argv[1])
        print(*(cursor.fetchone() if cursor.description else ()), flush=True)
    time.sleep(float(sys.argv[2]))
"""


COME_AND_GO = """
from devstack import embedded, valkey
for _ in range(25):
    with embedded.serving([valkey.VALKEY]):
        assert valkey.answers()
print("fine")
"""


@pytest.fixture(scope="module")
def checkout(tmp_path_factory):
    """In a folder with spaces whose path is longer than a socket's address may be."""
    checkout = Checkout(tmp_path_factory.mktemp("a clinic") / ("far " * 30).strip() / "away")
    assert len(str(checkout.folder)) > 150
    yield checkout
    checkout.destroy()


def start(checkout, statement="SELECT 42", seconds=0):
    """Start a program that uses the database once, and the services for so many seconds."""
    return checkout.start("-c", ASK, statement, str(seconds))


def ask(checkout, statement="SELECT 42"):
    output, _ = start(checkout, statement).communicate(timeout=60)
    return output.strip()


def stay(checkout):
    """Start a program that uses the services until it is ended."""
    process = start(checkout, seconds=60)
    assert process.stdout.readline() == "42\n"
    return process


def test_a_command_brings_the_database_up_and_stops_it_again(checkout):
    asked = "from django.db import connection as c; k = c.cursor(); k.execute('SELECT 42'); "
    assert checkout.manage("shell", "-v", "0", "-c", asked + "print(*k.fetchone())") == "42\n"
    assert checkout.running() == []


def test_the_last_of_two_commands_stops_the_services(checkout):
    first = stay(checkout)
    assert ask(checkout) == "42"
    assert checkout.running() == ["postgres", "smtp", "valkey"]
    first.send_signal(signal.SIGINT)
    first.wait(20)
    assert checkout.running() == []


def test_commands_that_start_at_the_same_time_share_the_services(checkout):
    users = [start(checkout) for _ in range(4)]
    assert [user.communicate(timeout=60)[0].strip() for user in users] == ["42"] * 4
    assert checkout.running() == []


def test_nobody_is_left_without_a_service_that_another_is_just_stopping(checkout):
    users = [checkout.start("-c", COME_AND_GO) for _ in range(3)]
    assert [user.communicate(timeout=60)[0].strip() for user in users] == ["fine"] * 3
    assert checkout.running() == []


def test_what_a_killed_command_left_running_ends_within_seconds(checkout):
    killed = stay(checkout)
    assert checkout.running() == ["postgres", "smtp", "valkey"]
    assert len(checkout.socket_folders()) == 2
    killed.kill()
    killed.wait()
    assert checkout.all_end_within(10)
    assert checkout.socket_folders() == []


def test_what_a_killed_command_left_running_is_there_for_others_and_stopped_by_them(checkout):
    killed = stay(checkout)
    other = stay(checkout)
    server = checkout.pid("postgres")
    killed.kill()
    killed.wait()
    time.sleep(2)  # longer than the reaper looks away
    assert checkout.running() == ["postgres", "smtp", "valkey"]
    assert checkout.pid("postgres") == server
    other.send_signal(signal.SIGINT)
    other.wait(20)
    assert checkout.running() == []


def test_a_command_after_a_killed_one_finds_the_services_or_starts_them_anew(checkout):
    for pause in (0, 1):
        killed = stay(checkout)
        killed.kill()
        killed.wait()
        time.sleep(pause)
        assert ask(checkout) == "42"
        assert checkout.running() == []


@pytest.mark.parametrize("service", ["postgres", "valkey", "smtp"])
def test_a_killed_service_is_started_again(checkout, service):
    user = stay(checkout)
    os.kill(checkout.pid(service), signal.SIGKILL)
    assert ask(checkout) == "42"
    user.send_signal(signal.SIGINT)
    user.wait(20)
    assert checkout.running() == []


def test_data_outlives_the_services(checkout):
    ask(checkout, "CREATE TABLE kept AS SELECT 7 AS n")
    assert checkout.running() == []
    assert ask(checkout, "SELECT n FROM kept") == "7"


def test_a_command_that_needs_no_database_starts_none(checkout):
    locks = checkout.folder / LOCKS
    before = {path: path.stat().st_ctime_ns for path in locks.glob("*.alive")}
    checkout.manage("--version")
    assert {path: path.stat().st_ctime_ns for path in locks.glob("*.alive")} == before


def test_a_folder_that_a_stranger_may_enter_is_not_used(tmp_path):
    open_to_all = tmp_path / "open"
    open_to_all.mkdir()
    open_to_all.chmod(0o777)
    with pytest.raises(Trouble, match="not a private folder of ours"):
        paths.private_folder(open_to_all)


def test_a_link_in_place_of_the_private_folder_is_not_followed(tmp_path):
    (tmp_path / "target").mkdir(mode=0o700)
    (tmp_path / "link").symlink_to(tmp_path / "target")
    with pytest.raises(Trouble, match="not a private folder of ours"):
        paths.private_folder(tmp_path / "link")
