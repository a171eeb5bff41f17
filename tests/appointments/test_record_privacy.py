"""To erase or restrict a record takes two people; what the law keeps, stays."""

import threading
from datetime import timedelta

import pytest
import time_machine
from django.contrib.admin.models import LogEntry
from django.core import serializers
from django.db import close_old_connections, connections, transaction
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from appointments import tasks
from appointments.booking import patients
from appointments.emails import link_emails, reminders, visit_emails, visit_outbox
from appointments.models import (
    Appointment,
    Call,
    Consent,
    ConsentText,
    Patient,
    PatientNote,
    PrivacyRequest,
    Status,
    WaitlistEntry,
    WaitlistOffer,
)
from appointments.patient_records import notes, privacy_requests
from core.mail.models import EmailStatus, OutgoingEmail
from core.staff.models import AuditEvent, User
from tests.appointments import booking_steps, test_staff_book
from tests.appointments.staff_clients import signed_in
from tests.appointments.test_merging_records import wait_until_it_waits
from tests.appointments.waitlist_setup import at_noon, booked_out
from tests.core.staff.people import make_staff
from tests.factories import make_appointment, make_entry, make_patient, make_service, monday
from tests.visitor import in_process

pytestmark = pytest.mark.django_db
DETAILS = {"first_name": "Noor", "last_name": "Quenby", "email": "quenby@example.org"}


@pytest.fixture(autouse=True)
def _without_a_second_factor(settings) -> None:
    settings.STAFF_MFA_REQUIRED = False


@pytest.fixture
def desk() -> Client:
    return signed_in("front desk", name="Dana Desk")


@pytest.fixture
def manager() -> Client:
    return signed_in("manager", name="Mona Manager")


def signed_in_as(user: User) -> Client:
    client = Client()
    client.force_login(user)
    return client


def url(patient: Patient, page: str = "privacy") -> str:
    return reverse(f"admin:appointments_patient_{page}", args=[patient.pk])


def ask(client: Client, patient: Patient, kind: str):
    return client.post(url(patient), {"kind": kind, "reason": "Asked by phone, called back."})


def decide(client: Client, patient: Patient, step: str = "confirm"):
    found = PrivacyRequest.objects.filter(patient=patient, status="asked").first()
    sent = {"step": step, "request": found.pk if found else 0}
    return client.post(url(patient, "privacy_decision"), sent)


def done(desk: Client, manager: Client, patient: Patient, kind: str):
    assert ask(desk, patient, kind).status_code == 302
    return decide(manager, patient)


def past(patient: Patient, *, days: float, **values) -> Appointment:
    start = timezone.now() - timedelta(days=days)
    return make_appointment(patient=patient, starts_at=start, **values)


def everything() -> str:
    """All that the tables of patients, the outbox and the admin's own log hold."""
    models = (Patient, Appointment, PatientNote, WaitlistEntry, OutgoingEmail, LogEntry)
    models += (PrivacyRequest, Consent)
    return "".join(serializers.serialize("json", m.objects.all()) for m in models).lower()


# ── two people ──


def test_one_person_alone_erases_nothing(manager):
    patient = make_patient()
    ask(manager, patient, "erase")
    answer = decide(manager, patient)
    assert "Who asked for it cannot decide it yet" in manager.get(answer.url).text
    assert Patient.objects.filter(pk=patient.pk).exists()
    assert PrivacyRequest.objects.get().status == "asked"


def test_in_a_clinic_of_one_who_asked_confirms_a_week_later_and_hears_of_it_at_once(manager):
    patient, asker = make_patient(), User.objects.get()
    assert "a week after you asked" in manager.get(url(patient)).text
    ask(manager, patient, "erase")
    mails = OutgoingEmail.objects.filter(template="privacy_request_alone")
    assert asker.email in {mail.to for mail in mails}
    assert not any(patient.last_name in mail.text + mail.html for mail in mails)
    assert "nobody else here can confirm it: you can from" in manager.get(url(patient)).text
    for days, status in ((6.9, "asked"), (7.1, "done")):
        with time_machine.travel(timezone.now() + timedelta(days=days)):
            manager = signed_in_as(asker)
            decide(manager, patient)
            assert PrivacyRequest.objects.get().status == status
    assert not Patient.objects.filter(pk=patient.pk).exists()


def test_where_somebody_else_may_confirm_no_time_makes_one_person_enough(manager):
    make_staff("privacy officer")
    patient, asker = make_patient(), User.objects.order_by("pk").first()
    ask(manager, patient, "erase")
    assert not OutgoingEmail.objects.filter(template="privacy_request_alone").exists()
    with time_machine.travel(timezone.now() + timedelta(days=30)):
        decide(signed_in_as(asker), patient)
    assert PrivacyRequest.objects.get().status == "asked"
    assert Patient.objects.filter(pk=patient.pk).exists()


def test_who_may_only_ask_confirms_nothing(desk):
    patient = make_patient()
    ask(signed_in("manager"), patient, "restrict")
    assert decide(desk, patient).status_code == 403
    assert Patient.objects.get(pk=patient.pk).restricted_at is None


@pytest.mark.parametrize("role", ["editor", "newsletter editor"])
def test_others_neither_ask_nor_look_nor_export(role):
    patient, client = make_patient(), signed_in(role)
    for page in ("privacy", "privacy_decision", "export", "notes"):
        assert client.get(url(patient, page)).status_code == 403
        assert client.post(url(patient, page), {"kind": "json"}).status_code == 403


def test_a_second_request_waits_for_the_first_which_can_be_taken_back(desk, manager):
    patient = make_patient()
    ask(desk, patient, "erase")
    assert "waits" in desk.get(ask(desk, patient, "restrict").url).text
    assert PrivacyRequest.objects.count() == 1
    desk.post(url(patient), {"step": "withdraw"})
    assert "decided that meanwhile" in manager.get(decide(manager, patient).url).text
    assert PrivacyRequest.objects.get().status == "withdrawn"
    assert Patient.objects.filter(pk=patient.pk).exists()


def test_what_was_asked_for_stands_on_the_first_page_of_who_may_decide_it_alone(desk):
    patient, asker = make_patient(last_name="Quenby"), signed_in("manager", name="Mona Manager")
    ask(asker, patient, "restrict")
    page = signed_in("privacy officer").get("/admin/to-do/").text
    assert url(patient) in page
    assert "Mona Manager asked" in page
    assert "Quenby" not in page
    assert url(patient) not in asker.get("/admin/to-do/").text
    assert url(patient) not in desk.get("/admin/to-do/").text


def test_what_was_refused_is_not_done(desk, manager):
    patient = make_patient()
    ask(desk, patient, "erase")
    decide(manager, patient, "refuse")
    found = PrivacyRequest.objects.get()
    assert (found.status, found.asked_by, found.decided_by) == (
        "refused",
        "Dana Desk",
        "Mona Manager",
    )
    assert Patient.objects.filter(pk=patient.pk).exists()


def test_an_old_page_confirms_nothing_else_than_what_it_showed(desk, manager):
    patient = make_patient()
    ask(desk, patient, "restrict")
    seen = PrivacyRequest.objects.get()
    desk.post(url(patient), {"step": "withdraw"})
    ask(desk, patient, "erase")
    sent = {"step": "confirm", "request": seen.pk}
    manager.post(url(patient, "privacy_decision"), sent)
    assert Patient.objects.filter(pk=patient.pk).exists()


def test_asking_needs_a_kind_and_a_reason_and_keeps_what_was_typed(desk):
    patient = make_patient()
    answer = desk.post(url(patient), {"kind": "burn", "reason": ""})
    assert set(answer.context_data["form"].errors) == {"kind", "reason"}
    answer = desk.post(url(patient), {"reason": "They called."})
    assert "They called.</textarea>" in answer.text
    assert not PrivacyRequest.objects.exists()


def test_the_trail_says_who_asked_and_who_confirmed(desk, manager):
    patient = make_patient()
    done(desk, manager, patient, "restrict")
    said = AuditEvent.objects.filter(object_pks=[str(patient.pk)], action__contains="restrict")
    emails = dict(said.values_list("action", "email"))
    assert emails.keys() == {"asked to restrict", "confirmed to restrict"}
    assert len(set(emails.values())) == 2


# ── erasing ──


def test_without_care_to_keep_no_row_names_them_any_more(desk, manager):
    patient = make_patient(**DETAILS, phone="+16155550199")
    merged = make_patient(**DETAILS | {"first_name": "Nour"})
    Patient.objects.filter(pk=merged.pk).update(merged_into=patient)
    visit = past(patient, days=3, status=Status.CANCELLED, cancel_reason="Quenby is ill")
    held = make_appointment(
        patient=patient,
        service=visit.service,
        status=Status.HELD,
        held_until=timezone.now() - timedelta(minutes=1),
    )
    visit_emails.confirmation(visit)
    link_emails.my_visits(patient.email)
    text = ConsentText.current()[0]
    Consent.objects.create(appointment=visit, text=text, given=timezone.now(), page="p")
    entry = make_entry(service=visit.service, **DETAILS, birth_date=patient.birth_date)
    OutgoingEmail.objects.update(status=EmailStatus.SENT, due_at=None, sent_at=timezone.now())
    desk.post(url(patient, "notes"), {"text": "Quenby's sister calls"})
    assert WaitlistEntry.objects.of_patient(patient).get() == entry
    assert "quenby" in everything()
    answer = done(desk, manager, patient, "erase")
    assert answer.url == reverse("admin:appointments_patient_changelist")
    told = everything()
    for word in ("quenby", "noor", "nour", "6155550199"):
        assert word not in told
    visit.refresh_from_db()
    assert (visit.status, visit.erased_at is None) == (Status.CANCELLED, False)
    held.refresh_from_db()
    assert held.status == Status.EXPIRED
    assert Consent.objects.exists(), "the proof stays"
    assert PrivacyRequest.objects.get().status == "done"
    assert AuditEvent.objects.filter(object_pks=[str(patient.pk)]).exists()


def test_care_that_the_law_keeps_stays_restricted_and_the_page_said_so(desk, manager, settings):
    settings.PATIENT_RECORD_YEARS = 10
    patient = make_patient(**DETAILS)
    care = past(patient, days=400, status=Status.COMPLETED)
    gone = past(patient, days=10, status=Status.CANCELLED)
    notes.write(patient, "Quenby", by="Dana")
    said = desk.get(url(patient)).text
    assert "1 visit that took place or was missed" in said
    assert "10 years after the last visit" in said
    done(desk, manager, patient, "erase")
    patient.refresh_from_db()
    assert patient.is_restricted
    care.refresh_from_db()
    gone.refresh_from_db()
    assert (care.patient, care.erased_at) == (patient, None)
    assert (gone.patient, gone.email) == (None, "")
    assert not PatientNote.objects.exists()


def test_care_whose_period_is_over_goes_as_well(desk, manager, settings):
    settings.PATIENT_RECORD_YEARS = 1
    patient = make_patient()
    past(patient, days=400, status=Status.COMPLETED)
    done(desk, manager, patient, "erase")
    assert not Patient.objects.exists()


def test_what_was_kept_goes_by_itself_when_its_period_ends(desk, manager, settings):
    patient = make_patient(**DETAILS)
    past(patient, days=400, status=Status.COMPLETED)
    done(desk, manager, patient, "erase")
    Patient.objects.update(created=timezone.now() - timedelta(days=500))
    tasks.forget_patients()
    assert Patient.objects.exists()
    settings.PATIENT_RECORD_YEARS = 1
    tasks.forget_patients()
    assert not Patient.objects.exists()


def test_who_has_a_visit_ahead_is_not_erased_until_it_is_cancelled(desk, manager):
    visit = make_appointment(patient=make_patient(**DETAILS))
    patient = visit.patient
    answer = done(desk, manager, patient, "erase")
    assert "Cancel them first" in manager.get(answer.url).text
    assert PrivacyRequest.objects.get().status == "asked", "neither done nor decided"
    visit.refresh_from_db()
    assert visit.patient == patient


def test_who_has_no_address_is_erased_and_called_no_more(desk, manager):
    patient = make_patient(email="", first_name="Noor", last_name="Quenby")
    visit = past(patient, days=3, status=Status.CANCELLED)
    call = {"key": "k", "kind": "appointment_cancelled", "about": visit_outbox.about(visit)}
    now = timezone.now()
    call = Call.objects.create(appointment=visit, created=now, due_at=now, **call)
    done(desk, manager, patient, "erase")
    call.refresh_from_db()
    assert call.status == "dropped"
    assert not Patient.objects.exists()


def test_another_who_shares_the_address_keeps_everything(desk, manager):
    mother = make_patient(first_name="Mia", email="home@example.org")
    child = make_patient(first_name="Leo", email="home@example.org")
    hers = make_appointment(patient=mother)
    visit_emails.confirmation(hers)
    link_emails.my_visits("home@example.org")
    done(desk, manager, child, "erase")
    hers.refresh_from_db()
    assert hers.patient == mother
    waiting = OutgoingEmail.objects.filter(status=EmailStatus.WAITING, to="home@example.org")
    assert waiting.count() == 2


def test_a_restored_backup_erases_and_restricts_again(desk, manager):
    gone, restricted = make_patient(**DETAILS), make_patient(last_name="Quiet")
    kept = [serializers.serialize("json", [each]) for each in (gone, restricted)]
    done(desk, manager, gone, "erase")
    done(desk, manager, restricted, "restrict")
    known = privacy_requests.decided_since(timezone.now() - timedelta(hours=1))
    PrivacyRequest.objects.all().delete()
    for text in kept:  # as in the backup
        [row] = serializers.deserialize("json", text)
        row.save()
    for _ in range(2):
        with transaction.atomic():
            privacy_requests.do_again(known)
    assert not Patient.objects.filter(pk=gone.pk).exists()
    assert Patient.objects.get(pk=restricted.pk).is_restricted


# ── restricting ──


@pytest.fixture
def restricted(desk, manager) -> Patient:
    """A restricted record with a visit ahead, one that was, and a place in line."""
    patient = make_patient(**DETAILS)
    visit = make_appointment(patient=patient)
    past(patient, days=30, status=Status.COMPLETED, service=visit.service)
    visit_emails.confirmation(visit)
    make_entry(service=visit.service, **DETAILS, birth_date=patient.birth_date)
    done(desk, manager, patient, "restrict")
    patient.refresh_from_db()
    return patient


def test_nobody_is_mailed_any_more(restricted):
    visit = restricted.appointments.get(status=Status.BOOKED)
    assert OutgoingEmail.objects.get().status == EmailStatus.DROPPED
    service = visit.service
    start = timezone.now() + timedelta(hours=service.reminder_hours[0]) - timedelta(minutes=5)
    length = visit.ends_at - visit.starts_at
    Appointment.objects.filter(pk=visit.pk).update(
        starts_at=start, ends_at=start + length, blocked=(start, start + length)
    )
    OutgoingEmail.objects.update(created_at=timezone.now() - timedelta(days=9))
    reminders.write_due()
    link_emails.my_visits(restricted.email)
    sent = OutgoingEmail.objects.exclude(status=EmailStatus.DROPPED)
    assert [mail.template for mail in sent] == ["lost_link_no_visits"]  # as any unknown address
    assert OutgoingEmail.objects.filter(template="appointment_reminder", to="").exists()


def test_ordinary_staff_do_not_find_it_and_are_told_why(desk, manager, restricted):
    changelist = reverse("admin:appointments_patient_changelist")
    visits = reverse("admin:appointments_appointment_changelist")
    alike = make_patient(first_name="Noor", last_name="Quenby", email="x@example.org")
    for client, seen in ((desk, False), (manager, True)):
        for term in ("Quenby", DETAILS["email"]):
            found = client.get(changelist, {"q": term}).context["cl"].result_list
            assert (restricted in found) == seen
        found = client.get(visits, {"q": DETAILS["email"], "day": "past"}).context["cl"].result_list
        assert [visit.status for visit in found] == (["completed"] if seen else [])
        waits = client.get(reverse("admin:appointments_waitlistentry_changelist"))
        assert ("Quenby" in waits.text) == seen
        header = client.post(reverse("admin:find"), {"q": DETAILS["email"]})
        found = [row.patient for row in header.context_data["rows"]]
        assert (restricted in found) == seen
        page = client.get(url(alike, "change"))
        assert (restricted in page.context_data["alike"]) == seen
        assert (
            client.post(url(alike, "merge_find"), {"q": "quenby@"}).text.count("with=") > 0
        ) == seen
    refused = desk.get(url(restricted, "change"))
    assert (refused.status_code, "Quenby" in refused.text) == (403, False)
    assert "This record is restricted" in refused.text
    assert AuditEvent.objects.filter(action="refused", object_pks=[str(restricted.pk)]).exists()
    assert "Restricted" in manager.get(url(restricted, "change")).text
    for page in ("privacy", "notes", "merge"):
        assert desk.get(url(restricted, page)).status_code == 404


def test_no_times_of_the_waitlist_are_offered():
    with at_noon():
        desk, manager = signed_in("front desk"), signed_in("manager")
        service, visit = booked_out()
        patient = make_patient(**DETAILS)
        make_entry(service=service, **DETAILS, birth_date=patient.birth_date)
        done(desk, manager, patient, "restrict")
        Appointment.objects.filter(pk=visit.pk).update(status=Status.CANCELLED)
        tasks.offer_freed_times()
        assert not WaitlistOffer.objects.exists()
        ask(manager, patient, "lift")
        decide(signed_in("manager"), patient)
        tasks.offer_freed_times()
        assert WaitlistOffer.objects.count() == 1


def test_the_desk_books_nothing_for_it_and_is_told_why(desk, restricted):
    count = Appointment.objects.count()
    answer = test_staff_book.book(desk, make_service(), **DETAILS)
    assert "The record of this person is restricted" in answer.text
    assert "Quenby" in answer.text, "what was typed is kept"
    assert Appointment.objects.count() == count
    page = desk.get(url(restricted, "book"))
    assert (page.status_code, "Quenby" in page.text) == (403, False)


def test_who_books_online_sees_no_difference(restricted):
    service = make_service()
    pages = []
    for details in (DETAILS, DETAILS | {"email": "nobody@example.org"}):
        page = booking_steps.book(in_process(), service, monday("13:00"), **details)
        pages.append((page.status, "Thank you" in page.text))
        Appointment.objects.filter(service=service).update(status=Status.RELEASED)
    assert pages[0] == pages[1]
    assert patients.remember(restricted).pk == restricted.pk


def test_it_is_lifted_by_two_people_as_well(desk, manager, restricted):
    ask(manager, restricted, "lift")
    decide(manager, restricted)
    assert Patient.objects.get(pk=restricted.pk).is_restricted
    decide(signed_in("manager"), restricted)
    assert not Patient.objects.get(pk=restricted.pk).is_restricted
    assert desk.get(url(restricted, "change")).status_code == 200


@pytest.mark.django_db(transaction=True)
def test_who_books_while_a_record_is_erased_is_a_new_patient():
    patient, service = make_patient(**DETAILS), make_service()
    asked = privacy_requests.ask(patient, "erase", reason="By phone", by=make_staff("front desk"))
    manager = make_staff("manager")

    def book() -> None:
        booking_steps.book(in_process(), service, monday("13:00"), **DETAILS)
        connections.close_all()

    thread = threading.Thread(target=book)
    with transaction.atomic():
        privacy_requests.confirm(asked, by=manager)
        thread.start()
        wait_until_it_waits()
    thread.join(timeout=30)
    close_old_connections()
    visit = Appointment.objects.get(email=DETAILS["email"])
    assert visit.patient_id not in (None, patient.pk)
