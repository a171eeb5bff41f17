"""Before a second record of one person is made, staff are asked whether it is one of those."""

from datetime import date, timedelta

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from appointments.booking.patients import match_key
from appointments.models import Appointment, Patient, WaitlistEntry
from core.staff.models import AuditEvent
from tests.appointments.staff_clients import signed_in
from tests.appointments.test_staff_book import page_for, typed
from tests.appointments.test_waitlist_by_hand import ADD, caller
from tests.factories import make_appointment, make_entry, make_patient, make_service, monday

pytestmark = pytest.mark.django_db
BORN = date(1975, 3, 9)


@pytest.fixture(autouse=True)
def _without_a_second_factor(settings) -> None:
    settings.STAFF_MFA_REQUIRED = False


@pytest.fixture
def desk(db) -> Client:
    return signed_in("front desk")


@pytest.fixture
def service():
    return make_service()


def book(desk: Client, service, clock: str = "10:00", **changes: str):
    """Book for somebody typed as Maria Corlo, born on March 9, 1975."""
    slot = f"{monday(clock):%Y-%m-%dT%H:%MZ}/{service.providers.first().pk}"
    who = {"first_name": "Maria", "last_name": "Corlo", "birth_date": "03/09/1975"}
    who |= {"email": "maria@example.org", "phone": "629-555-0163", "slot": slot}
    return desk.post(page_for(service), typed(**(who | changes)))


@pytest.mark.parametrize(
    "known",
    [
        {"first_name": "María", "last_name": "Corlo", "birth_date": BORN},
        {"first_name": "Mary", "last_name": "Corlo", "birth_date": BORN},
        {"first_name": "Corlo", "last_name": "Maria", "birth_date": BORN},
        {"first_name": "Ann", "last_name": "Kessler", "phone": "+16295550163"},
        {"first_name": "Ann", "last_name": "Kessler", "phone": "+16295550163;ext=5"},
    ],
    ids=["same name", "one name", "turned", "same phone", "extension"],
)
def test_who_may_be_known_is_asked_about_and_nobody_is_written_twice(desk, service, known):
    record = make_patient(**known)
    last = AuditEvent.objects.order_by("-pk").first()
    page = book(desk, service)
    text = page.content.decode()
    assert "Is it one of these?" in text
    assert f'name="patient" value="{record.pk}"' in text
    assert 'value="maria@example.org"' in text, "what was typed stays"
    assert Patient.objects.get() == record
    shown = AuditEvent.objects.filter(pk__gt=last.pk if last else 0, model="appointments.patient")
    assert [str(record.pk)] in [row.object_pks for row in shown]
    assert book(desk, service, patient=f"{record.pk}").status_code == 302
    visit = Appointment.objects.get()
    assert visit.patient == record
    assert str(visit.phone) == "+16295550163"


def test_who_is_somebody_else_gets_a_record_of_their_own(desk, service):
    record = make_patient(first_name="Ann", phone="+16295550163")
    assert book(desk, service, patient="new").status_code == 302
    assert Appointment.objects.get().patient != record


def test_nobody_is_asked_where_the_record_is_clear_or_nobody_is_like_it(desk, service):
    make_patient()
    assert book(desk, service).status_code == 302
    assert book(desk, service, "15:00").status_code == 302, "the same name, day and address"
    assert Patient.objects.count() == 2


def test_a_record_that_was_merged_leads_to_the_one_that_is_kept(desk, service):
    kept = make_patient()
    make_patient(first_name="Maria", last_name="Corlo", birth_date=BORN, merged_into=kept)
    page = book(desk, service)
    assert f'name="patient" value="{kept.pk}"' in page.content.decode()


def test_a_caller_for_the_waitlist_is_asked_about_too(desk, service):
    record = make_patient(first_name="Ann", phone="+16155550177")
    wants = caller(service) | {"phone": "615-555-0177"}
    assert f'name="patient" value="{record.pk}"' in desk.post(ADD, wants).text
    assert not WaitlistEntry.objects.exists()
    assert desk.post(ADD, wants | {"patient": record.pk}).status_code == 302
    assert WaitlistEntry.objects.get().person == match_key(record)


def test_whom_nobody_books_for_is_shown_to_nobody(desk, service):
    record = make_patient(first_name="Maria", last_name="Corlo", birth_date=BORN)
    Patient.objects.filter(pk=record.pk).update(restricted_at=timezone.now())
    assert book(desk, service).status_code == 302
    assert Appointment.objects.get().patient != record
    assert "Corlo" not in desk.get(ADD, {"patient": record.pk}).text


# ── a corrected phone number ──


def correct(desk: Client, patient: Patient, phone: str) -> str:
    """Staff write another number on the record; return what the page says then."""
    address = reverse("admin:appointments_patient_change", args=[patient.pk])
    page = desk.get(f"{address}?edit=1")
    form = page.context["adminform"].form
    data = {name: form[name].value() or "" for name in form.fields} | {"phone": phone}
    data |= {"appointments-TOTAL_FORMS": "0", "appointments-INITIAL_FORMS": "0"}
    data["birth_date"] = f"{patient.birth_date:%m/%d/%Y}"
    answer = desk.post(address, data, follow=True)
    assert answer.redirect_chain, answer.content.decode()
    return answer.content.decode()


def test_a_corrected_number_reaches_booked_visits_and_places_in_line(desk, service):
    visit = make_appointment(service=service)
    patient, wrong = visit.patient, str(visit.patient.phone)
    own = {"service": service, "patient": patient}
    other = make_appointment(starts_at=monday(weeks=2), phone="+16155550199", **own)
    gone = make_appointment(starts_at=monday(weeks=3), status="cancelled", **own)
    over = make_appointment(starts_at=monday(weeks=4), status="completed", **own)
    past = timezone.now() - timedelta(days=3)
    times = {"starts_at": past, "ends_at": past + timedelta(minutes=30)}
    Appointment.objects.filter(pk=over.pk).update(**times, blocked=tuple(times.values()))
    place = make_entry(service=service, email=patient.email, phone=wrong)
    text = correct(desk, patient, "(629) 555-0163")
    assert "on 1 booked visit, too" in text
    numbers = {row.pk: str(row.phone) for row in Appointment.objects.all()}
    assert numbers == {
        visit.pk: "+16295550163",
        other.pk: "+16155550199",
        gone.pk: wrong,
        over.pk: wrong,
    }
    assert str(WaitlistEntry.objects.get(pk=place.pk).phone) == "+16295550163"
    changed = AuditEvent.objects.filter(action="change", model="appointments.appointment")
    assert [row.object_pks for row in changed] == [[str(visit.pk)]]
