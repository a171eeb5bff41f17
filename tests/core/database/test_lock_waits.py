"""Whoever meets a row that somebody has locked is asked to try again: never an error."""

import os
import socket
from collections.abc import Callable, Iterator
from contextlib import closing

import psycopg2
import pytest
from django.db import InterfaceError, OperationalError, connection, transaction
from django.test import Client

from appointments import links, tasks
from appointments.models import ClinicRules
from core.database.waiting import AT_MOST, BUSY, LEFT_OPEN, OLD, Call, Waiting
from pages import errors
from tests.appointments.staff_clients import signed_in
from tests.articles.factories import make_article
from tests.factories import make_appointment
from tests.newsletter.factories import make_subscriber
from tests.newsletter.signup import sign_up
from tests.newsletter.test_confirm import link
from tests.page_forms import read_forms
from tests.pages.factories import make_practice

pytestmark = pytest.mark.true_clock
Send = Callable[[], object]
HERE = {"Sec-Fetch-Site": "same-origin"}
PRACTICE = "/admin/practice/practice/1/change/"


def feedback() -> tuple[str, int, Send, str]:
    article, why = make_article(slug="open"), "Now I know when to call."
    data, page = {"helpful": "yes", "sentence": why}, "/articles/open/helpful/"
    return "articles_article", article.pk, lambda: Client().post(page, data, headers=HERE), why


def cancelling() -> tuple[str, int, Send, str]:
    visit, why = make_appointment(), {"reason": "A conflict at work"}
    page = links.page(visit, "cancel")
    return "appointments_appointment", visit.pk, lambda: Client().post(page, why), why["reason"]


def confirming() -> tuple[str, int, Send, str]:
    reader = make_subscriber(email="grace@example.org", status="left")
    sign_up("grace@example.org")
    page = link()
    return "newsletter_subscriber", reader.pk, lambda: Client().post(page), "Nothing was saved."


def the_practice() -> tuple[str, int, Send, str]:
    make_practice()
    manager = signed_in("manager")
    [form] = [f for f in read_forms(manager.get(PRACTICE).text) if "mail_name" in f.choices]
    data = form.filled(mail_name="Harbor Office")
    return "practice_practice", 1, lambda: manager.post(PRACTICE, data), "Harbor Office"


@pytest.fixture
def _impatient(transactional_db) -> Iterator[None]:
    with connection.cursor() as cursor:
        cursor.execute("SET lock_timeout = '100ms'")  # two seconds each would be long
    yield
    connection.close()


@pytest.fixture
def somebody(transactional_db) -> Iterator[psycopg2.extensions.connection]:
    with closing(psycopg2.connect(**connection.get_connection_params())) as session:
        yield session


@pytest.mark.usefixtures("_impatient")
@pytest.mark.parametrize("prepare", [feedback, cancelling, confirming, the_practice])
def test_a_locked_row_gets_one_moment_with_what_was_typed(prepare, somebody):
    table, pk, send, kept = prepare()
    with somebody.cursor() as cursor:
        cursor.execute(f"SELECT FROM {table} WHERE id = %s FOR UPDATE", [pk])
        refused = send()
        somebody.rollback()
    assert refused.status_code == 503
    assert "One moment, please." in refused.text
    assert kept in refused.text
    assert refused["Retry-After"] == "2"
    assert refused["Cache-Control"] == "no-store"
    assert send().status_code in (200, 302, 303)


@pytest.mark.usefixtures("_impatient")
def test_a_worker_gives_up_on_a_locked_row_and_does_it_the_next_time(somebody):
    rules = ClinicRules.objects.get_or_create(pk=1)[0]
    with somebody.cursor() as cursor:
        cursor.execute("SELECT FROM appointments_clinicrules WHERE id = %s FOR UPDATE", [rules.pk])
        with pytest.raises(OperationalError):
            tasks.follow_holidays.apply(throw=True)
        somebody.rollback()
    tasks.follow_holidays.apply(throw=True)


def waiting(*seconds: float, shared: bool = True) -> Waiting:
    """A process whose threads have waited for so long."""
    found = Waiting()
    found.shared = shared
    for each in seconds:
        call = Call(None, locking=True)
        call.started -= each
        found.calls[id(call)] = call
    return found


SQL = "SELECT FROM appointments_provider WHERE id = %s FOR UPDATE"


def test_two_threads_of_a_process_wait_for_locks_and_the_others_hardly():
    assert waiting(1.0, 1.0, shared=False).lock_limit(SQL, [1]) == ""
    assert waiting(1.0).lock_limit(SQL, [1]) == ""
    assert waiting(OLD / 2, 1.0).lock_limit(SQL, [1]) == BUSY
    assert waiting(*[OLD * 2] * AT_MOST).lock_limit(SQL, [1]) == LEFT_OPEN


def test_whoever_wants_what_others_get_all_the_time_waits_its_turn():
    busy = waiting(*[OLD * 2] * AT_MOST)
    busy.got(next(iter(busy.calls.values())), SQL, [1])
    assert busy.lock_limit(SQL, [1]) == ""
    assert busy.lock_limit(SQL, [2]) == LEFT_OPEN


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize(("at_commit", "said"), [(False, "Nothing was"), (True, "We cannot see")])
def test_a_line_that_is_lost_at_the_commit_leaves_open_what_became_of_the_form(at_commit, said, rf):
    def send() -> None:
        with transaction.atomic(), connection.cursor() as cursor:
            cursor.execute("UPDATE practice_practice SET name = name")
            line = socket.socket(fileno=os.dup(connection.connection.fileno()))
            line.shutdown(socket.SHUT_RDWR)
            line.close()
            if not at_commit:
                cursor.execute("UPDATE practice_practice SET name = name")

    with pytest.raises((OperationalError, InterfaceError)) as raised:
        send()
    page = errors.unavailable(rf.post("/book/", {"first_name": "Grace"}), raised.value)
    assert page is not None
    assert said in page.text
    assert "Grace" in page.text
