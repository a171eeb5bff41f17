"""How pages and mails speak to who booked, and of who sees them."""

import pytest

from appointments import links
from appointments.models import Appointment, WaitlistEntry
from core.mail.models import OutgoingEmail
from tests.appointments import booking_steps
from tests.factories import make_appointment, make_patient, make_provider, make_service, monday
from tests.visitor import in_process

pytestmark = pytest.mark.django_db
FOR_ANOTHER = {"booked_for": "other", "booked_by": "Dr. Pat Example"}


def test_who_books_with_a_title_is_greeted_in_full():
    page = booking_steps.book(in_process(), make_service(), monday(), **FOR_ANOTHER)
    assert "Thank you, Dr. Pat Example." in page.text
    assert OutgoingEmail.objects.get().text.startswith("Hello Dr. Pat Example,")


def test_who_types_a_title_for_the_first_name_is_called_in_full():
    patient = {"first_name": "Mrs.", "last_name": "Whitfield"}
    page = booking_steps.book(in_process(), make_service(), monday(), **patient)
    assert "Thank you, Mrs. Whitfield." in page.text
    assert OutgoingEmail.objects.get().text.startswith("Hello Mrs. Whitfield,")
    page = in_process().get(links.page(Appointment.objects.get()))
    assert "Your visit, Mrs. Whitfield" in page.text


def test_who_waits_with_a_title_is_greeted_in_full():
    visitor = in_process()
    page = visitor.get(f"/book/tn/{make_service().slug}/waitlist/")
    visitor.submit(page, press="Join the waitlist", **booking_steps.DETAILS | FOR_ANOTHER)
    assert WaitlistEntry.objects.get().greeting_name == "Dr. Pat Example"
    assert OutgoingEmail.objects.get().text.startswith("Hello Dr. Pat Example,")


def test_a_provider_with_a_title_is_named_in_full():
    provider = make_provider(name="Dr. Anna Berg")
    visit = make_appointment(
        service=make_service(providers=[provider], channel="phone"),
        patient=make_patient(),
        starts_at=monday(),
    )
    text = " ".join(in_process().get(links.page(visit)).text.split())
    assert "Dr. Anna Berg will call you at" in text
    assert provider.initials == "AB"
