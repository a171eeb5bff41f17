"""Staff see the visits and take them forward; every change goes the way of `booking`."""

from datetime import UTC, datetime, timedelta

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from appointments.booking import moves
from appointments.booking.visits import book, cancel
from appointments.emails import visit_emails, visit_outbox
from appointments.models import Appointment, Consent, ConsentText, Status
from core.mail.models import EmailStatus, OutgoingEmail
from core.staff.models import AuditEvent
from tests.appointments.booking_steps import GRACE
from tests.appointments.staff_clients import signed_in
from tests.factories import make_appointment, make_hold, make_patient, make_provider, make_service

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _without_a_second_factor(settings) -> None:
    settings.STAFF_MFA_REQUIRED = False


LIST = reverse("admin:appointments_appointment_changelist")


@pytest.fixture
def desk(db) -> Client:
    return signed_in("front desk", name="Robin Example")


@pytest.fixture
def nurse(db) -> Client:
    return signed_in("clinician", name="Sam Example")


def page_of(visit: Appointment) -> str:
    return reverse("admin:appointments_appointment_change", args=[visit.pk])


def take(client: Client, visit: Appointment, step: str, **data: str):
    address = reverse("admin:appointments_appointment_action", args=[visit.pk, step])
    return client.post(address, data, follow=True)


def chosen(client: Client, action: str, *visits: Appointment, **data: str):
    pks = [visit.pk for visit in visits]
    return client.post(LIST, {"action": action, "_selected_action": pks, **data}, follow=True)


def mails_about(visit: Appointment) -> list[OutgoingEmail]:
    return list(OutgoingEmail.objects.about(visit_outbox.about(visit)))


def fresh(visit: Appointment) -> Appointment:
    return Appointment.objects.get(pk=visit.pk)


def status_of(visit: Appointment) -> str:
    return fresh(visit).status


def begun(**values) -> Appointment:
    return make_appointment(starts_at=timezone.now() - timedelta(minutes=5), **values)


def text_of(answer) -> str:
    return answer.content.decode()


def make_failed(visit: Appointment, reason: str = "550 No such user") -> OutgoingEmail:
    visit_emails.booked(visit)
    OutgoingEmail.objects.about(visit_outbox.about(visit)).update(
        status=EmailStatus.FAILED, due_at=None, attempts=1, last_error=reason
    )
    return mails_about(visit)[0]


# ── one visit ──


def test_cancelling_tells_the_patient_once_and_keeps_the_reason(desk):
    visit = make_appointment()
    take(desk, visit, "cancel", reason="The provider is ill")
    answer = take(desk, visit, "cancel", reason="Again")
    assert [mail.template for mail in mails_about(visit)] == ["appointment_cancelled_by_us"]
    visit.refresh_from_db()
    assert visit.status == Status.CANCELLED
    assert visit.cancel_reason == "The provider is ill"
    assert "It is cancelled." in text_of(answer)


def test_the_history_says_who_changed_what(desk):
    hold = make_hold()
    book(hold=hold, details=GRACE)
    moves.move(fresh(hold), provider=None, starts_at=hold.starts_at + timedelta(hours=1))
    visit = fresh(hold)
    take(desk, visit, "cancel")
    page = text_of(desk.get(page_of(visit)))
    assert "Held → Booked" in page
    assert "10:00 am → " in page
    assert "Booked → Cancelled" in page
    assert "<b>Robin Example</b>" in page


def test_a_visit_goes_from_checked_in_to_completed(nurse):
    visit = begun()
    take(nurse, visit, "check-in")
    assert status_of(visit) == Status.CHECKED_IN
    take(nurse, visit, "complete")
    assert status_of(visit) == Status.COMPLETED
    assert fresh(visit).changed_by == "staff: Sam Example"


def test_nobody_checks_in_with_a_provider_who_lost_the_license(nurse):
    visit = begun()
    visit.provider.licenses.update(expires=datetime.now(UTC).date() - timedelta(days=2))
    answer = take(nurse, visit, "check-in")
    assert status_of(visit) == Status.BOOKED
    assert "no valid license" in text_of(answer)


def test_only_what_can_be_done_now_is_offered(desk):
    ahead = make_appointment(starts_at=timezone.now() + timedelta(days=3))
    page = text_of(desk.get(page_of(ahead)))
    assert "Cancel this visit" in page
    assert "Mark as completed" not in page
    assert "Mark as no-show" not in page
    past = text_of(desk.get(page_of(begun())))
    assert "Cancel this visit" in past
    assert "Mark as no-show" in past


@pytest.mark.parametrize("step", ["check-in", "complete", "no-show", "undo", "cancel"])
def test_opening_the_address_of_a_step_changes_nothing(desk, step):
    visit = begun()
    address = reverse("admin:appointments_appointment_action", args=[visit.pk, step])
    assert desk.get(address).status_code == 405
    assert status_of(visit) == Status.BOOKED


@pytest.mark.parametrize("step", ["steal", "check-in"])
def test_an_unknown_step_or_visit_is_not_found(desk, step):
    pk = make_appointment().pk if step == "steal" else 0
    address = reverse("admin:appointments_appointment_action", args=[pk, step])
    assert desk.post(address).status_code == 404


def test_no_form_saves_a_visit(desk):
    visit = make_appointment()
    assert desk.post(page_of(visit), {"status": Status.COMPLETED}).status_code == 403
    assert status_of(visit) == Status.BOOKED
    address = reverse("admin:appointments_appointment_delete", args=[visit.pk])
    assert desk.get(address).status_code == 403


def test_an_editor_neither_sees_nor_changes_a_visit(db):
    editor = signed_in("editor")
    visit = begun()
    assert editor.get(LIST).status_code == 403
    assert editor.get(page_of(visit)).status_code == 403
    assert take(editor, visit, "complete").status_code == 403
    assert status_of(visit) == Status.BOOKED


def test_the_page_holds_the_exact_words_that_the_patient_agreed_to(desk):
    visit = make_appointment()
    text = ConsentText.objects.create(kind="email", version=7, text="Write to me, word for word.")
    Consent.objects.create(
        text=text, appointment=visit, given=timezone.now(), page="x", address_hash="0" * 64
    )
    assert "Write to me, word for word." in text_of(desk.get(page_of(visit)))


# ── the e-mails of a visit ──


def test_a_failed_confirmation_shows_with_its_reason_and_is_sent_again(desk):
    visit = make_appointment()
    email = make_failed(visit, "550 The mailbox does not exist")
    assert "550 The mailbox does not exist" in text_of(desk.get(page_of(visit)))
    desk.post(reverse("admin:appointments_appointment_send_again", args=[visit.pk]))
    email.refresh_from_db()
    assert email.status == EmailStatus.WAITING


def test_a_nurse_cannot_send_an_email_again(nurse):
    visit = make_appointment()
    email = make_failed(visit)
    assert "Send the e-mail again" not in text_of(nurse.get(page_of(visit)))
    address = reverse("admin:appointments_appointment_send_again", args=[visit.pk])
    assert nurse.post(address).status_code == 403
    email.refresh_from_db()
    assert email.status == EmailStatus.FAILED


def test_an_email_that_did_not_fail_is_not_sent_again(desk):
    visit = make_appointment()
    visit_emails.booked(visit)
    address = reverse("admin:appointments_appointment_send_again", args=[visit.pk])
    answer = desk.post(address, follow=True)
    assert "No failed e-mail" in text_of(answer)
    assert len(mails_about(visit)) == 1


def test_whose_confirmation_failed_is_named_with_the_number_to_call_and_is_in_the_trail(desk):
    visit = make_appointment(patient=make_patient(last_name="Unmistakable"))
    make_failed(visit)
    page = text_of(desk.get("/admin/to-do/"))
    assert "Confirmations that failed" in page
    assert page_of(visit) in page
    assert "Unmistakable" in page
    assert 'href="tel:+1615' in page
    assert AuditEvent.objects.filter(object_pks=[str(visit.pk)], action="view").exists()


def test_the_first_page_forgets_failures_of_visits_that_are_over(desk):
    make_failed(begun())
    assert "Confirmations that failed" not in text_of(desk.get("/admin/to-do/"))


# ── the list ──


def test_the_list_takes_as_many_queries_for_thirty_visits_as_for_one(
    desk, django_assert_num_queries, django_assert_max_num_queries
):
    def add(count: int) -> None:
        for place in range(count):
            service = make_service(providers=[make_provider()])
            visit_emails.booked(make_appointment(service=service, zone=ZONES[place % 3]))

    add(1)
    desk.get(LIST)
    with django_assert_max_num_queries(40) as first:
        desk.get(LIST)
    add(29)
    with django_assert_num_queries(len(first)):
        assert desk.get(LIST).context["cl"].result_count == 30


ZONES = ["America/Chicago", "America/New_York", "America/Denver"]


def test_a_row_says_the_practices_time_and_the_patients(desk):
    make_appointment(zone="America/New_York")
    page = text_of(desk.get(LIST))
    assert ", 10:00 am</a>" in page
    assert "11:00 am Eastern Time" in page


def test_a_row_says_how_its_last_email_fares(desk):
    visit = make_appointment()
    make_failed(visit)
    assert 'class="mail-failed"' in text_of(desk.get(LIST))
    cancel(visit)
    page = text_of(desk.get(LIST))
    assert 'class="mail-waiting"' in page
    assert 'class="mail-failed"' not in page


def shown(client: Client, **query: str) -> set[int]:
    return {row.pk for row in client.get(LIST, query).context["cl"].result_list}


def test_holds_are_shown_only_when_asked_for(desk):
    visit, hold = make_appointment(), make_hold()
    assert shown(desk) == {visit.pk}
    assert shown(desk, status="holds") == {hold.pk}


def test_days_are_those_of_the_practice(db, time_machine):
    time_machine.move_to(datetime(2026, 11, 25, 3, tzinfo=UTC), tick=True)
    desk = signed_in("front desk")
    # It is Tuesday evening in Nashville, and Wednesday in UTC.
    late = make_appointment(starts_at=datetime(2026, 11, 25, 4, 30, tzinfo=UTC))
    tomorrow = make_appointment(starts_at=datetime(2026, 11, 25, 16, tzinfo=UTC))
    yesterday = make_appointment(starts_at=datetime(2026, 11, 23, 16, tzinfo=UTC))
    monday = make_appointment(starts_at=datetime(2026, 11, 30, 16, tzinfo=UTC))
    assert shown(desk) == {late.pk, tomorrow.pk, monday.pk}
    assert shown(desk, day="today") == {late.pk}
    assert shown(desk, day="tomorrow") == {tomorrow.pk}
    assert shown(desk, day="week") == {yesterday.pk, late.pk, tomorrow.pk}
    assert shown(desk, day="next-week") == {monday.pk}
    assert shown(desk, day="past") == {yesterday.pk}
    assert shown(desk, day="someday") == {late.pk, tomorrow.pk, monday.pk}


@pytest.mark.parametrize(
    "words", ["Grace Whitf", "GRACE@clinic.test", "(615) 555-0117", "6155550117", "+1 615 555 0117"]
)
def test_a_search_finds_name_address_and_phone_on_any_day(desk, words):
    patient = make_patient(email="grace@clinic.test")
    past = make_appointment(patient=patient, starts_at=timezone.now() - timedelta(days=90))
    other = make_patient(first_name="Noor", email="noor@clinic.test", phone="+16155550142")
    make_appointment(patient=other)
    assert shown(desk, q=words) == {past.pk}


# ── several at once ──


def test_cancelling_several_asks_first_and_then_tells_each_patient_once(desk):
    visits = [make_appointment(), make_appointment()]
    asked = chosen(desk, "cancel_chosen", *visits)
    assert "Cancel these visits" in text_of(asked)
    assert [mails_about(visit) for visit in visits] == [[], []]
    answer = chosen(desk, "cancel_chosen", *visits, sure="yes", reason="Storm")
    assert "2 visits are cancelled" in text_of(answer)
    assert [len(mails_about(visit)) for visit in visits] == [1, 1]


def test_what_could_not_be_done_is_said_with_its_reason(desk):
    over, ahead = begun(), make_appointment()
    page = text_of(chosen(desk, "complete_chosen", over, ahead))
    assert "1 visit is completed." in page
    assert "not changed. It has not begun yet." in page
    assert (status_of(over), status_of(ahead)) == (Status.COMPLETED, Status.BOOKED)


def test_several_are_marked_as_no_show(desk):
    visits = [begun(), begun()]
    chosen(desk, "no_show_chosen", *visits)
    assert {status_of(visit) for visit in visits} == {Status.NO_SHOW}
