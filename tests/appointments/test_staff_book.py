"""Staff book and move visits for patients: by the rules, or outside them with a reason."""

from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import timedelta

import pytest
from django.db import connection
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from appointments.booking import holds, staff_booking
from appointments.booking import visits as booked_visits
from appointments.booking.rules import SlotTaken
from appointments.booking.staff_booking import WantedVisit
from appointments.emails import visit_outbox
from appointments.models import Appointment, ClinicRules, ConsentText, Patient, Service, Status
from core.mail.models import OutgoingEmail
from core.staff.models import AuditEvent
from tests.appointments.booking_steps import GRACE
from tests.appointments.staff_clients import signed_in
from tests.factories import (
    at,
    make_appointment,
    make_hold,
    make_patient,
    make_provider,
    make_service,
    make_time_off,
    monday,
)

pytestmark = pytest.mark.django_db
BOOK = reverse("admin:appointments_appointment_book")


@pytest.fixture(autouse=True)
def _without_a_second_factor(settings) -> None:
    settings.STAFF_MFA_REQUIRED = False


@pytest.fixture
def desk(db) -> Client:
    return signed_in("front desk", name="Robin Example")


def typed(**changes: str) -> dict[str, str]:
    consents = {f"agree_{text.kind}": str(text.pk) for text in ConsentText.current()}
    person = {
        "first_name": "Grace",
        "last_name": "Whitfield",
        "birth_date": "04/17/1988",
        "email": "grace@example.org",
        "phone": "615-555-0117",
        "contact": "email",
        "zone": "America/Chicago",
    }
    return person | consents | changes


def when(starts_at, provider) -> dict[str, str]:
    return {"slot": f"{starts_at:%Y-%m-%dT%H:%MZ}/{provider.pk}"}


def page_for(service: Service, patient: Patient | None = None, state: str = "TN") -> str:
    address = reverse("admin:appointments_patient_book", args=[patient.pk]) if patient else BOOK
    day = f"{monday():%Y-%m-%d}"
    return f"{address}?service={service.pk}&state={state}&day={day}"


def book(client: Client, service: Service, starts_at=None, *, state: str = "TN", **changes: str):
    chosen = when(starts_at or monday(), service.providers.first())
    return client.post(page_for(service, state=state), typed(**chosen | changes))


def text_of(answer) -> str:
    return answer.content.decode()


def visits() -> list[Appointment]:
    return list(Appointment.objects.filter(status=Status.BOOKED).order_by("pk"))


def test_a_new_patient_is_booked_at_a_free_time_and_gets_the_ordinary_mail(desk):
    service = make_service()
    page = text_of(desk.get(page_for(service)))
    assert f"{monday():%Y-%m-%dT%H:%MZ}/" in page
    book(desk, service)
    [visit] = visits()
    assert (visit.starts_at, str(visit.patient)) == (monday(), "Grace Whitfield")
    assert visit.made_by_staff
    assert visit.changed_by == "staff: Robin Example"
    [mail] = OutgoingEmail.objects.about(visit_outbox.about(visit))
    assert (mail.template, mail.to) == ("appointment_booked", "grace@example.org")
    assert {consent.page for consent in visit.consents.all()} == {BOOK_ROUTE}
    assert visit.consents.count() == 2
    history = text_of(desk.get(reverse("admin:appointments_appointment_change", args=[visit.pk])))
    assert "Held → Booked" in history
    assert "<td>Patient</td>" not in history


BOOK_ROUTE = "admin:appointments_appointment_book"


def test_a_known_patient_is_booked_from_their_page(desk):
    patient, service = make_patient(first_name="Noor"), make_service()
    page = text_of(desk.get(reverse("admin:appointments_patient_change", args=[patient.pk])))
    assert reverse("admin:appointments_patient_book", args=[patient.pk]) in page
    data = typed(**when(monday(), service.providers.first()))
    desk.post(page_for(service, patient), data)
    [visit] = visits()
    assert visit.patient == patient
    assert visit.email == patient.email


def test_what_is_read_to_a_caller_stands_there_in_their_language_too(desk):
    for kind in ConsentText.Kind.values:
        spanish = {"text_es": f"De acuerdo: {kind}"}
        ConsentText.objects.create(kind=kind, version=99, text="I agree.", i18n=spanish)
    page = desk.get(BOOK, {"new": "1"}).text
    assert page.count('<details lang="es">') == 2
    assert "De acuerdo: telehealth" in page


def test_without_the_patients_yes_nothing_is_booked(desk):
    answer = book(desk, make_service(), agree_telehealth="")
    assert "tick it when they agree" in text_of(answer)
    assert visits() == []


@pytest.mark.parametrize("rule", ["closed", "notice", "horizon", "time off", "cap"])
def test_a_time_outside_the_rules_needs_a_reason(desk, rule):
    provider = make_provider()
    service = make_service(providers=[provider], notice_hours=2, horizon_days=30)
    starts_at = monday()
    if rule == "closed":
        starts_at = monday("20:00")
    elif rule == "notice":
        service.notice_hours = 24 * 30
        service.save()
    elif rule == "horizon":
        starts_at += timedelta(days=70)
    elif rule == "time off":
        make_time_off(provider, monday().date())
    elif rule == "cap":
        provider.daily_limit = 1
        provider.save()
        make_appointment(service=service, starts_at=monday("15:00"))
    before = len(visits())
    somebody_else = {"patient": "new"}
    answer = book(desk, service, starts_at, **somebody_else)
    assert answer.status_code == 409
    assert "Please write why" in text_of(answer)
    assert len(visits()) == before
    book(desk, service, starts_at, reason="The patient works by day", **somebody_else)
    visit = visits()[-1]
    assert (len(visits()), visit.starts_at) == (before + 1, starts_at)
    assert visit.staff_reason == "The patient works by day"


def test_no_reason_books_a_time_twice(desk):
    service = make_service()
    make_appointment(service=service)
    answer = book(desk, service, reason="It is urgent", patient="new")
    assert answer.status_code == 409
    assert "Somebody has this time" in text_of(answer)
    assert len(visits()) == 1


def test_no_reason_books_a_time_that_a_patient_holds(desk):
    service = make_service()
    make_hold(service=service)
    assert book(desk, service, reason="It is urgent").status_code == 409
    assert visits() == []


def test_a_hold_that_has_run_out_is_no_obstacle(desk):
    service = make_service()
    make_hold(service=service, minutes=-1)
    book(desk, service)
    assert len(visits()) == 1


def test_no_reason_books_without_a_license(desk):
    service = make_service()
    answer = book(desk, service, state="KY", reason="It is urgent", zone="America/New_York")
    assert "no valid license" in text_of(answer)
    service.providers.first().licenses.update(expires=monday().date() - timedelta(days=1))
    assert "no valid license" in text_of(book(desk, service, reason="It is urgent"))
    assert visits() == []


def test_no_reason_books_the_past(desk):
    service = make_service()
    past = timezone.now().replace(second=0, microsecond=0) - timedelta(hours=1)
    assert book(desk, service, past, reason="It is urgent").status_code == 409
    assert visits() == []


def test_staff_book_past_the_limit_of_one_address(desk):
    ClinicRules.objects.create(most_upcoming=1)
    service = make_service()
    book(desk, service)
    book(desk, service, monday("11:00"))
    assert len(visits()) == 2


def test_another_time_is_read_on_the_clock_of_the_practice(desk):
    service = make_service()
    day = monday().date()
    other = {"other_day": f"{day}", "other_clock": "7:15 pm", "reason": "By day they work"}
    other["other_provider"] = str(service.providers.first().pk)
    desk.post(page_for(service), typed(**other))
    [visit] = visits()
    assert visit.starts_at == at(day, "19:15")


@pytest.mark.parametrize("slot", ["", "soon", "2026-99-99T10:00Z/1", "2026-11-10T14:30Z/x"])
def test_a_wrong_time_is_told_and_nothing_typed_is_lost(desk, slot):
    answer = desk.post(page_for(make_service()), typed(slot=slot))
    assert answer.status_code == 200
    assert "errorlist" in text_of(answer)
    assert 'value="Whitfield"' in text_of(answer)
    assert visits() == []


@pytest.mark.parametrize("role", ["editor", "newsletter editor"])
def test_who_may_not_add_visits_books_none(role):
    client, service = signed_in(role), make_service()
    assert client.get(BOOK).status_code == 403
    assert book(client, service).status_code == 403
    assert visits() == []


def test_the_audit_trail_names_who_booked_what(desk):
    book(desk, make_service())
    [visit] = visits()
    rows = AuditEvent.objects.filter(action="add", model="appointments.appointment")
    assert [row.object_pks for row in rows] == [[str(visit.pk)]]


def test_looking_at_times_changes_nothing(desk):
    desk.get(page_for(make_service()))
    assert not Appointment.objects.exists()


# ── moving ──


def move(client: Client, visit: Appointment, starts_at, provider=None, **changes: str):
    address = reverse("admin:appointments_appointment_move", args=[visit.pk])
    return client.post(address, when(starts_at, provider or visit.provider) | changes)


def test_staff_move_a_visit_past_the_patients_cut_off(desk):
    service = make_service(cutoff_hours=24 * 60)
    visit = make_appointment(service=service)
    move(desk, visit, monday("14:00"))
    visit.refresh_from_db()
    assert (visit.starts_at, visit.sequence) == (monday("14:00"), 1)
    assert visit.changed_by == "staff: Robin Example"
    templates = [mail.template for mail in OutgoingEmail.objects.about(visit_outbox.about(visit))]
    assert templates == ["appointment_moved"]


def test_a_move_outside_the_rules_needs_a_reason_and_keeps_the_length(desk):
    service = make_service()
    visit = make_appointment(service=service)
    Service.objects.update(minutes=60)
    assert move(desk, visit, monday("20:00")).status_code == 409
    move(desk, visit, monday("20:00"), reason="By day they work")
    visit.refresh_from_db()
    assert visit.starts_at == monday("20:00")
    assert visit.minutes == 30


def test_a_move_never_doubles_and_never_leaves_the_license(desk):
    service = make_service()
    visit = make_appointment(service=service)
    make_appointment(service=service, starts_at=monday("14:00"))
    elsewhere = make_provider(states=["KY"])
    assert move(desk, visit, monday("14:00"), reason="Urgent").status_code == 409
    assert move(desk, visit, monday("15:00"), elsewhere, reason="Urgent").status_code == 409
    visit.refresh_from_db()
    assert visit.starts_at == monday()


def test_a_visit_that_is_over_is_not_moved(desk):
    visit = make_appointment(status=Status.CANCELLED)
    assert move(desk, visit, monday("14:00")).status_code == 409


# ── races ──


def race(*jobs) -> list:
    def run(job):
        try:
            return job()
        except SlotTaken as error:
            return error
        finally:
            connection.close()

    with ThreadPoolExecutor(len(jobs)) as pool:
        return list(pool.map(run, jobs))


@pytest.mark.django_db(transaction=True)
def test_of_eight_staff_who_book_one_time_one_has_it():
    service = make_service()
    clients = [signed_in("front desk") for _ in range(8)]
    data = typed(**when(monday(), service.providers.first()), reason="Urgent")
    page = page_for(service)
    answers = race(*(lambda c=client: c.post(page, data).status_code for client in clients))
    assert sorted(answers) == [302] + [409] * 7
    assert len(visits()) == 1


@pytest.mark.django_db(transaction=True)
def test_of_staff_and_a_patient_who_want_one_time_one_has_it():
    service = make_service()
    provider = service.providers.first()
    wish = WantedVisit(provider, service, "TN", monday(), "Urgent")

    def patient():
        hold = holds.take_hold(
            service=service,
            state="TN",
            starts_at=monday(),
            visitor="v" * 64,
            zone="America/Chicago",
        )
        return booked_visits.book(hold=hold, details=replace(GRACE, first_name="Noor"))

    found = race(patient, lambda: staff_booking.book_for_patient(wish, GRACE, by="staff: x"))
    assert sorted(type(one).__name__ for one in found) == ["Appointment", "SlotTaken"]
    assert len(visits()) == 1
