"""What a patient types stays in the database: canaries are sent through every form, then sought."""

import re

import pytest
import redis
from django.conf import settings
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from kombu import Queue

from appointments import links
from appointments.models import Appointment, Status
from core.mail.models import OutgoingEmail
from curednation.celery import app as celery_app
from tests.appointments import booking_steps
from tests.core.mail.test_templates import TELLING
from tests.database import contents
from tests.factories import make_appointment, make_service, monday
from tests.visitor import Visitor, in_process, over_http

# Each long and rare enough to be found wherever it ends up, hashed or not.
CANARIES = {
    "first_name": "Canarygrace",
    "last_name": "Canarywhitfield",
    "booked_by": "Canaryrosa Canaryquist",
    "birth_date": "04/17/1931",
    "phone": "615-555-0163",
    "email": "canary.grace@example.org",
    "booked_for": "other",
}
# A bare "1931" stands among random digits once in a while: the day is sought, as it may be written.
SOUGHT = ["canary", "555-0163", "5550163", "04/17/1931", "1931-04-17", "1931, 4, 17", "17, 1931"]


def found_in(text: str) -> list[str]:
    return [word for word in SOUGHT if word in text.lower()]


def everything_in(url: str) -> str:
    """Every key and every value of a Redis database, as text."""
    store = redis.Redis.from_url(url)
    said = []
    for key in store.scan_iter():
        kind = store.type(key).decode()
        value = {
            "string": lambda k: store.get(k),
            "list": lambda k: store.lrange(k, 0, -1),
            "hash": lambda k: store.hgetall(k),
            "set": lambda k: store.smembers(k),
            "zset": lambda k: store.zrange(k, 0, -1),
        }[kind](key)
        said.append(f"{key!r} {value!r}")
    return "\n".join(said)


def everything_queued() -> str:
    """Every message that waits at the broker, whichever it is; they stay there."""
    said = []
    with celery_app.connection_for_read() as link:
        queue = Queue(settings.CELERY_TASK_DEFAULT_QUEUE)(link.default_channel)
        waiting = list(iter(lambda: queue.get(no_ack=False), None))
        for message in waiting:
            said.append(f"{message.body!r} {message.headers} {message.properties}")
        for message in waiting:
            message.requeue()
    return "\n".join(said)


def go_everywhere(visitor: Visitor, service) -> None:
    """Errors first, then a visit that is booked, looked at, moved and cancelled with a reason."""
    page = booking_steps.hold_time(visitor, service, monday())
    booking_steps.fill_in(
        visitor, page, **CANARIES | {"email": "canary.grace@", "phone": "555-0163"}
    )
    form = page.form_with("first_name")
    visitor.post(page.path + "extend/", form.filled(**CANARIES))
    page = booking_steps.fill_in(visitor, page, **CANARIES)
    assert page.path.startswith("/book/done/")
    visit = Appointment.objects.select_related("service").get(patient__isnull=False)
    for step in ("visit", "reschedule", "calendar"):
        visitor.get(links.page(visit, step))
    form = visitor.get(links.page(visit, "reschedule")).form_with("csrfmiddlewaretoken")
    sent = form.fields | {"slot": booking_steps.slot(monday("14:00"))}
    visitor.post(links.page(visit, "reschedule"), sent)
    page = visitor.get(links.page(visit, "cancel"))
    visitor.submit(page, press="Cancel this visit", reason="Canaryreason")
    visitor.get(links.page(visit).replace(".", ".A"))
    visitor.post(
        "/appointments/lost-link/", booking_steps.csrf_token(visitor) | {"email": CANARIES["email"]}
    )
    assert OutgoingEmail.objects.count() == 4


# ── where nothing may be ──────────────────────────────────────────────────────


@pytest.mark.django_db(transaction=True)
def test_nothing_a_patient_typed_is_in_logs_cache_or_broker(start_site, start_worker, smtp_server):
    site = start_site(LOG_LEVEL="INFO")
    go_everywhere(over_http(site.url), make_service())
    queued = everything_queued()
    assert "core.mail.tasks.deliver" in queued  # nobody has taken them yet
    assert found_in(queued) == []
    assert found_in(everything_in(settings.CACHES["default"]["LOCATION"])) == []

    smtp_server.answer("451 Try later: canary.grace@example.org is busy")
    worker = start_worker(EMAIL_URL=smtp_server.url)
    smtp_server.wait_for(1)
    assert found_in(site.output()) == []
    assert found_in(worker.output()) == []
    assert "deliver" in worker.output()
    token = links.token(Appointment.objects.get(patient__isnull=False))
    assert token not in site.output() + worker.output() + queued


@pytest.mark.django_db
def test_an_error_while_booking_writes_nothing_that_was_typed_to_the_log(production_log):
    client = Client(enforce_csrf_checks=True, raise_request_exception=False)
    visitor = in_process(client)
    page = booking_steps.hold_time(visitor, make_service(), monday())
    with connection.cursor() as cursor:
        cursor.execute("ALTER TABLE appointments_patient ADD CHECK (last_name !~ '^Canary')")
    page = booking_steps.fill_in(visitor, page, **CANARIES)
    assert page.status == 500
    assert found_in(page.text) == []
    said = production_log.getvalue()
    assert "IntegrityError" in said
    assert found_in(said) == []


@pytest.mark.django_db
def test_no_address_of_a_page_carries_what_was_typed():
    visitor, asked = in_process(), []
    transport = visitor.transport
    visitor.transport = lambda method, url, data, headers: (
        asked.append(url) or transport(method, url, data, headers)
    )
    go_everywhere(visitor, make_service())
    assert len(asked) > 15
    assert found_in(" ".join(asked)) == []


@pytest.mark.django_db
def test_no_cookie_carries_what_was_typed():
    client = Client(enforce_csrf_checks=True)
    go_everywhere(in_process(client), make_service())
    assert {"visitor", "csrftoken"} <= client.cookies.keys()
    assert found_in(client.cookies.output()) == []
    for name in ("visitor", "zone"):
        if name in client.cookies:
            assert client.cookies[name]["httponly"]
            assert client.cookies[name]["samesite"] == "Lax"


@pytest.mark.django_db
def test_the_mails_of_a_visit_say_a_first_name_and_nothing_else_of_the_patient():
    service = make_service(name="Suboxone start", slug="suboxone")
    service.providers.update(name="Anna Berg", slug="anna-berg")
    go_everywhere(in_process(), service)
    for mail in OutgoingEmail.objects.all():
        files = " ".join(file["content"] for file in mail.attachments).replace("\r\n ", "")
        said = " ".join([mail.subject, mail.text, mail.html, files])
        said = said.replace("canary.grace@example.org", "").replace("Canaryrosa", "")
        assert found_in(said) == [], mail.template
        for word in ("Suboxone", "Anna Berg", "Tennessee", "video.example.org"):
            assert word not in said, mail.template
        shown = f"{mail.subject} {mail.text}".replace(str(settings.SITE_URL), "")
        shown = re.sub(r"(?<=/)[\w:=-]{16,}", "", shown)  # random letters say anything
        assert not TELLING.search(shown), mail.template


@pytest.mark.django_db
def test_a_mail_names_one_link_and_it_is_on_this_site():
    go_everywhere(in_process(), make_service())
    for mail in OutgoingEmail.objects.filter(about__startswith="appointment:"):
        assert mail.text.count("://") == 1
        assert f"{settings.SITE_URL}/appointments/" in mail.text


@pytest.mark.django_db
def test_task_arguments_are_ids(monkeypatch, django_capture_on_commit_callbacks):
    told = []
    monkeypatch.setattr(celery_app, "send_task", lambda *a, **k: told.append((a, k)))
    with django_capture_on_commit_callbacks(execute=True):
        booking_steps.book(in_process(), make_service(), monday())
    assert len(told) == 1
    [(args, _)] = told
    assert args[1] == (OutgoingEmail.objects.get().pk,)


# ── limits ────────────────────────────────────────────────────────────────────


@pytest.fixture
def service():
    return make_service()


def limit(settings, **rules: str) -> None:
    settings.LIMITS = settings.LIMITS | rules


def press(service, clock: str, network: str) -> int:
    sent = {"slot": booking_steps.slot(monday(clock))}
    return Client(REMOTE_ADDR=network).post(f"/book/tn/{service.slug}/", sent).status_code


@pytest.mark.django_db
def test_holds_of_one_network_are_limited_before_anything_is_written(settings, service):
    limit(settings, holds="2/hour")
    home = "192.0.2.7"
    assert [press(service, clock, home) for clock in ("10:00", "11:00")] == [302, 302]
    before = contents()
    with CaptureQueriesContext(connection) as queries:
        assert press(service, "12:00", home) == 429
    assert contents() == before
    assert not [q for q in queries if q["sql"].split()[0] in ("INSERT", "UPDATE", "DELETE")]
    assert press(service, "12:00", "192.0.2.8") == 302


@pytest.mark.django_db
def test_the_answer_to_too_much_says_when_to_try_again(settings, service):
    limit(settings, holds="1/hour")
    press(service, "10:00", "192.0.2.7")
    response = Client(REMOTE_ADDR="192.0.2.7").post(
        f"/book/tn/{service.slug}/", {"slot": booking_steps.slot(monday("11:00"))}
    )
    assert response.status_code == 429
    assert response["Retry-After"] == "600"
    assert "Nothing was booked or changed." in response.content.decode()


@pytest.mark.django_db
def test_an_ipv6_home_is_one_network_and_its_neighbour_another(settings, service):
    limit(settings, holds="1/hour")
    assert press(service, "10:00", "2001:db8:1:1::a") == 302
    assert press(service, "11:00", "2001:db8:1:1:ffff::b") == 429
    assert press(service, "11:00", "2001:db8:1:2::a") == 302


@pytest.mark.django_db
def test_a_stranger_does_not_escape_a_limit_by_a_header(settings, service):
    limit(settings, holds="1/hour")
    press(service, "10:00", "192.0.2.7")
    response = Client(REMOTE_ADDR="192.0.2.7", HTTP_X_FORWARDED_FOR="198.51.100.1").post(
        f"/book/tn/{service.slug}/", {"slot": booking_steps.slot(monday("11:00"))}
    )
    assert response.status_code == 429


@pytest.mark.django_db
def test_much_with_one_address_asks_for_work_and_locks_nobody_out(settings, service):
    limit(settings, bookings_per_address="2/day")
    spellings = ["grace@example.org", "GRACE@example.org", " Grace@Example.ORG "]
    for nth, email in enumerate(spellings):
        visitor = in_process(Client(enforce_csrf_checks=True, REMOTE_ADDR=f"192.0.2.{nth}"))
        page = booking_steps.hold_time(visitor, service, monday(f"{10 + nth}:00"))
        before = contents()
        page = booking_steps.fill_in(visitor, page, email=email)
        assert page.status == (200 if nth < 2 else 429)
    assert contents() == before
    assert Appointment.objects.filter(status=Status.BOOKED).count() == 2
    assert 'id="puzzle"' in page.text, "a little work, and its owner goes on"


@pytest.mark.django_db
def test_changes_of_one_network_are_limited(settings, client, service):
    limit(settings, changes="1/hour")
    first, second = (
        make_appointment(service=service, starts_at=monday(clock)) for clock in ("10:00", "11:00")
    )
    client.post(links.page(first, "cancel"), {"reason": ""})
    assert client.post(links.page(second, "cancel"), {"reason": ""}).status_code == 429
    slot = {"slot": booking_steps.slot(monday("15:00"))}
    assert client.post(links.page(second, "reschedule"), slot).status_code == 429
    second.refresh_from_db()
    assert (second.status, second.starts_at) == (Status.BOOKED, monday("11:00"))


@pytest.mark.django_db
def test_the_cache_learns_no_address_and_no_network(settings, service):
    booking_steps.book(in_process(Client(REMOTE_ADDR="192.0.2.77")), service, monday())
    kept = everything_in(settings.CACHES["default"]["LOCATION"])
    assert "LIMIT" in kept
    assert "192.0.2" not in kept
    assert "grace" not in kept


@pytest.mark.django_db
def test_opening_a_form_again_and_again_costs_no_limit(settings, client, service):
    limit(settings, holds="1/hour", bookings="1/hour", changes="1/hour", links="1/hour")
    visit = make_appointment(service=service)
    for _ in range(3):
        for path in (links.page(visit, "reschedule"), links.page(visit, "cancel"), "/book/"):
            assert client.get(path).status_code == 200
    assert press(service, "11:00", "127.0.0.1") == 302


@pytest.mark.django_db
def test_what_a_program_prints_of_a_row_names_nobody(service):
    booking_steps.book(in_process(), service, monday(), **CANARIES)
    visit, mail = Appointment.objects.get(), OutgoingEmail.objects.get()
    assert found_in(f"{visit} {visit!r} {mail} {mail!r}") == []
