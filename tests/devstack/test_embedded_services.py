"""Every manage.py command brings the embedded services up and leaves nothing behind."""

import os
import signal
import time

import pytest

from curednation.devstack import places
from curednation.devstack.trouble import Trouble
from tests.devstack.checkouts import Checkout

ASK = "from django.db import connection as c; k = c.cursor(); k.execute('SELECT 40 + 2'); "
ANSWER = ASK + "print(k.fetchone()[0])"
STAY = ASK + "print('up', flush=True); import time; time.sleep(60)"


@pytest.fixture(scope="module")
def checkout(tmp_path_factory):
    """In a folder with spaces whose path is longer than a socket's address may be."""
    checkout = Checkout(tmp_path_factory.mktemp("a clinic") / ("far " * 30).strip() / "away")
    assert len(str(checkout.folder)) > 150
    yield checkout
    checkout.destroy()


def ask(checkout):
    return checkout.manage("shell", "--no-imports", "-c", ANSWER).strip()


def stay(checkout):
    """Start a command that uses the database until it is ended."""
    process = checkout.start("manage.py", "shell", "--no-imports", "-c", STAY)
    assert process.stdout.readline() == "up\n"
    return process


def test_a_command_brings_the_database_up_and_stops_it_again(checkout):
    assert ask(checkout) == "42"
    assert checkout.running() == []


def test_the_last_of_two_commands_stops_the_services(checkout):
    first = stay(checkout)
    assert ask(checkout) == "42"
    assert checkout.running() == ["postgres", "smtp", "valkey"]
    first.send_signal(signal.SIGTERM)
    first.wait(20)
    assert checkout.running() == []


def test_commands_that_start_at_the_same_time_share_the_services(checkout):
    commands = [checkout.start("manage.py", "shell", "--no-imports", "-c", ANSWER) for _ in "123"]
    assert [command.communicate(timeout=60)[0].strip() for command in commands] == ["42"] * 3
    assert checkout.running() == []


def test_what_a_killed_command_left_running_is_used_and_then_stopped(checkout):
    killed = stay(checkout)
    killed.kill()
    killed.wait()
    assert "postgres" in checkout.running()
    assert ask(checkout) == "42"
    assert checkout.running() == []


@pytest.mark.parametrize("service", ["postgres", "valkey", "smtp"])
def test_a_killed_service_is_started_again(checkout, service):
    user = stay(checkout)
    os.kill(checkout.pid(service), signal.SIGKILL)
    assert ask(checkout) == "42"
    user.terminate()
    user.wait(20)
    assert checkout.running() == []


def test_data_outlives_the_services(checkout):
    checkout.manage("shell", "-c", ASK + "k.execute('CREATE TABLE kept AS SELECT 7 AS n')")
    again = ASK + "k.execute('SELECT n FROM kept'); print(k.fetchone()[0])"
    assert checkout.manage("shell", "--no-imports", "-c", again).strip() == "7"


def test_a_command_that_needs_no_database_starts_none(checkout):
    started = time.monotonic()
    checkout.manage("--version")
    checkout.manage("help")
    assert checkout.running() == []
    assert time.monotonic() - started < 20


def test_a_folder_that_a_stranger_may_enter_is_not_used(tmp_path):
    open_to_all = tmp_path / "open"
    open_to_all.mkdir()
    open_to_all.chmod(0o777)
    with pytest.raises(Trouble, match="not a private folder of ours"):
        places.private_folder(open_to_all)


def test_a_link_in_place_of_the_private_folder_is_not_followed(tmp_path):
    (tmp_path / "target").mkdir(mode=0o700)
    (tmp_path / "link").symlink_to(tmp_path / "target")
    with pytest.raises(Trouble, match="not a private folder of ours"):
        places.private_folder(tmp_path / "link")
