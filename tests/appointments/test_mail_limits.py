"""No flood goes through us: many changes are one mail, and every path that sends has limits."""

from collections import Counter
from datetime import timedelta

import pytest
from django.core import mail
from django.test import Client
from django.utils import timezone
from icalendar import Calendar

from appointments import links
from appointments.booking import moves, staff_booking
from appointments.models import Appointment, ConsentText, Status
from core.mail import delivery
from core.mail.models import EmailStatus, OutgoingEmail
from devstack.mail_examples import EXAMPLES
from tests.appointments import booking_steps
from tests.core.mail.factories import fresh, make_email
from tests.factories import (
    make_appointment,
    make_entry,
    make_patient,
    make_provider,
    make_service,
    monday,
)
from tests.newsletter.factories import make_consent_text
from tests.visitor import in_process

pytestmark = pytest.mark.django_db
CLOCKS = [f"{hour:02}:{minute:02}" for hour in range(10, 16) for minute in (0, 30)]
STAFF = "staff: robin@example.org"


@pytest.fixture
def visit() -> Appointment:
    provider = make_provider(email="anna.berg@example.org")
    service = make_service(providers=[provider])
    visit = make_appointment(service=service, starts_at=monday("09:00"), patient=make_patient())
    return Appointment.objects.get(pk=visit.pk)


def work() -> None:
    """What the worker does at once, and the sweep within a minute: send what is due."""
    soon = timezone.now() + timedelta(minutes=1)
    for email in OutgoingEmail.objects.filter(
        status=EmailStatus.WAITING, due_at__lte=soon
    ).order_by("pk"):
        delivery.deliver(email.pk)


def let_pass(span: timedelta) -> None:
    """As if everything so far had happened that much earlier, and the worker had gone on."""
    for email in OutgoingEmail.objects.all():
        email.created_at -= span
        email.sent_at = email.sent_at and email.sent_at - span
        email.due_at = email.due_at and email.due_at - span
        email.save()
    work()


def move(client: Client, visit: Appointment, clock: str) -> None:
    slot = {"slot": booking_steps.slot(monday(clock))}
    assert client.post(links.page(visit, "reschedule"), slot).status_code == 302


def waiting(to: str) -> list[OutgoingEmail]:
    return list(OutgoingEmail.objects.filter(to=to, status=EmailStatus.WAITING))


def sent(to: str) -> list[str]:
    return [each.subject for each in mail.outbox if each.to == [to]]


# ── many changes of one visit ─────────────────────────────────────────────────


@pytest.mark.parametrize("who", ["patient", "provider"])
def test_twelve_moves_in_a_row_are_the_first_mail_and_one_with_the_last_state(client, visit, who):
    to = visit.email if who == "patient" else visit.provider.email
    for clock in CLOCKS:
        move(client, visit, clock)
        work()
    assert len(sent(to)) == 1, "the first goes at once"
    [last] = waiting(to)
    assert "at 3:30 pm" in last.subject
    assert last.due_at <= timezone.now() + timedelta(minutes=5)
    let_pass(timedelta(minutes=5))
    assert len(sent(to)) == 2
    assert "at 3:30 pm" in sent(to)[1]
    assert waiting(to) == []


def test_the_last_mail_carries_the_last_sequence_and_time_for_the_calendar(client, visit):
    for clock in CLOCKS:
        move(client, visit, clock)
        work()
    [last] = waiting(visit.email)
    [file] = last.attachments
    [event] = Calendar.from_ical(file["content"]).walk("VEVENT")
    visit.refresh_from_db()
    assert event["sequence"] == visit.sequence == len(CLOCKS)
    assert event["dtstart"].dt == visit.starts_at == monday("15:30")


@pytest.mark.parametrize("worker", ["works", "is down"])
def test_a_visit_that_is_moved_and_then_cancelled_ends_with_the_cancellation(client, visit, worker):
    for clock in CLOCKS[:4]:
        move(client, visit, clock)
        if worker == "works":
            work()
    client.post(links.page(visit, "cancel"), {"reason": ""})
    for to in (visit.email, visit.provider.email):
        [last] = waiting(to)
        assert last.template in ("appointment_cancelled", "provider_cancelled")
    let_pass(timedelta(minutes=5))
    assert sent(visit.email)[-1].startswith("Cancelled")
    assert len(sent(visit.email)) == (2 if worker == "works" else 1)


def test_who_goes_on_and_on_makes_mails_rarer_and_rarer_and_the_last_state_arrives(visit, settings):
    settings.LIMITS = settings.LIMITS | {"mails_per_address": "999/hour"}  # by the true clock
    for nth in range(18):  # every ten minutes of three hours
        move_on(visit, CLOCKS[nth % 12])
        let_pass(timedelta(minutes=10))
    assert len(sent(visit.email)) <= 6
    move_on(visit, "15:30")
    let_pass(timedelta(hours=1))
    assert "at 3:30 pm" in sent(visit.email)[-1]
    assert waiting(visit.email) == []


def move_on(visit: Appointment, clock: str) -> None:
    moves.move(
        Appointment.objects.get(pk=visit.pk), provider=None, starts_at=monday(clock), by=STAFF
    )
    work()


def test_a_further_change_does_not_put_the_mail_off(client, visit):
    left = []
    for clock in CLOCKS[:4]:
        move(client, visit, clock)
        work()
        left += [email.due_at - timezone.now() for email in waiting(visit.email)]
        let_pass(timedelta(minutes=1))
    assert left == sorted(left, reverse=True)
    assert len(left) == 3
    assert left[-1] < timedelta(minutes=2, seconds=50), "two minutes nearer than the first"


def test_a_change_shortly_before_the_visit_is_told_at_once(visit):
    start = timezone.now().replace(second=0, microsecond=0) + timedelta(hours=3)
    visit = make_appointment(service=make_service(notice_hours=0, cutoff_hours=0), starts_at=start)
    for nth in range(2):
        staff_booking.move_for_patient(
            Appointment.objects.get(pk=visit.pk),
            provider=visit.provider,
            starts_at=start - timedelta(hours=1 + nth / 2),
            by=STAFF,
            reason="The patient asked",
        )
        work()
    assert len(sent(visit.email)) == 2


def test_the_provider_is_not_told_a_former_time_of_which_they_never_heard(client, visit):
    for clock in CLOCKS[:3]:
        move(client, visit, clock)
        work()
    assert "It was set for" not in waiting(visit.provider.email)[0].text


def test_changes_by_everybody_together_ask_for_a_little_work(visit, settings):
    settings.LIMITS = settings.LIMITS | {"changes_in_all": "1/hour"}
    move(Client(REMOTE_ADDR="192.0.2.1"), visit, "10:00")
    for step, sent in (
        ("reschedule", {"slot": booking_steps.slot(monday("11:00"))}),
        ("cancel", {}),
    ):
        page = Client(REMOTE_ADDR="192.0.2.2").post(links.page(visit, step), {"reason": ""} | sent)
        assert page.status_code == 429
        assert b'id="puzzle"' in page.content
    visit.refresh_from_db()
    assert visit.starts_at == monday("10:00")


# ── one mailbox, and all together ─────────────────────────────────────────────


def spelled(nth: int) -> str:
    """Always another address, always the same mailbox."""
    local = f"{'victim'[: 1 + nth % 5]}.{'victim'[1 + nth % 5 :]}"
    return f"{local}+{nth}@{'gmail' if nth % 2 else 'GoogleMail'}.com"


def ask(path: str, nth: int, email: str, **typed) -> int:
    """From always another network."""
    client = Client(REMOTE_ADDR=f"198.51.{nth}.7")
    sent = {"email": email, **typed}
    return client.post(path, sent, headers={"sec-fetch-site": "same-origin"}).status_code


@pytest.fixture
def as_it_comes(settings):
    """The limits of a site as it comes."""
    settings.LIMITS = settings.LIMITS | {
        "links": "20/hour",
        "links_easily": "4/hour",
        "links_in_all": "20/hour",
        "passwords_easily": "3/hour",
        "passwords_in_all": "20/hour",
        "newsletter_in_all": "300/hour",
    }


PATHS = ["/appointments/lost-link/", "/book/tn/again/proof/", "/accounts/password/reset/"]


@pytest.fixture
def again():
    make_service(slug="again", audience="returning", proof_required=True)


@pytest.mark.parametrize("path", PATHS)
def test_thirty_requests_from_thirty_networks_are_asked_for_work_from_some_on(
    as_it_comes, again, path
):
    codes = [ask(path, nth, f"person{nth}@example.org") for nth in range(30)]
    assert codes.count(429) == 10
    assert OutgoingEmail.objects.count() == 20


@pytest.mark.parametrize("path", [*PATHS, "/newsletter/subscribe/"])
def test_other_spellings_of_a_mailbox_are_no_other_mailboxes(as_it_comes, again, path):
    make_consent_text()
    codes = [ask(path, nth, spelled(nth)) for nth in range(12)]
    assert codes[-6:] == [429] * 6
    assert OutgoingEmail.objects.count() <= 6


def test_other_spellings_of_a_mailbox_are_no_other_patients_to_book_for(settings):
    settings.LIMITS = settings.LIMITS | {"bookings_per_address": "2/day"}
    service = make_service()
    pages = []
    for nth in range(3):
        visitor = in_process(Client(enforce_csrf_checks=True, REMOTE_ADDR=f"198.51.{nth}.7"))
        page = booking_steps.hold_time(visitor, service, monday(f"{10 + nth}:00"))
        pages.append(booking_steps.fill_in(visitor, page, email=spelled(nth)))
    assert [page.status for page in pages] == [200, 200, 429]


@pytest.mark.parametrize("about", ["", "thing"])
def test_more_than_so_many_of_a_kind_to_one_mailbox_wait_and_none_is_lost(settings, about):
    settings.LIMITS = settings.LIMITS | {"mails_per_address": "3/hour"}
    visit = {"starts": monday(), "zone": "Central Time", "link": "https://example.org/x"}
    rows = [
        make_email("appointment_booked", to=spelled(nth), about=about and f"{about}{nth}", **visit)
        for nth in range(5)
    ]
    other = make_email("appointment_cancelled", to=spelled(0), **visit)
    work()
    statuses = [fresh(row).status for row in rows]
    assert statuses == [EmailStatus.SENT] * 3 + [EmailStatus.WAITING] * 2
    assert fresh(other).status == EmailStatus.SENT, "one kind holds up no other"
    held = fresh(rows[4])
    assert held.attempts == 0
    assert timedelta(minutes=5) < held.due_at - timezone.now() < timedelta(minutes=15)
    settings.LIMITS = settings.LIMITS | {"mails_per_address": "9/hour"}
    let_pass(timedelta(minutes=15))
    assert {fresh(row).status for row in rows} == {EmailStatus.SENT}


def test_more_than_so_many_of_a_kind_in_all_wait(settings):
    settings.LIMITS = settings.LIMITS | {"mails_in_all": "2/hour"}
    for nth in range(4):
        make_email("lost_link_no_visits", to=f"person{nth}@example.org")
    make_email("account_unknown", to="kim@example.org")
    work()
    assert len(mail.outbox) == 3
    assert OutgoingEmail.objects.filter(status=EmailStatus.WAITING).count() == 2


def test_a_mail_that_waits_for_its_turn_can_be_overtaken(settings):
    settings.LIMITS = settings.LIMITS | {"mails_per_address": "1/hour"}
    for nth in range(3):
        make_email("lost_link_no_visits", about="links:x", overtakes=nth > 0)
        work()
    assert len(mail.outbox) == 1
    assert OutgoingEmail.objects.filter(status=EmailStatus.WAITING).count() == 1


def test_every_kind_of_mail_is_counted_but_those_to_staff_and_providers(settings):
    settings.LIMITS = settings.LIMITS | {"mails_per_address": "1/hour", "mails_in_all": "1/hour"}
    for template, context in EXAMPLES.items():
        for _ in range(2):
            make_email(template, to="anna.berg@example.org", **context)
    work()
    kinds = OutgoingEmail.objects.values_list("template", "status")
    twice = {kind for (kind, status), count in Counter(kinds).items() if count == 2}
    assert twice == {
        *("provider_cancelled", "provider_daily_digest", "provider_moved", "provider_new"),
        *("account_changed", "account_invited", "article_review_due", "comments_waiting"),
        *("article_in_review", "issue_trouble", "mail_test", "contact_requests_open"),
        "provider_look_now",
    }


def test_joining_a_waitlist_again_and_again_is_one_mail_that_waits():
    service = make_service()
    entry = make_entry(service=service, email="grace@example.org")
    path = f"/book/tn/{service.slug}/waitlist/"
    texts = {f"agree_{text.kind}": str(text.pk) for text in ConsentText.current()}
    for nth in range(6):
        client = Client(REMOTE_ADDR=f"198.51.{nth}.7")
        typed = booking_steps.DETAILS | texts | {"zone": "America/Chicago"}
        assert client.post(path, typed).status_code in (200, 429)
        work()
    assert len(sent(entry.email)) == 1
    assert len(waiting(entry.email)) == 1


def test_a_visit_that_waits_for_its_yes_and_is_moved_on_and_on_asks_once_more(visit):
    Appointment.objects.filter(pk=visit.pk).update(
        status=Status.HELD, held_until=timezone.now() + timedelta(minutes=30)
    )
    for clock in CLOCKS[:5]:
        move_on(visit, clock)
    assert len(sent(visit.email)) == 1
    [last] = waiting(visit.email)
    assert last.template == "appointment_confirm"
    assert "12:00 pm" in last.text
