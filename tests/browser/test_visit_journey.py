"""The whole way of a visit: from the link in the mail to two faces, and to what was agreed."""

import re
from urllib.parse import urlsplit

import pytest
from django.db import transaction
from playwright.sync_api import expect

from appointments.emails import visit_emails
from appointments.models import Appointment, Status
from core.mail.models import OutgoingEmail
from tests.browser.visit_call import VisitCall, button, call_browser, card, line, see, visit
from visits.models import Visit

__all__ = ["call_browser", "visit"]
pytestmark = pytest.mark.django_db(transaction=True)


def test_from_the_link_in_the_mail_to_two_faces_and_to_what_was_agreed(visit: VisitCall):
    patient = visit.context().new_page()
    patient.goto(_link_of_the_mail(visit.appointment))
    patient.get_by_role("link", name="Come in").click()
    expect(card(patient, "waiting")).to_be_visible()

    doctor = visit.doctor()
    button(doctor, "Start").click()
    see(patient)
    see(doctor)
    expect(line(doctor)).to_have_text("Good line")

    doctor.get_by_label("Address they are at now").fill("12 Elm Street, Nashville")
    doctor.get_by_label("Emergency contact").fill("Sam, (615) 555-0150")
    doctor.get_by_label("Document seen").check()
    doctor.locator("#part-first").get_by_label("Yes", exact=True).check()
    doctor.get_by_role("button", name="Keep this").click()
    expect(doctor.locator("#part-first")).to_contain_text("12 Elm Street")
    doctor.get_by_label("What was agreed").fill("Rest, and a call on Friday.")
    doctor.get_by_role("button", name="Share with the patient").click()
    doctor.get_by_role("button", name="Completed by video").click()

    expect(card(patient, "over")).to_be_visible()
    patient.get_by_role("link", name="To the page of your visit").click()
    expect(patient.get_by_role("region", name="After your visit")).to_contain_text(
        "Rest, and a call on Friday."
    )
    visit.appointment.refresh_from_db()
    assert visit.appointment.status == Status.COMPLETED
    held = Visit.objects.get()
    assert (held.outcome, held.path) == ("completed", "direct")
    assert visit.complaints == []


def _link_of_the_mail(appointment: Appointment) -> str:
    with transaction.atomic():
        visit_emails.booked(appointment)
    mail = OutgoingEmail.objects.get(template="appointment_booked")
    found = re.search(r"https?://\S+/appointments/\S+", mail.text)
    assert found
    return urlsplit(found[0]).path
