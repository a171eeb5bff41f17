"""What breaks while a patient books: nothing is lost, and no patient gets two confirmations.

Real sites, worker, broker and mail server. The outbox by itself is tested in tests/mail.
"""

import socket
import time
from collections.abc import Callable, Iterator

import pytest

from appointments.booking import visits
from appointments.models import Appointment, Status
from core.mail import tasks
from core.mail.models import EmailStatus, OutgoingEmail
from curednation.celery import app as celery_app
from tests import processes
from tests.appointments import booking_steps
from tests.factories import make_service, monday
from tests.smtp import DROP, SmtpServer
from tests.visitor import Page, over_http

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture(scope="module")
def mail_server() -> Iterator[SmtpServer]:
    with SmtpServer() as server:
        yield server


@pytest.fixture(scope="module")
def _worker(django_db_setup, mail_server) -> Iterator[None]:
    celery_app.control.purge()
    with processes.worker(EMAIL_URL=mail_server.url):
        yield


@pytest.fixture
def mails(_worker, mail_server, transactional_db) -> SmtpServer:
    """The mail server, as good as new, that a running worker sends to."""
    mail_server.mails.clear()
    mail_server.delay = 0
    return mail_server


def book(site: processes.Process, clock: str = "10:00") -> tuple[Page, float]:
    """A patient books; the done page, and how long the site took for the last step."""
    visitor = over_http(site.url)
    page = booking_steps.hold_time(visitor, make_service(), monday(clock))
    form = page.form_with("first_name")
    began = time.perf_counter()
    answer = visitor.transport("POST", page.url, form.filled(**booking_steps.DETAILS), {})
    seconds = time.perf_counter() - began
    assert answer.status == 302
    return visitor.get(answer.headers["Location"]), seconds


def wait_until(done: Callable[[], bool], *, seconds: float = 20) -> None:
    deadline = time.monotonic() + seconds
    while not done():
        assert time.monotonic() < deadline, OutgoingEmail.objects.values_list(
            "status", "last_error"
        )
        time.sleep(0.05)


def statuses() -> set[str]:
    return set(OutgoingEmail.objects.values_list("status", flat=True))


def waits_after_one_attempt() -> bool:
    return OutgoingEmail.objects.filter(attempts=1, status=EmailStatus.WAITING).exists()


def let_time_pass() -> None:
    """Until the sweep finds what waits; it runs every minute."""
    OutgoingEmail.objects.filter(status=EmailStatus.WAITING).update(due_at="2020-01-01T00:00Z")
    tasks.sweep.delay()


def sent_once_to_the_patient(server: SmtpServer) -> None:
    """One confirmation, or the very same one again."""
    assert {str(mail["To"]) for mail in server.mails} == {"grace@example.org"}
    assert len({str(mail["Message-ID"]) for mail in server.mails}) == 1
    assert len({mail.get_body(("plain",)).get_content() for mail in server.mails}) == 1


@pytest.fixture
def dead_port() -> int:
    return processes.free_port()


@pytest.fixture
def silent_port() -> Iterator[int]:
    """A server that takes connections and never says a word."""
    with socket.create_server(("127.0.0.1", 0), backlog=50) as server:
        yield server.getsockname()[1]


def test_a_visit_is_booked_while_the_broker_is_down_and_its_mail_goes_out_once_it_is_back(
    start_site, mails, dead_port
):
    site = start_site(BROKER_URL=f"redis://127.0.0.1:{dead_port}/0")
    page, _ = book(site)
    assert "Thank you, Grace." in page.text
    assert Appointment.objects.get().status == Status.BOOKED
    assert statuses() == {EmailStatus.WAITING}
    assert mails.mails == []
    let_time_pass()
    wait_until(lambda: statuses() == {EmailStatus.SENT})
    let_time_pass()
    time.sleep(0.5)  # for what must not happen
    assert len(mails.mails) == 1
    sent_once_to_the_patient(mails)


def test_a_broker_that_never_answers_costs_the_patient_less_than_two_seconds(
    start_site, silent_port
):
    site = start_site(BROKER_URL=f"redis://127.0.0.1:{silent_port}/0")
    page, first = book(site)
    assert "Thank you, Grace." in page.text
    assert statuses() == {EmailStatus.WAITING}
    # The next patient does not ask that broker: what they wait is the site's own work.
    _, own_work = book(site, "11:00")
    assert first - own_work < 2


def test_a_cache_that_is_down_stops_no_booking(start_site, dead_port):
    site = start_site(CACHE_URL=f"redis://127.0.0.1:{dead_port}/0")
    page, _ = book(site)
    assert "Thank you, Grace." in page.text


def test_a_cache_that_never_answers_stops_no_booking(start_site, silent_port):
    site = start_site(CACHE_URL=f"redis://127.0.0.1:{silent_port}/0")
    page, _ = book(site)
    assert "Thank you, Grace." in page.text
    _, next_one = book(site, "11:00")
    assert next_one < 2


def test_a_mail_server_that_is_busy_gets_the_same_confirmation_later(live_site, mails):
    mails.answer("451 Try again later")
    book(live_site)
    wait_until(waits_after_one_attempt)
    assert mails.mails == []
    let_time_pass()
    wait_until(lambda: statuses() == {EmailStatus.SENT})
    assert len(mails.mails) == 1
    sent_once_to_the_patient(mails)


def test_a_mail_server_that_is_away_gets_the_confirmation_when_it_is_back(live_site, mails):
    mails.close()
    book(live_site)
    wait_until(waits_after_one_attempt)
    mails.open()
    let_time_pass()
    wait_until(lambda: statuses() == {EmailStatus.SENT})
    assert len(mails.mails) == 1
    sent_once_to_the_patient(mails)


def test_a_line_that_drops_after_the_mail_was_taken_brings_the_very_same_mail_again(
    live_site, mails
):
    mails.answer(DROP)
    book(live_site)
    wait_until(waits_after_one_attempt)
    let_time_pass()
    wait_until(lambda: statuses() == {EmailStatus.SENT})
    assert len(mails.mails) == 2  # mail programs show a Message-ID once
    sent_once_to_the_patient(mails)


def test_a_slow_mail_server_keeps_no_patient_waiting(live_site, mails):
    _, quick = book(live_site)
    mails.wait_for(1)
    mails.delay = 3
    _, while_slow = book(live_site, "11:00")
    assert while_slow < quick + 1
    wait_until(lambda: statuses() == {EmailStatus.SENT})


def test_a_confirmation_still_waiting_when_the_visit_is_cancelled_is_never_sent(live_site, mails):
    mails.answer("451 Try again later")
    book(live_site)
    wait_until(waits_after_one_attempt)
    visits.cancel(Appointment.objects.select_related("service", "patient", "provider").get())
    let_time_pass()
    wait_until(lambda: statuses() == {EmailStatus.SENT, EmailStatus.DROPPED})
    [mail] = mails.mails
    assert mail["Subject"].startswith("Cancelled: ")


def test_an_address_that_the_server_refuses_fails_and_the_visit_stays(live_site, mails):
    mails.recipients["grace@example.org"] = "550 No such user"
    book(live_site)
    wait_until(lambda: statuses() == {EmailStatus.FAILED})
    mails.recipients.clear()
    assert Appointment.objects.get().status == Status.BOOKED
    assert "550" in OutgoingEmail.objects.get().last_error
