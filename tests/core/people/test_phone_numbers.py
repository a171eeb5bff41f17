"""A phone number's extension is kept, shown and dialled; what is none is refused."""

from datetime import timedelta

import pytest
from django.core.exceptions import ValidationError
from django.urls import reverse
from django.utils import timezone

from appointments.models import Appointment, Patient, WaitlistEntry
from core.people.phone_numbers import PhoneField
from core.practice.models import Practice
from tests.appointments import booking_steps
from tests.appointments.staff_clients import signed_in
from tests.factories import make_appointment, make_patient, make_service, monday

KEPT = "+16155550117;ext=123"


@pytest.mark.parametrize(
    "typed",
    [
        *("615-555-0117 x123", "615-555-0117x123", "615-555-0117 ext. 123", "615-555-0117 EXT 123"),
        *(
            "615-555-0117 #123",
            "(615) 555-0117 extension 123",
            "615.555.0117, 123",
            "6155550117;123",
        ),
        *("+1 615 555 0117 ext: 123", "tel:+16155550117;ext=123", "615-555-0117 ｘ１２３"),
        *("1-615-555-0117 (ext 123)", "615-555-0117 Ex. 123"),
    ],
)
def test_an_extension_is_kept_however_it_is_written(typed):
    assert str(PhoneField().clean(typed)) == KEPT


@pytest.mark.parametrize(
    "typed",
    [
        *("615-555-0117 room 4", "615-555-0117 / 123", "615-555-0117/x302/x2301", "x123"),
        *("615-555-0117 or 615-555-0118", "615-555-0117 p123", "615-555-0117 option 2"),
        *("615-555-0117-123", "615-555-0117 ext. ", "555-0117 x123"),
    ],
)
def test_what_would_be_lost_is_refused_with_a_sentence(typed):
    with pytest.raises(ValidationError, match=r"with an extension: 615-555-0117 ext\. 12"):
        PhoneField().clean(typed)


@pytest.mark.parametrize(
    ("typed", "kept"),
    [
        ("615-555-0117", "+16155550117"),
        ("1-800-FLOWERS", "+18003569377"),
        ("+44 (0)20 7946 0018", "+442079460018"),
        ("٦١٥٥٥٥٠١١٧", "+16155550117"),
    ],
)
def test_a_number_without_one_is_kept_as_ever(typed, kept):
    assert str(PhoneField().clean(typed)) == kept


pytestmark = pytest.mark.django_db


@pytest.fixture
def desk(settings):
    settings.STAFF_MFA_REQUIRED = False
    return signed_in("front desk")


def test_who_books_or_waits_is_called_by_their_extension(client, desk):
    make_service(slug="first-visit", channel="phone")
    held = client.post("/book/tn/first-visit/", {"slot": booking_steps.slot(monday())}).url
    texts = client.get(held).context["form"].texts
    agreed = {f"agree_{text.kind}": str(text.pk) for text in texts} | {"zone": "America/Chicago"}
    sent = booking_steps.DETAILS | agreed | {"phone": "615-555-0117 #123"}
    done = client.post(held, sent)
    assert done.status_code == 302
    assert client.post("/book/tn/first-visit/waitlist/", sent).status_code == 200
    visit, place = Appointment.objects.get(), WaitlistEntry.objects.get()
    assert [str(row.phone) for row in (visit, Patient.objects.get(), place)] == [KEPT] * 3
    for row in (visit, visit.patient, place):
        model = row._meta.model_name
        page = desk.get(reverse(f"admin:appointments_{model}_change", args=[row.pk])).text
        assert "(615) 555-0117 ext. 123" in page, model
        assert model == "patient" or f'href="tel:{KEPT}"' in page, model
    assert f'href="tel:{KEPT}"' in desk.get("/admin/appointments/patient/").text


def test_a_patient_reads_at_which_extension_we_call(client):
    service = make_service(channel="phone")
    soon = timezone.now() + timedelta(minutes=5)
    visit = make_appointment(service=service, starts_at=soon, phone=KEPT)
    page = client.get(booking_steps.page_of(visit, "visit")).text
    assert '<b class="num">(615) 555-0117 ext. 123</b>' in page


def test_staff_add_an_extension_and_book_with_it(desk):
    patient = make_patient()
    page = reverse("admin:appointments_patient_change", args=[patient.pk])
    data = {
        "first_name": "Grace",
        "last_name": "W",
        "birth_date": "04171988",
        "email": patient.email,
    }
    inline = {"appointments-TOTAL_FORMS": 0, "appointments-INITIAL_FORMS": 0}
    assert desk.post(page, data | inline | {"phone": "(615) 555-0117 ext. 123"}).status_code == 302
    patient.refresh_from_db()
    assert str(patient.phone) == KEPT
    service = make_service()
    book = reverse("admin:appointments_patient_book", args=[patient.pk])
    page = desk.get(f"{book}?service={service.pk}&state=TN").text
    assert 'value="(615) 555-0117 ext. 123"' in page


def test_the_clinics_own_number_is_dialled_with_its_extension(client):
    Practice.objects.update_or_create(pk=1, defaults={"phone": "615-555-0142 x9"})
    Practice.share()
    page = client.get("/contact/").text
    assert 'href="tel:+16155550142;ext=9"' in page
    assert "(615) 555-0142 ext. 9" in page
