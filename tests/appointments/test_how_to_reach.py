"""How patients want to be reached: asked clearly, and beside every phone number that staff see."""

import pytest
from django.apps import apps
from django.db import connection
from django.urls import reverse

from appointments.migrations import _consent_texts
from appointments.models import Appointment, ConsentText, Status
from core.mail.models import OutgoingEmail
from tests.appointments import booking_steps
from tests.appointments.staff_clients import signed_in
from tests.factories import (
    make_appointment,
    make_entry,
    make_patient,
    make_service,
    monday,
)
from tests.page_forms import read_forms
from tests.visitor import in_process

pytestmark = pytest.mark.django_db
NO, FINE = "leave no message", "a message is fine"


@pytest.fixture
def desk(settings):
    settings.STAFF_MFA_REQUIRED = False
    return signed_in("front desk")


def make_visit(contact: str) -> Appointment:
    return make_appointment(starts_at=monday("10:00"), contact=contact)


def pages_with_the_phone(visit: Appointment) -> list[tuple[str, dict | None]]:
    day = f"{monday():%Y-%m-%d}"
    patient = visit.patient
    return [
        (f"/admin/appointments/appointment/day/{day}/", None),
        (f"/admin/appointments/appointment/day/{day}/print/", None),
        (reverse("admin:appointments_appointment_change", args=[visit.pk]), None),
        (reverse("admin:appointments_patient_change", args=[patient.pk]), None),
        (reverse("admin:appointments_patient_changelist"), None),
        (reverse("admin:appointments_patient_book", args=[patient.pk]), None),
        (reverse("admin:appointments_appointment_move", args=[visit.pk]), None),
        (reverse("admin:find_rows"), {"q": patient.last_name}),
        (reverse("admin:appointments_appointment_book"), {"q": patient.last_name}),
    ]


@pytest.mark.parametrize(("contact", "said"), [("call", NO), ("email", NO), ("message", FINE)])
def test_every_page_with_a_number_says_whether_a_message_may_be_left(desk, contact, said):
    visit = make_visit(contact)
    for path, sent in pages_with_the_phone(visit):
        html = (desk.post(path, sent) if sent else desk.get(path)).text
        assert "555-0117" in html, path
        assert said in html, path


@pytest.mark.parametrize(("contact", "said"), [("call", NO), ("message", FINE)])
def test_so_does_a_place_on_the_waitlist(desk, contact, said):
    entry = make_entry(service=make_service(), contact=contact)
    for name in ("changelist", "offer"):
        args = [entry.pk] if name == "offer" else []
        html = desk.get(reverse(f"admin:appointments_waitlistentry_{name}", args=args)).text
        assert said in html, name


def test_the_form_says_that_the_link_comes_by_email_whatever_is_chosen():
    page = booking_steps.hold_time(in_process(), make_service(), monday())
    assert "Your visit link and reminders come by e-mail in any case." in page.text


def emails(version: int, text: str) -> list[tuple[int, str]]:
    """Run what the migration does where this text alone stands; return all about e-mail."""
    with connection.cursor() as cursor:  # a table that is written once: only its owner can
        cursor.execute("ALTER TABLE appointments_consenttext DISABLE TRIGGER USER")
        cursor.execute("DELETE FROM appointments_consenttext WHERE kind = 'email'")
    ConsentText.objects.create(kind="email", version=version, text=text)
    _consent_texts.write(apps, None)
    return list(ConsentText.objects.filter(kind="email").values_list("version", "text"))


def test_the_consent_to_email_names_all_that_is_sent():
    (version, text), _older = emails(1, _consent_texts.EARLIER["email"])
    assert version == 2
    for sent in ("a confirmation", "reminders", "offers", "how to join it", "calendar file"):
        assert sent in text


def test_a_clinic_that_has_words_of_its_own_keeps_them():
    assert emails(7, "Our lawyer's words.") == [(7, "Our lawyer's words.")]


# ── a slip in the domain ──


def test_a_slip_in_the_domain_is_asked_about_once_and_the_rest_stays():
    visitor = in_process()
    page = booking_steps.hold_time(visitor, make_service(), monday())
    page = booking_steps.fill_in(visitor, page, email="grace@gmial.com")
    assert "Did you mean grace@gmail.com?" in page.text
    assert not Appointment.objects.filter(status=Status.BOOKED).exists()
    booking_steps.fill_in(visitor, page, email="grace@gmial.com")
    assert Appointment.objects.get(status=Status.BOOKED).email == "grace@gmial.com"


def test_the_waitlist_asks_too(client):
    service = make_service()
    sent = booking_steps.DETAILS | {"email": "grace@yaho.com"}
    page = client.post(f"/book/tn/{service.slug}/waitlist/", sent)
    assert "Did you mean grace@yahoo.com?" in page.text


@pytest.mark.parametrize("path", ["/appointments/lost-link/", "/book/tn/{}/proof/"])
def test_where_a_link_is_asked_for_a_slip_is_asked_about_before_anything_is_sent(client, path):
    path = path.format(make_service().slug)
    page = client.post(path, {"email": "grace@gmial.com"}).text
    assert "Did you mean grace@gmail.com?" in page
    assert not OutgoingEmail.objects.exists()
    [form] = [each for each in read_forms(page) if "kept_email" in each.fields]
    sent = client.post(path, form.fields).text
    assert "A message is on its way to grace@gmial.com" in sent
    assert OutgoingEmail.objects.get().to == "grace@gmial.com"


# ── a lost link ──


@pytest.mark.parametrize("path", ["/", "/contact/", "/nowhere/", "/articles/"])
def test_the_link_to_a_visit_can_be_asked_for_from_every_page(client, path):
    assert 'href="/appointments/lost-link/"' in client.get(path).text


def test_a_visit_of_who_has_no_answer_yet_has_no_note(desk):
    patient = make_patient()
    html = desk.get(reverse("admin:appointments_patient_change", args=[patient.pk])).text
    assert NO not in html
