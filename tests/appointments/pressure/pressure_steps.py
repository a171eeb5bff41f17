"""What visitors do while much is held by people whose address nobody has proved."""

import re

from django.test import Client

from appointments.models import Appointment
from core.mail.models import OutgoingEmail
from tests.appointments import booking_steps, puzzle_solver
from tests.visitor import Page, Visitor, in_process

EMAIL = "grace@example.org"


def browser(network: str = "203.0.113.7") -> Visitor:
    return in_process(Client(REMOTE_ADDR=network))


def take(visitor: Visitor, service, starts_at, **also: str) -> Page:
    return puzzle_solver.pass_proof_of_work(
        visitor, booking_steps.hold_time(visitor, service, starts_at, **also)
    )


def book(visitor: Visitor, service, starts_at, **answers) -> Page:
    page = take(visitor, service, starts_at)
    return puzzle_solver.pass_proof_of_work(
        visitor, booking_steps.fill_in(visitor, page, **answers)
    )


def mailed(template: str) -> str:
    """The path in the last mail of that kind."""
    text = OutgoingEmail.objects.filter(template=template).latest("pk").text
    return re.search(r"https?://[^/\s]+(/\S+)", text)[1]


def prove(visitor: Visitor, service, email: str = EMAIL) -> None:
    """Ask for the link, open it and press its button."""
    page = visitor.get(f"/book/tn/{service.slug}/proof/")
    visitor.submit(page, press="Send me the link", email=email)
    visitor.press(visitor.get(mailed("email_proof")), "See open times")


def of(email: str = EMAIL) -> Appointment:
    return Appointment.objects.get(email=email)
