"""The search in the header finds people while one types, for those who may see patients only."""

from datetime import timedelta

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from appointments.models import Appointment
from core.staff.models import AuditEvent
from core.staff.roles import ROLES
from tests.appointments.staff_clients import signed_in
from tests.factories import make_appointment, make_patient, make_service, monday

pytestmark = pytest.mark.django_db
MAY = {role for role, table in ROLES.items() if "view" in table.get("appointments.patient", "")}


@pytest.fixture(autouse=True)
def _without_a_second_factor(settings) -> None:
    settings.STAFF_MFA_REQUIRED = False


@pytest.fixture
def desk() -> Client:
    return signed_in("front desk")


def found(client: Client, term: str, page: str = "find_rows") -> str:
    answer = client.post(reverse(f"admin:{page}"), {"q": term})
    assert answer.status_code == 200
    return answer.content.decode()


def names(client: Client, term: str) -> list[str]:
    """In the order of the rows."""
    answer = client.post(reverse("admin:find_rows"), {"q": term})
    return [str(row.patient) for row in answer.context["rows"]]


@pytest.mark.parametrize("page", ["find_rows", "find"])
def test_a_row_has_the_name_the_birth_date_the_phone_the_next_visit_book_and_open(desk, page):
    visit = make_appointment(starts_at=monday("14:30"))
    make_appointment(service=visit.service, starts_at=monday(weeks=2), patient=visit.patient)
    text = found(desk, "whit grace", page)
    assert str(visit.patient) in text
    assert f"{visit.patient.birth_date:%m/%d/%Y}" in text
    assert f'href="tel:{visit.patient.phone}"' in text
    assert reverse("admin:appointments_appointment_change", args=[visit.pk]) in text
    assert reverse("admin:appointments_patient_change", args=[visit.patient_id]) in text
    assert f"{reverse('admin:appointments_appointment_book')}?patient={visit.patient_id}" in text


def test_a_visit_is_found_by_its_number(desk):
    visit = make_appointment()
    for term in (f"{visit.pk}", f"#{visit.pk}"):
        assert f"Visit {visit.pk}" in found(desk, term)
    assert "Visit" not in found(desk, "#999999999999999999")


def test_somebody_is_found_by_what_was_typed_for_a_visit(desk):
    make_appointment(
        phone="+16155550199",
        email="mother@example.org",
        booked_for="other",
        booked_by="Ann Kessler",
    )
    for term in ("0199", "mother@", "kessler"):
        assert names(desk, term) == ["Grace Whitfield"], term


def test_by_a_record_that_was_merged_into_theirs(desk):
    kept = make_patient()
    make_patient(first_name="Gracie", last_name="Whitfeld", merged_into=kept)
    assert names(desk, "gracie") == [str(kept)]


def test_who_begins_so_stands_first_then_who_comes_next(desk):
    service = make_service()
    for first, weeks in (("Johanna", 0), ("Anna", 2), ("Annette", 1), ("Ann", None)):
        patient = make_patient(first_name=first, last_name="Corlo")
        if weeks is not None:
            make_appointment(service=service, patient=patient, starts_at=monday(weeks=weeks))
    assert names(desk, "ann") == [f"{n} Corlo" for n in ("Annette", "Anna", "Ann", "Johanna")]


def test_a_visit_that_is_over_or_cancelled_is_no_next_visit(desk):
    service, patient = make_service(), make_patient()
    make_appointment(service=service, patient=patient, status="cancelled")
    over = make_appointment(service=service, patient=patient, starts_at=monday(weeks=1))
    past = timezone.now() - timedelta(days=1)
    Appointment.objects.filter(pk=over.pk).update(
        starts_at=past,
        ends_at=past + timedelta(minutes=30),
        blocked=(past, past + timedelta(minutes=30)),
    )
    assert "No visit ahead" in found(desk, "grace")


def test_a_slip_is_said_and_nobody_offers_a_new_patient(desk):
    make_patient()
    assert "Nobody is spelled so" in found(desk, "whitfeild")
    text = found(desk, "zzqxv")
    assert "Nobody is found" in text
    assert "New patient" in text
    assert "book/?new=1" in text, "without the name: an address is written down in places"
    assert "New patient" not in found(desk, "z"), "one letter is not looked for"


def test_of_many_the_likeliest_are_shown_and_it_is_said_that_there_are_more(desk):
    for number in range(10):
        make_patient(first_name=f"Ada{chr(97 + number)}")
    assert len(names(desk, "ada")) == 8
    assert "there are more" in found(desk, "ada")


@pytest.mark.parametrize("role", ROLES)
def test_only_who_may_see_patients_finds_anybody(role):
    client, visit = signed_in(role), make_appointment()
    assert ("find-form" in client.get("/admin/").content.decode()) == (role in MAY)
    for page in ("find", "find_rows"):
        answer = client.post(reverse(f"admin:{page}"), {"q": f"{visit.pk}"})
        assert answer.status_code == (200 if role in MAY else 403)
        assert ("Whitfield" in answer.content.decode()) == (role in MAY)


def test_nobody_searches_without_signing_in(client):
    make_patient()
    for page in ("find", "find_rows"):
        assert client.post(reverse(f"admin:{page}"), {"q": "grace"}).status_code == 302


def test_a_search_leaves_whom_it_showed_in_the_trail_and_not_its_words(desk):
    shown = make_patient()
    for page in ("find", "find_rows"):
        last = AuditEvent.objects.order_by("-pk").first()
        found(desk, "grace", page)
        found(desk, "zzqxv", page)
        rows = AuditEvent.objects.filter(pk__gt=last.pk if last else 0).order_by("pk")
        assert [(row.action, row.model, row.object_pks) for row in rows] == [
            ("search", "appointments.patient", [str(shown.pk)]),
            ("search", "appointments.patient", []),
        ]


def test_no_address_has_what_was_searched_for(desk):
    make_patient()
    assert "Whitfield" not in desk.get(reverse("admin:find"), {"q": "grace"}).content.decode()
    assert desk.get(reverse("admin:find_rows"), {"q": "grace"}).status_code == 405
    text = found(desk, "grace", "find")
    assert 'method="get"' not in text.partition("find-found")[0]
    assert "q=grace" not in text


@pytest.mark.parametrize("term", ["\0", "%", "_", "'", "\\", "x" * 5000, "((((", "٣٤٥", "#", "-1"])
def test_whatever_is_typed_is_answered(desk, term):
    make_patient()
    assert "Whitfield" not in found(desk, term)


def test_names_are_shown_as_they_are_written(desk):
    make_patient(first_name="<b>Grace</b>")
    assert "&lt;b&gt;Grace" in found(desk, "grace")
