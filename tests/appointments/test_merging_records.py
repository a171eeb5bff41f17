"""Two records of one person become one, and a visit is given to the right record."""

import threading
from datetime import date, timedelta

import pytest
from django.contrib.auth import get_user_model
from django.db import close_old_connections, connection, connections, transaction
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from appointments import retention
from appointments.booking import patients, record_merging, staff_booking
from appointments.booking.patients import PatientDetails
from appointments.booking.staff_booking import WantedVisit
from appointments.models import (
    Appointment,
    Consent,
    ConsentText,
    Patient,
    RecordMerge,
    Status,
    WaitlistEntry,
)
from appointments.patient_records import notes, privacy_requests
from core.mail.models import OutgoingEmail
from core.staff.models import AuditEvent
from tests.appointments import booking_steps
from tests.appointments.staff_clients import signed_in
from tests.factories import make_appointment, make_patient, make_service, monday
from tests.page_forms import read_forms
from tests.visitor import in_process

pytestmark = pytest.mark.django_db
MERGE = "Merge the two records"
IDENTITY = ("first_name", "last_name", "birth_date", "email")
GIVE = "Give the visit to this record"


@pytest.fixture(autouse=True)
def _without_a_second_factor(settings) -> None:
    settings.STAFF_MFA_REQUIRED = False


@pytest.fixture
def desk() -> Client:
    return signed_in("front desk")


def merge_page(patient: Patient, other: Patient | None = None) -> str:
    url = reverse("admin:appointments_patient_merge", args=[patient.pk])
    return f"{url}?with={other.pk}" if other else url


def form_of(page: str) -> dict[str, str]:
    return next(form for form in read_forms(page) if "seen" in form.fields).fields


def merge(desk: Client, patient: Patient, other: Patient, **changes):
    sent = form_of(desk.get(merge_page(patient, other)).text) | changes
    return desk.post(merge_page(patient, other), sent)


@pytest.fixture
def two() -> tuple[Patient, Patient]:
    """The same person twice, each with a visit."""
    first = make_patient(first_name="Jon", email="jon@example.org")
    second = make_patient(first_name="John", email="john@example.org", phone="+16155550142")
    service = make_service()
    make_appointment(patient=first, service=service)
    make_appointment(patient=second, service=service, starts_at=monday("11:00"))
    return first, second


# ── who is one person by the key ──────────────────────────────────────────────


@pytest.mark.parametrize(
    ("first", "last"),
    [
        *(("D'Andre", "O'Neal"), ("D’Andre", "O‘Neal"), ("DAndre", "ONeal"), ("d andre", "o neal")),
        *(
            ("D-Andre", "O–Neal"),
            ("DʼAndre", "O´Neal"),
            ("Ｄ'Andre", "O\u00a0Neal"),
            ("D'", "Andre O'Neal"),
        ),
        ("D\u200b'Andre", "O\u00adNeal"),
    ],
)
def test_apostrophes_hyphens_spaces_and_unicode_forms_make_nobody_another(first, last):
    who = make_patient(first_name="D'Andre", last_name="O'Neal", email="d@example.org")
    typed = Patient(
        first_name=first, last_name=last, birth_date=who.birth_date, email="D@example.org"
    )
    assert patients.remember(typed) == who


@pytest.mark.parametrize("last", ["Núñez", "Nu\u0301n\u0303ez", "NÚÑEZ"])
def test_composed_and_decomposed_letters_are_the_same(last):
    who = make_patient(last_name="Núñez", email="d@example.org")
    assert (
        patients.match_key(
            Patient(first_name="Grace", last_name=last, birth_date=who.birth_date, email=who.email)
        )
        == who.match_key
    )


@pytest.mark.parametrize(
    "other", [{"last_name": "Nunez"}, {"birth_date": date(1988, 4, 18)}, {"email": "e@example.org"}]
)
def test_other_letters_birth_dates_and_addresses_are_others(other):
    who = make_patient(last_name="Núñez", email="d@example.org")
    assert (
        make_patient(**{"last_name": "Núñez", "email": "d@example.org"} | other).match_key
        != who.match_key
    )


# ── merging ───────────────────────────────────────────────────────────────────


def test_the_page_of_a_patient_names_who_may_be_the_same_person(desk, two):
    first, second = two
    page = desk.get(reverse("admin:appointments_patient_change", args=[first.pk])).text
    assert merge_page(first, second) not in page  # neither name nor address is the same
    alike = make_patient(first_name="Jon", email="else@example.org")
    page = desk.get(reverse("admin:appointments_patient_change", args=[first.pk])).text
    assert f'{merge_page(first, alike)}">Jon Whitfield' in page
    event = AuditEvent.objects.filter(
        model="appointments.patient", object_pks__contains=[str(alike.pk)]
    )
    assert event.exists()


def test_the_other_record_is_found_by_search_and_shown_beside_before_anything_changes(desk, two):
    first, second = two
    found = desk.post(f"{merge_page(first)}find/", {"q": "john@"}).text
    assert f'?with={second.pk}"' in found
    page = desk.get(merge_page(first, second)).text
    for words in ("jon@example.org", "john@example.org", "(615) 555-0142", MERGE):
        assert words in page
    owners = Appointment.objects.order_by("pk").values_list("patient_id", flat=True)
    assert list(owners) == [first.pk, second.pk]
    assert AuditEvent.objects.filter(object_pks__contains=[str(second.pk)]).exists()


def test_all_visits_come_into_one_record_and_nothing_of_them_changes(desk, two):
    first, second = two
    visit = second.appointments.get()
    text = ConsentText.current()[0]
    Consent.objects.create(appointment=visit, text=text, given=timezone.now(), page="p")
    before = Appointment.objects.filter(pk=visit.pk).values().get()
    consents = list(Consent.objects.values())
    assert merge(desk, first, second).status_code == 302
    after = Appointment.objects.filter(pk=visit.pk).values().get()
    assert after == before | {"patient_id": first.pk}
    assert list(Consent.objects.values()) == consents
    assert not OutgoingEmail.objects.exists()
    first.refresh_from_db()
    assert (first.first_name, first.email) == ("Jon", "jon@example.org")
    listed = desk.get(reverse("admin:appointments_patient_changelist")).context["cl"]
    assert [row.pk for row in listed.result_list] == [first.pk]


def test_it_is_written_down_for_both_records_and_each_visit(desk, two):
    first, second = two
    visit = second.appointments.get()
    merge(desk, first, second)
    changed = AuditEvent.objects.filter(action="change").values_list("model", "object_pks")
    assert {(model, pk) for model, pks in changed for pk in pks} == {
        ("appointments.patient", str(first.pk)),
        ("appointments.patient", str(second.pk)),
        ("appointments.appointment", str(visit.pk)),
    }


def test_the_other_ones_details_can_be_those_that_stay(desk, two):
    first, second = two
    answer = merge(desk, first, second, keep=str(second.pk))
    assert answer.url == reverse("admin:appointments_patient_change", args=[second.pk])
    assert {visit.patient_id for visit in Appointment.objects.all()} == {second.pk}


def test_who_books_or_waits_by_the_other_spelling_is_this_person(desk, two):
    first, second = two
    merge(desk, first, second)
    service = Appointment.objects.first().service
    booking_steps.book(
        in_process(),
        service,
        monday("13:00"),
        first_name="John",
        email="john@example.org",
    )
    assert {visit.patient_id for visit in Appointment.objects.all()} == {first.pk}
    assert patients.remember(second) == first
    assert Patient.objects.kept().count() == 1
    assert not WaitlistEntry.objects.exists()


def test_the_merged_record_leads_to_the_other_and_is_found_by_its_spelling(desk, two):
    first, second = two
    merge(desk, first, second)
    here = reverse("admin:appointments_patient_change", args=[first.pk])
    there = reverse("admin:appointments_patient_change", args=[second.pk])
    assert desk.get(there).url == here
    assert desk.post(there, {"first_name": "Jack"}).url == here
    assert "John Whitfield, 04/17/1988, john@example.org" in desk.get(here).text
    found = desk.get(reverse("admin:appointments_patient_changelist"), {"q": "john@"})
    assert [row.pk for row in found.context["cl"].result_list] == [first.pk]
    assert desk.get(reverse("admin:appointments_patient_book", args=[second.pk])).status_code == 404
    assert desk.get(merge_page(second)).status_code == 404


@pytest.mark.parametrize("who", [0, 1])
def test_a_record_that_changed_since_is_shown_again_and_nothing_is_merged(desk, two, who):
    first, second = two
    seen = form_of(desk.get(merge_page(first, second)).text)
    Patient.objects.filter(pk=two[who].pk).update(email="new@example.org", match_key="new")
    answer = desk.post(merge_page(first, second), seen)
    assert answer.status_code == 409
    assert "Somebody changed one of these records just now" in answer.text
    assert "new@example.org" in answer.text
    assert second.appointments.exists()
    assert desk.post(merge_page(first, second), form_of(answer.text)).status_code == 302


def test_a_visit_that_was_booked_since_is_shown_first(desk, two):
    first, second = two
    seen = form_of(desk.get(merge_page(first, second)).text)
    make_appointment(patient=second, starts_at=monday("15:00"))
    assert desk.post(merge_page(first, second), seen).status_code == 409
    assert second.appointments.count() == 2


def test_of_three_records_one_stays_and_the_others_lead_there(desk, two):
    first, second = two
    third = make_patient(first_name="Jonathan", email="j@example.org")
    merge(desk, second, third)
    merge(desk, first, second)
    assert set(first.merged.all()) == {second, third}
    assert patients.remember(third) == first


@pytest.mark.parametrize("other", ["0", "x", "999999999999999999999"])
def test_nobody_is_merged_with_nobody(desk, two, other):
    first, _second = two
    url = merge_page(first)
    assert desk.get(url, {"with": other}).status_code == 200
    assert desk.get(url, {"with": first.pk}).status_code == 200
    assert desk.post(url, {"with": other, "keep": other, "seen": "x"}).status_code == 200
    assert Patient.objects.kept().count() == 2


def test_a_correction_to_the_spelling_that_was_merged_is_no_other_patient(desk, two):
    first, second = two
    merge(desk, first, second)
    data = {"first_name": "John", "last_name": "Whitfield", "birth_date": "04171988"}
    data |= {"email": second.email, "phone": "615-555-0117"}
    data |= {"appointments-TOTAL_FORMS": "0", "appointments-INITIAL_FORMS": "0"}
    page = reverse("admin:appointments_patient_change", args=[first.pk])
    assert desk.post(page, data).status_code == 302
    assert patients.remember(second) == first


def test_a_correction_that_makes_two_the_same_leads_to_merging_them(desk, two):
    first, second = two
    data = {"first_name": "John", "last_name": "Whitfield", "birth_date": "04171988"}
    data |= {"email": second.email, "phone": "615-555-0117"}
    data |= {"appointments-TOTAL_FORMS": "0", "appointments-INITIAL_FORMS": "0"}
    page = reverse("admin:appointments_patient_change", args=[first.pk])
    assert f'href="{merge_page(first, second)}"' in desk.post(page, data).text


def test_who_may_only_look_merges_nothing(two, client):
    first, second = two
    looker = get_user_model().objects.create_user("l@example.org", is_staff=True)
    client.force_login(looker)
    assert client.get(merge_page(first, second)).status_code == 403
    assert client.post(merge_page(first, second), {"with": second.pk}).status_code == 403


def test_a_merged_record_goes_with_the_one_that_it_leads_to(desk, two):
    first, second = two
    merge(desk, first, second)
    Patient.objects.update(created=timezone.now() - timedelta(days=3))
    assert retention.delete_patients_without_visits(timezone.now()) == 0
    Appointment.objects.all().delete()
    retention.delete_patients_without_visits(timezone.now())
    assert not Patient.objects.exists()


@pytest.mark.django_db(transaction=True)
def test_a_booking_at_the_same_moment_lands_in_the_record_that_stays():
    first = make_patient(first_name="Jon", email="jon@example.org")
    second = make_patient(first_name="John", email="john@example.org")
    service = make_service()
    make_appointment(patient=first, service=service)
    make_appointment(patient=second, service=service, starts_at=monday("11:00"))
    wish = WantedVisit(service.providers.get(), service, "TN", monday("14:00"), "asked for")
    details = PatientDetails(
        **{name: getattr(second, name) for name in IDENTITY},
        phone="+16155550117",
        contact="email",
        zone="America/Chicago",
    )

    def book() -> None:
        staff_booking.book_for_patient(wish, details, by="staff: Kim")
        connections.close_all()

    thread = threading.Thread(target=book)
    with transaction.atomic():
        record_merging.merge(
            second, into=first, as_seen=record_merging.seen(first, second), by="Kim"
        )
        thread.start()
        wait_until_it_waits()
    thread.join(timeout=30)
    close_old_connections()
    assert {visit.patient_id for visit in Appointment.objects.all()} == {first.pk}
    assert Appointment.objects.filter(status=Status.BOOKED).count() == 3


def wait_until_it_waits() -> None:
    """Until another connection waits for a row that this one holds. Others wait for others."""
    for _ in range(2000):
        with connection.cursor() as cursor:
            cursor.execute(
                "SELECT count(*) FROM pg_locks"
                " WHERE NOT granted AND pg_backend_pid() = ANY(pg_blocking_pids(pid))"
            )
            if cursor.fetchone()[0]:
                return
            cursor.execute("SELECT pg_sleep(0.01)")
    raise AssertionError("nothing waits")


# ── taken back ────────────────────────────────────────────────────────────────


def take_back(desk: Client, into: Patient, merge: RecordMerge):
    return desk.post(reverse("admin:appointments_patient_unmerge", args=[into.pk, merge.pk]))


def test_a_merge_is_taken_back_with_visits_notes_and_who_it_led_to(desk, two):
    first, second = two
    third = make_patient(first_name="Jonathan", email="j@example.org")
    merge(desk, second, third)
    notes.write(second, "Rings twice", by="Dana")
    stayed = first.appointments.get()
    merge(desk, first, second)
    assert [note.text for note in first.notes.all()] == ["Rings twice"]
    booked_since = make_appointment(patient=first, starts_at=monday("15:00"))
    page = desk.get(reverse("admin:appointments_patient_change", args=[first.pk]))
    assert "Take the merge back" in page.text
    answer = take_back(desk, first, RecordMerge.objects.get(into=first))
    told = desk.get(answer.url).text
    assert "1 visit went back" in told
    assert "booked since the merge and stays here" in told
    assert set(first.appointments.all()) == {stayed, booked_since}
    assert second.appointments.count() == 1
    assert [note.text for note in second.notes.all()] == ["Rings twice"]
    assert set(Patient.objects.kept()) == {first, second}
    assert list(second.merged.all()) == [third]
    assert patients.remember(third) == second
    assert "Take the merge back" not in desk.get(answer.url).text


def test_it_is_written_down_who_took_it_back(desk, two):
    first, second = two
    merge(desk, first, second)
    before = AuditEvent.objects.filter(action="change", object_pks=[str(second.pk)]).count()
    take_back(desk, first, RecordMerge.objects.get())
    after = AuditEvent.objects.filter(action="change", object_pks=[str(second.pk)]).count()
    assert after == before + 1
    assert RecordMerge.objects.get().undone_by == "Robin Example"


@pytest.mark.parametrize("why", ["day over", "twice", "merged on", "restricted", "of another"])
def test_it_is_not_taken_back(desk, two, why):
    first, second = two
    merge(desk, first, second)
    found, page_of = RecordMerge.objects.get(), first
    if why == "day over":
        RecordMerge.objects.update(merged_at=timezone.now() - timedelta(hours=25))
    elif why == "twice":
        take_back(desk, first, found)
        merge(desk, first, second)
    elif why == "merged on":
        page_of = make_patient(first_name="Jonathan", email="j@example.org")
        merge(desk, page_of, first)
    elif why == "restricted":
        Patient.objects.filter(pk=first.pk).update(restricted_at=timezone.now())
    elif why == "of another":
        page_of = make_patient(first_name="Else", email="else@example.org")
    take_back(signed_in("manager"), page_of, found)
    second.refresh_from_db()
    assert second.merged_into is not None
    assert not second.appointments.exists()


def test_who_may_not_merge_takes_nothing_back(two, desk):
    first, second = two
    merge(desk, first, second)
    assert take_back(signed_in("clinician"), first, RecordMerge.objects.get()).status_code == 403
    assert not second.appointments.exists()


def test_a_record_that_is_restricted_or_shall_be_is_not_merged(desk, two):
    first, second = two
    seen = form_of(desk.get(merge_page(first, second)).text)
    privacy_requests.ask(second, "restrict", reason="By phone", by=get_user_model().objects.first())
    answer = desk.post(merge_page(first, second), seen)
    assert answer.status_code == 409
    assert "is restricted, or somebody has asked" in answer.text
    assert second.appointments.exists()


def test_500_visits_are_merged_and_only_the_latest_are_shown(desk):
    first = make_patient(first_name="Jon", email="jon@example.org")
    second = make_patient(first_name="John", email="john@example.org")
    service, now = make_service(), timezone.now()
    for nth in range(30):
        make_appointment(
            patient=second,
            service=service,
            starts_at=now - timedelta(days=nth + 1),
            status=Status.COMPLETED,
        )
    page = desk.get(merge_page(first, second)).text
    assert "and 5 earlier ones" in page
    merge(desk, first, second)
    assert first.appointments.count() == 30


# ── a visit in the wrong record ───────────────────────────────────────────────


def give_page(visit: Appointment, to: Patient | None = None) -> str:
    url = reverse("admin:appointments_appointment_reassign", args=[visit.pk])
    return f"{url}?with={to.pk}" if to else url


def test_a_visit_is_given_to_the_right_record_after_both_were_shown(desk, two):
    first, second = two
    visit = first.appointments.get()
    assert (
        give_page(visit)
        in desk.get(reverse("admin:appointments_appointment_change", args=[visit.pk])).text
    )
    assert f'?with={second.pk}"' in desk.post(f"{give_page(visit)}find/", {"q": "John"}).text
    page = desk.get(give_page(visit, second)).text
    assert GIVE in page
    sent = form_of(page) | {"mails": "same"}
    assert desk.post(give_page(visit, second), sent).status_code == 302
    visit.refresh_from_db()
    assert (visit.patient_id, visit.email, visit.status) == (second.pk, "jon@example.org", "booked")
    assert not OutgoingEmail.objects.exists()
    assert not first.appointments.exists()
    assert AuditEvent.objects.filter(
        action="change", model="appointments.appointment", object_pks=[str(visit.pk)]
    ).exists()


def test_its_mails_go_to_the_right_record_unless_staff_say_otherwise(desk, two):
    first, second = two
    visit = first.appointments.get()
    sent = form_of(desk.get(give_page(visit, second)).text)
    assert sent["mails"] == "theirs"
    desk.post(give_page(visit, second), sent)
    visit.refresh_from_db()
    assert (visit.patient_id, visit.email) == (second.pk, "john@example.org")
    assert OutgoingEmail.objects.filter(to="john@example.org").exists()


def test_a_visit_is_not_given_by_an_old_page(desk, two):
    first, second = two
    visit = first.appointments.get()
    sent = form_of(desk.get(give_page(visit, second)).text)
    Patient.objects.filter(pk=second.pk).update(last_name="Else")
    answer = desk.post(give_page(visit, second), sent)
    assert answer.status_code == 409
    visit.refresh_from_db()
    assert visit.patient == first
    assert desk.post(give_page(visit, second), form_of(answer.text)).status_code == 302
    assert desk.post(give_page(visit, second), form_of(answer.text)).status_code == 200
