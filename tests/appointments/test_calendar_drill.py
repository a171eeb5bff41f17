"""The drill: fifty networks try for five minutes to leave patients no time to choose.

The attackers do all that a program can: fresh cookies, other addresses for each booking, sums up to
a budget, waiting where that is cheaper. The clock is moved, the requests are real.
"""

import re
from collections import Counter
from datetime import date, datetime, timedelta

import pytest
from django.test import Client
from django.utils import timezone

from appointments.models import Appointment, Status
from appointments.scheduling import availability
from core.guard import proof_of_work
from core.mail.models import OutgoingEmail
from tests.appointments import booking_steps, puzzle_solver
from tests.factories import make_provider, make_service
from tests.visitor import Page, Visitor, in_process

pytestmark = pytest.mark.django_db
NETWORKS, ROUNDS, BETWEEN = 50, 5, timedelta(minutes=1)
MOST_ACTIONS = 2  # of one network in a round
SLOTS_A_DAY = 16  # of one provider
# What each may spend on sums: five seconds of one core, and rounds of PBKDF2 cost here 1 : 5,000.
BUDGET = 20_000_000
COST = proof_of_work.COST


@pytest.fixture
def site(settings, monkeypatch):
    """The limits of a site as it comes; the sums are the same with shorter tries."""
    settings.LIMITS = settings.LIMITS | {
        "holds": "60/10minutes",
        "holds_easily": "12/10minutes",
        "holds_in_all": "300/10minutes",
        "bookings": "30/day",
        "bookings_easily": "6/hour",
        "bookings_in_all": "120/hour",
    }
    monkeypatch.setattr(proof_of_work, "COST", 1)


@pytest.fixture
def service(db):
    return make_service(providers=[make_provider() for _ in range(3)])


def browser(network: str) -> Visitor:
    return in_process(Client(REMOTE_ADDR=network))


class Attacker:
    """One network. It takes what comes first, books it for somebody, and begins anew."""

    def __init__(self, number: int, service) -> None:
        self.network = f"10.{number}.0.1"
        self.address = f"/book/tn/{service.slug}/"
        self.number, self.left, self.booked = number, BUDGET, 0
        self.waiting: list[tuple[datetime, str]] = []  # since when, the token

    def act(self, start: int) -> bool:
        """Hold that time and book it; False where the site asks for more than there is."""
        visitor = browser(self.network)
        sent = {"slot": booking_steps.slot(availability.moment(start))}
        page = self._insist(visitor, self.address, sent)
        if page.status == 200 and page.path.startswith("/book/details/"):
            self.booked += 1
            details = page.form_with("first_name").filled(**self._person())
            self._insist(visitor, page.path, details)
        return page.status != 429

    def _insist(self, visitor: Visitor, address: str, sent: dict[str, str]) -> Page:
        page = visitor.post(address, sent)
        if page.status != 429 or 'id="puzzle"' not in page.text:
            return page
        token = page.form_with("wait").fields["wait"]
        work = self._solution(page)
        if work:
            return visitor.post(address, sent | {"proof_of_work": work})
        now = timezone.now()
        due = [old for old in self.waiting if old[0] <= now - timedelta(minutes=2)]
        self.waiting.append((now, token))
        for old in due[:1]:
            self.waiting.remove(old)
            return visitor.post(address, sent | {"wait": old[1]})
        return page

    def _solution(self, page: Page) -> str:
        """The sum, if the budget allows it."""
        found = puzzle_solver.puzzle_on(page.text)
        if self.left < found["most"] * COST / 2:
            return ""
        work, tries = puzzle_solver.solve(found)
        self.left -= tries * COST
        return work

    def _person(self) -> dict[str, str | bool]:
        email = f"someone{self.number}.{self.booked}@example.org"
        return booking_steps.DETAILS | {"email": email}


def attack(service, clock) -> None:
    """Five minutes. In each round every network goes for the next times that are free."""
    attackers = [Attacker(number, service) for number in range(1, NETWORKS + 1)]
    for _ in range(ROUNDS):
        aims = iter(availability.grid(service, "TN").merged() * NETWORKS)
        for attacker in attackers:
            for _ in range(MOST_ACTIONS):
                if not attacker.act(next(aims)):
                    break
        clock.shift(BETWEEN)


def held_without_proof() -> Counter[tuple[int, date]]:
    """How many times of each provider's day."""
    held = Appointment.objects.blocking(timezone.now()).filter(status=Status.HELD, proved=False)
    return Counter(
        (visit.provider_id, visit.starts_at.astimezone(visit.provider.zone).date())
        for visit in held.select_related("provider")
    )


def confirm(patient: Visitor, email: str) -> None:
    """Open the mailed link and press its button."""
    text = OutgoingEmail.objects.get(to=email).text
    path = re.search(r"https?://[^/\s]+(/\S+)", text)[1]
    patient.press(patient.get(path), "Yes, book this visit")


def test_fifty_networks_in_five_minutes_leave_a_patient_a_time_within_two_pages(
    site, service, time_machine
):
    time_machine.move_to(timezone.now(), tick=False)
    attack(service, time_machine)
    held = held_without_proof()
    assert held.total() > 20, "they have held what they could"
    assert max(held.values()) <= SLOTS_A_DAY // 3, "of no provider's day more than a third"
    week = timezone.now() + timedelta(days=7)
    soon = sum(map(len, availability.grid(service, "TN", last=week).starts.values()))
    assert soon >= 3 * 7 * SLOTS_A_DAY // 2, "half of the next week is free"

    patient = browser("203.0.113.7")
    page = puzzle_solver.pass_proof_of_work(
        patient, patient.press(booking_steps.times_page(patient, service), "Take this time")
    )
    if page.status == 409:
        page = puzzle_solver.pass_proof_of_work(patient, patient.press(page, "Take "))
    assert page.path.startswith("/book/details/"), "the second page of times at the latest"
    page = puzzle_solver.pass_proof_of_work(
        patient, booking_steps.fill_in(patient, page, email="grace@example.org")
    )
    assert page.path.startswith("/book/done/")
    assert "One more step" in page.text
    confirm(patient, "grace@example.org")
    assert Appointment.objects.get(email="grace@example.org").status == Status.BOOKED
