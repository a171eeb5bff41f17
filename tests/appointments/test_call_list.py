"""Who has no e-mail address is booked like everybody, and called: every mail becomes a call."""

from datetime import timedelta

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from appointments.booking import attendance, corrections, patients, visits
from appointments.calls import call_list
from appointments.emails import reminders
from appointments.models import Appointment, Call, CallStatus, Patient, Service, Status
from core.mail.models import EmailStatus, OutgoingEmail
from core.staff.models import AuditEvent
from tests.appointments.staff_clients import signed_in
from tests.appointments.test_staff_book import book, typed, when
from tests.factories import make_appointment, make_patient, make_provider, make_service, monday

pytestmark = pytest.mark.django_db
CALLS = reverse("admin:call_list")
BY = "staff: Robin Example"


@pytest.fixture(autouse=True)
def _without_a_second_factor(settings) -> None:
    settings.STAFF_MFA_REQUIRED = False


@pytest.fixture
def desk(db) -> Client:
    return signed_in("front desk", name="Robin Example")


@pytest.fixture
def service() -> Service:
    return make_service(providers=[make_provider(name="Anna Berg")])


def make_caller(**values) -> Patient:
    return make_patient(email="", **values)


def kinds(**of) -> list[str]:
    waiting = Call.objects.filter(status=CallStatus.WAITING, **of)
    return list(waiting.order_by("pk").values_list("kind", flat=True))


def mails() -> list[str]:
    return list(OutgoingEmail.objects.exclude(to="").values_list("to", flat=True))


def test_a_caller_without_an_address_is_booked_and_asked_nothing_about_email(desk, service):
    answer = book(desk, service, email="", contact="email", agree_email="")
    assert answer.status_code == 302
    visit = Appointment.objects.get(status=Status.BOOKED)
    assert (visit.email, visit.patient.email, visit.contact) == ("", "", "call")
    assert [consent.text.kind for consent in visit.consents.all()] == ["telehealth"]
    assert visit.consents.get().address_hash == ""
    assert kinds(appointment=visit) == ["appointment_booked"]
    assert mails() == []


def test_without_an_address_a_phone_number_is_needed_and_with_one_the_consent(desk, service):
    assert "errorlist" in book(desk, service, email="", phone="").text
    assert "tick it when they agree" in book(desk, service, agree_email="").text
    assert not Appointment.objects.exists()


def test_a_known_caller_is_asked_for_care_alone(desk, service):
    patient = make_caller()
    page = desk.get(
        reverse("admin:appointments_appointment_book"),
        {"patient": patient.pk, "service": service.pk, "state": "TN"},
    ).text
    assert "agree_telehealth" in page
    assert "agree_email" not in page


def test_who_calls_twice_is_the_same_patient_and_another_of_that_name_is_not(desk, service):
    book(desk, service, email="")
    book(desk, service, monday("11:00"), email="")
    asked = {"phone": "615-555-0199", "email": ""}
    assert "Is it one of these?" in book(desk, service, monday("12:00"), **asked).text
    book(desk, service, monday("12:00"), patient="new", **asked)
    visit, again, other = Appointment.objects.order_by("starts_at")
    assert visit.patient == again.patient
    assert visit.patient != other.patient


def test_records_without_an_address_are_not_alike_for_having_none():
    one = make_caller(phone="+16155550101")
    make_caller(first_name="Grace", last_name="Okafor", phone="+16155550102")
    assert not patients.alike(one).exists()


def test_each_change_is_a_call_and_the_newest_takes_the_place_of_the_older(service):
    visit = make_appointment(service=service, patient=make_caller())
    visits.cancel(visit, by=BY)
    assert kinds() == ["appointment_cancelled_by_us"]
    other = make_appointment(service=service, patient=make_caller(first_name="Noor"))
    for kind in ("appointment_booked", "appointment_moved"):
        about = f"appointment:{other.pk}"
        call_list.add(kind, key=kind, about=about, appointment=other, overtakes=True)
    assert kinds(appointment=other) == ["appointment_moved"]
    call_list.add("appointment_moved", key="appointment_moved", about="x", appointment=other)
    assert len(kinds(appointment=other)) == 1


def test_a_reminder_is_one_call_and_none_stands_on_the_list_once_the_visit_has_begun(service):
    Service.objects.update(reminder_hours=[24])
    soon = timezone.now() + timedelta(hours=20)
    visit = make_appointment(service=service, patient=make_caller(), starts_at=soon)
    assert reminders.write_due() == 1
    assert reminders.write_due() == 0
    assert kinds(appointment=visit) == ["appointment_reminder"]
    assert Call.objects.open(timezone.now()).count() == 1
    assert Call.objects.open(soon).count() == 0
    assert mails() == []


def test_who_was_just_told_the_time_is_not_reminded_of_it(service):
    Service.objects.update(reminder_hours=[24])
    soon = timezone.now() + timedelta(hours=20)
    visit = make_appointment(service=service, patient=make_caller(), starts_at=soon)
    call_list.add("appointment_booked", key="k", about=f"appointment:{visit.pk}", appointment=visit)
    assert reminders.write_due() == 0


def test_a_slip_of_the_hand_is_called_about_by_nobody(service):
    begun = timezone.now() - timedelta(minutes=20)
    visit = make_appointment(service=service, patient=make_caller(), starts_at=begun)
    attendance.no_show(visit, by=BY)
    assert call_list.waiting() == 0, "it waits three minutes"
    assert kinds() == ["appointment_missed"]
    visit.refresh_from_db()
    attendance.undo(visit, by=BY)
    assert kinds() == []
    visit.refresh_from_db()
    attendance.no_show(visit, by=BY)
    assert kinds() == ["appointment_missed"]


def test_who_gets_an_address_is_written_to_from_then_on_and_the_other_way_round(service):
    patient = make_caller()
    visit = make_appointment(service=service, patient=patient)
    call_list.add("appointment_booked", key="k", about=f"appointment:{visit.pk}", appointment=visit)
    patient.email = "grace@example.org"
    patient.save()
    assert corrections.correct_address(patient, was="", by=BY) == 1
    assert (kinds(), mails()) == ([], ["grace@example.org"])
    patient.email = ""
    patient.save()
    corrections.correct_address(patient, was="grace@example.org", by=BY)
    visit.refresh_from_db()
    assert (visit.email, visit.contact) == ("", "call")
    assert kinds() == ["appointment_booked"]
    waiting = OutgoingEmail.objects.filter(status=EmailStatus.WAITING, to="grace@example.org")
    assert set(waiting.values_list("template", flat=True)) == {"appointment_address_corrected"}


def test_the_patients_page_takes_no_address_and_tells_no_wrong_one(desk):
    patient = make_patient()
    inline = {"appointments-TOTAL_FORMS": 0, "appointments-INITIAL_FORMS": 0}
    data = {"first_name": "Grace", "last_name": "W", "birth_date": "04171988", "email": ""}
    page = reverse("admin:appointments_patient_change", args=[patient.pk])
    assert desk.post(page, data | inline | {"phone": "615-555-0117"}).status_code == 302
    patient.refresh_from_db()
    assert patient.email == ""
    assert patient.match_key == patients.match_key(patient)


def test_the_list_says_whom_to_call_what_to_say_and_on_whose_clock(desk, service):
    patient = make_caller(first_name="Noor", last_name="Haddad")
    visit = make_appointment(
        service=service, patient=patient, contact="call", zone="America/Los_Angeles"
    )
    visits.cancel(visit, by=BY)
    text = desk.get(CALLS).text
    for words in (
        *("Noor Haddad", 'href="tel:+16155550117"', "leave no message", "born 04/17/1988"),
        *("8:00 am Pacific Time", "Pacific Time for them", "We are sorry"),
    ):
        assert words in text
    assert service.name not in text
    [row] = AuditEvent.objects.filter(model="appointments.appointment", action="view")
    assert row.object_pks == [str(visit.pk)]
    assert "1 patient without an e-mail address" in desk.get(reverse("admin:to_do")).text


def test_called_is_off_the_list_and_no_answer_stands_last(desk, service):
    for hour in ("10:00", "11:00"):
        make = make_appointment(
            service=service, patient=make_caller(first_name=hour), starts_at=monday(hour)
        )
        visits.cancel(make, by=BY)
    first, second = Call.objects.open(timezone.now()).in_order()
    desk.post(CALLS, {"call": first.pk, "did": "no-answer"})
    assert list(Call.objects.open(timezone.now()).in_order()) == [second, first]
    assert "Tried once" in desk.get(CALLS).text
    desk.post(CALLS, {"call": first.pk, "did": "done"})
    first.refresh_from_db()
    assert (first.status, first.settled_by) == (CallStatus.DONE, BY)
    again = desk.post(CALLS, {"call": first.pk, "did": "done"}, follow=True).text
    assert "already" in again
    assert desk.post(CALLS, {"call": "x", "did": "done"}).status_code == 302


def test_who_sees_no_visits_sees_no_calls(service):
    visits.cancel(make_appointment(service=service, patient=make_caller()), by=BY)
    for role in ("editor", "newsletter editor"):
        assert signed_in(role).get(CALLS).status_code == 403
    call = Call.objects.get()
    assert signed_in("editor").post(CALLS, {"call": call.pk, "did": "done"}).status_code == 403
    call.refresh_from_db()
    assert call.status == CallStatus.WAITING


def test_calls_that_were_made_are_deleted_after_a_month(service):
    visits.cancel(make_appointment(service=service, patient=make_caller()), by=BY)
    call_list.done(Call.objects.get().pk, by=BY)
    assert call_list.purge(timezone.now() + timedelta(days=29)) == 0
    assert call_list.purge(timezone.now() + timedelta(days=31)) == 1


def test_a_series_is_one_call(desk, service):
    visit = make_appointment(service=service, patient=make_caller())
    page = reverse("admin:appointments_appointment_series", args=[visit.pk])
    query = f"?every=weekly&number=2&service={service.pk}&provider={visit.provider_id}"
    text = desk.get(page + query).text
    assert "agree_email" not in text
    slots = [when(monday(weeks=2 + n), visit.provider)["slot"] for n in range(2)]
    agreed = {name: value for name, value in typed().items() if name == "agree_telehealth"}
    rows = {f"row-{n}": slot for n, slot in enumerate(slots)}
    desk.post(page + query, agreed | rows)
    assert Appointment.objects.filter(status=Status.BOOKED).count() == 3
    assert kinds() == ["appointment_series"]
