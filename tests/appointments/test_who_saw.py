"""The privacy officer reads who saw whom, and the trail says everything in words."""

import csv
import html
from datetime import date, timedelta
from io import StringIO

import pytest
from django.test import Client
from django.urls import reverse

from appointments.emails import visit_emails
from core.mail.models import OutgoingEmail
from core.staff.models import AuditEvent
from tests.appointments.staff_clients import signed_in
from tests.factories import (
    at,
    make_appointment,
    make_entry,
    make_patient,
)

pytestmark = pytest.mark.django_db
PAGE, FIND, FILE = (
    reverse(f"admin:{name}") for name in ("who_saw", "find_whose_trail", "who_saw_file")
)
DECEMBER_15 = date(2026, 12, 15)


@pytest.fixture(autouse=True)
def _without_a_second_factor(settings) -> None:
    settings.STAFF_MFA_REQUIRED = False


@pytest.fixture
def robin(db) -> Client:
    return signed_in("front desk", name="Robin Vale", email="robin@example.org")


@pytest.fixture
def officer(db) -> Client:
    return signed_in("privacy officer", name="Dana Ruiz")


@pytest.fixture
def visit(db):
    return make_appointment(
        patient=make_patient(first_name="Emmett", last_name="Alder"),
        starts_at=at(DECEMBER_15, "09:00"),
    )


def text(answer) -> str:
    assert answer.status_code == 200
    return html.unescape(answer.content.decode())


def about(client: Client, patient, **asked) -> str:
    return text(client.get(PAGE, {"patient": patient.pk} | asked))


def change_page(row) -> str:
    return reverse(f"admin:{row._meta.app_label}_{row._meta.model_name}_change", args=[row.pk])


def file_rows(client: Client, **asked) -> list[dict]:
    answer = client.get(FILE, asked)
    assert "who-saw-" in answer["Content-Disposition"]
    return list(csv.DictReader(StringIO(answer.content.decode())))


def unlike(**values):
    """One whose page does not name the others as perhaps the same person."""
    return make_patient(birth_date=date(1961, 2, 3), phone="+16155550143", **values)


def year(day: date) -> str:
    return "" if day.year == at(date.today(), "12:00").year else f", {day.year}"


def test_who_opened_a_visit_stands_there_in_words(robin, officer, visit):
    robin.get(change_page(visit))
    page = about(officer, visit.patient)
    assert f"Robin Vale opened Emmett Alder’s visit of December 15{year(DECEMBER_15)}." in page
    assert "robin@example.org" in page


def test_the_day_of_a_visit_is_that_of_the_practice(robin, officer, visit):
    # Late in the evening of the 15th at the practice it is the 16th in UTC.
    visit.starts_at = at(DECEMBER_15, "22:00")
    visit.ends_at = at(DECEMBER_15, "22:30")
    visit.blocked = (visit.starts_at, visit.ends_at)
    visit.save()
    robin.get(change_page(visit))
    assert "visit of December 15" in about(officer, visit.patient)


def test_record_places_consents_and_mails_count_as_seen(robin, officer, visit):
    visit_emails.booked(visit)
    patient = visit.patient
    entry = make_entry(
        service=visit.service,
        first_name="Emmett",
        last_name="Alder",
        email=patient.email,
        birth_date=patient.birth_date,
    )
    mail = OutgoingEmail.objects.get(about=f"appointment:{visit.pk}", to=patient.email)
    for row in (patient, entry, mail):
        robin.get(change_page(row))
    page = about(officer, patient)
    assert "Robin Vale opened Emmett Alder’s record." in page
    assert "Robin Vale opened Emmett Alder’s place on the waitlist." in page
    assert "Robin Vale opened an e-mail about Emmett Alder’s visit of December 15" in page


def test_a_list_of_a_hundred_is_a_hundred_people_seen(robin, officer):
    patients = [make_patient(first_name=f"Nth{n}") for n in range(100)]
    robin.get(reverse("admin:appointments_patient_changelist"))
    [event] = AuditEvent.objects.filter(model="appointments.patient")
    assert set(event.object_pks) == {str(patient.pk) for patient in patients}
    for patient in (patients[0], patients[57], patients[99]):
        assert f"Robin Vale saw {patient}’s record (1 of 100)." in about(officer, patient)
    seen = [row for row in file_rows(officer, person=event.user_pk) if row["what"] == "list"]
    assert {row["record"] for row in seen} == {str(patient.pk) for patient in patients}
    assert len(seen) == 100


def test_many_visits_of_one_on_one_page_are_told_by_their_number(robin, officer, visit):
    for nth in range(4):
        starts_at = at(DECEMBER_15, f"{11 + nth}:00")
        make_appointment(service=visit.service, patient=visit.patient, starts_at=starts_at)
    robin.get(change_page(visit.patient))
    assert "Robin Vale saw 5 appointments of Emmett Alder." in about(officer, visit.patient)


def test_nobody_elses_rows_stand_there(robin, officer, visit):
    other = make_appointment(
        service=visit.service, patient=unlike(first_name="Somebody", last_name="Else")
    )
    for row in (visit, other, other.patient):
        robin.get(change_page(row))
    page = about(officer, visit.patient)
    assert "Else" not in page
    assert page.count("Robin Vale opened") == 1


def test_a_row_of_another_kind_with_the_same_number_is_not_taken_for_it(robin, officer, visit):
    AuditEvent.objects.create(
        action="view", model="articles.article", object_pks=[str(visit.patient.pk)], email="x@y.org"
    )
    assert "Nobody has seen any of it" in about(officer, visit.patient)


def test_what_was_seen_before_two_records_became_one_counts(robin, officer, visit):
    double = unlike(first_name="Emmet", last_name="Alder")
    robin.get(change_page(double))
    double.merged_into = visit.patient
    double.save()
    page = about(officer, visit.patient)
    assert "Robin Vale opened Emmet Alder’s record." in page
    assert "Emmett Alder" in about(officer, double)


def test_days_are_those_of_the_practice_and_both_count(officer, visit):
    # 11:30 pm on March 7 and 12:30 am on March 9 in Chicago; on the 8th its clocks go forward.
    for moment in (at(date(2026, 3, 7), "23:30"), at(date(2026, 3, 9), "00:30")):
        AuditEvent.objects.create(
            at=moment, action="view", model="appointments.appointment", object_pks=[str(visit.pk)]
        )
    for first, last, count in (
        ("2026-03-07", "2026-03-07", 1),
        ("2026-03-08", "2026-03-08", 0),
        ("2026-03-09", "", 1),
        ("", "2026-03-08", 1),
        ("2026-03-07", "2026-03-09", 2),
    ):
        page = about(officer, visit.patient, first=first, last=last)
        assert page.count("opened Emmett") == count, (first, last)
    assert "Sat, Mar 7, 2026, 11:30 pm" in about(officer, visit.patient)


def test_the_trail_is_read_by_person_and_by_day_too(robin, officer, visit):
    robin.get(change_page(visit))
    row = AuditEvent.objects.filter(email="robin@example.org").latest("pk")
    asked = {"person": row.user_pk, "first": f"{row.at - timedelta(days=2):%Y-%m-%d}"}
    assert "Robin Vale opened Emmett Alder’s visit" in text(officer.get(PAGE, asked))
    nobody = {"person": row.user_pk, "last": "2001-01-01"}
    assert "Nothing was written down" in text(officer.get(PAGE, nobody))
    other = signed_in("editor", name="Kim Noone")
    kim = AuditEvent.objects.create(action="sign-in", user_pk=other.session["_auth_user_id"])
    page = text(officer.get(PAGE, {"person": kim.user_pk}))
    assert "Kim Noone signed in." in page
    assert "Robin Vale opened" not in page


def test_the_same_again_is_one_line(robin, officer, visit):
    for _ in range(3):
        robin.get(change_page(visit))
    page = about(officer, visit.patient)
    assert page.count("Robin Vale opened") == 1
    assert "3 times." in page


def test_a_file_has_a_line_for_each_and_no_formula(robin, officer, visit):
    visit.patient.first_name = "=1+1"
    visit.patient.save()
    robin.get(change_page(visit))
    [row] = file_rows(officer, patient=visit.patient.pk)
    assert (row["who"], row["kind of record"]) == ("Robin Vale", "appointments.appointment")
    assert row["is called"].startswith("'=1+1")


def test_one_who_is_found_alone_is_opened_at_once_and_several_are_listed(officer, visit):
    answer = officer.post(FIND, {"q": "emmett"})
    assert answer.headers["Location"] == f"{PAGE}?patient={visit.patient.pk}"
    make_patient(first_name="Emmett", last_name="Birch")
    page = text(officer.post(FIND, {"q": "emmett"}))
    assert "Emmett Alder" in page
    assert "Emmett Birch" in page
    assert "Nobody is found" in text(officer.post(FIND, {"q": "zzqxv"}))


def test_who_waits_and_is_no_patient_yet_is_found_as_well(robin, officer, visit):
    entry = make_entry(service=visit.service, first_name="Wanda", last_name="Waits")
    robin.get(change_page(entry))
    answer = officer.post(FIND, {"q": "wanda"}, follow=True)
    assert "Robin Vale opened Wanda Waits’s place on the waitlist." in text(answer)


def test_reading_the_trail_is_in_the_trail(officer, visit):
    about(officer, visit.patient)
    row = AuditEvent.objects.latest("pk")
    assert (row.action, row.model) == ("trail", "appointments.patient")
    assert row.object_pks == [str(visit.patient.pk)]
    assert "Dana Ruiz read who saw Emmett Alder’s record." in about(officer, visit.patient)
    file_rows(officer, patient=visit.patient.pk)
    assert "took a file of who saw Emmett Alder’s record." in about(officer, visit.patient)


def test_whoever_is_named_while_the_whole_trail_is_read_is_in_it(robin, officer, visit):
    robin.get(change_page(visit))
    text(officer.get(PAGE))
    last = AuditEvent.objects.latest("pk")
    assert (last.action, last.object_pks) == ("trail", [str(visit.pk)])


def test_the_officer_reads_a_record_and_changes_nothing_of_it(officer, visit):
    page = text(officer.get(change_page(visit.patient)))
    assert f"{PAGE}?patient={visit.patient.pk}" in page
    assert 'name="_save"' not in page
    assert officer.post(change_page(visit.patient), {"first_name": "X"}).status_code == 403
    assert f'href="{PAGE}"' in text(officer.get(reverse("admin:records")))


@pytest.mark.parametrize("role", ["front desk", "clinician", "editor", "newsletter editor"])
def test_no_other_role_reads_it(role, visit):
    client = signed_in(role)
    for path in (PAGE, FIND, FILE, f"{PAGE}?patient={visit.patient.pk}"):
        assert client.get(path).status_code == 403


def test_what_is_no_day_is_said_beside_its_field(officer, visit):
    for asked in ({"first": "yesterday"}, {"person": "x"}, {"first": "9999-12-31"}):
        assert "errorlist" in about(officer, visit.patient, **asked)
    wrong = {"first": "2026-03-09", "last": "2026-03-08"}
    assert "This day is before the first one." in about(officer, visit.patient, **wrong)
    assert officer.get(PAGE, {"patient": "0"}).status_code == 404
    assert officer.get(PAGE, {"place": "x"}).status_code == 404


def test_whoever_stood_beside_another_on_a_page_was_seen_and_not_opened(robin, officer, visit):
    robin.get(change_page(make_patient(first_name="Emett", last_name="Alder")))
    page = about(officer, visit.patient)
    assert "Robin Vale saw Emmett Alder’s record (1 of 2)." in page


def test_a_long_trail_goes_on_behind_the_newest(officer, visit):
    for day in range(1, 29):
        for hour in range(8):
            AuditEvent.objects.create(
                at=at(date(2026, 1, day), f"{9 + hour:02}:00"),
                action="view",
                model="appointments.patient",
                object_pks=[str(visit.patient.pk)],
                network=f"192.0.2.{hour}",
            )
    answer = officer.get(PAGE, {"patient": visit.patient.pk})
    seen = [line.event.pk for line in answer.context_data["lines"]]
    while older := answer.context_data["older"]:
        answer = officer.get(PAGE + older)
        seen += [line.event.pk for line in answer.context_data["lines"]]
    assert sorted(seen) == sorted(
        AuditEvent.objects.filter(action="view").values_list("pk", flat=True)
    )
