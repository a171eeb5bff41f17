"""Programs that book: they bounce off, and what they try hides no times from patients."""

import base64
import json
import re
from datetime import timedelta

import pytest
import time_machine
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from appointments import cookies
from appointments.scheduling import availability
from appointments.scheduling.states import STATES
from tests.appointments import puzzle_solver
from tests.appointments.test_many_visits import book
from tests.factories import make_hold, make_provider, make_service, monday

pytestmark = pytest.mark.django_db
OTHER_NETWORK = {"REMOTE_ADDR": "203.0.113.9"}


@pytest.fixture
def limits(settings):
    """The limits of a site as it comes."""
    settings.LIMITS = settings.LIMITS | {
        "holds": "60/10minutes",
        "holds_easily": "12/10minutes",
        "holds_in_all": "300/10minutes",
        "bookings": "30/day",
        "bookings_easily": "6/hour",
        "bookings_in_all": "120/hour",
    }


@pytest.fixture
def service():
    return make_service(providers=[make_provider() for _ in range(3)], minutes=15, step=15)


def free(service) -> list[int]:
    """The free starts from a whole day on: today may have too few left to hold twelve at once."""
    return availability.grid(service, "TN", first=monday()).merged()


def times(service) -> str:
    return reverse("appointments:choose_time", args=[STATES["TN"], service.slug])


def take(client: Client, service, start: int, **fields: str):
    slot = availability.moment(start).strftime("%Y-%m-%dT%H:%MZ")
    return client.post(times(service), {"slot": slot} | fields)


def asked_page(client: Client, service, starts) -> str:
    """Use up what is easy; the page that then asks for a little work."""
    for start in starts[:12]:
        assert take(client, service, start).status_code == 302
    response = take(client, service, starts[12])
    assert response.status_code == 429
    return response.content.decode()


def solution(page: str) -> str:
    return puzzle_solver.solve(puzzle_solver.puzzle_on(page))[0]


def test_hundreds_of_bot_bookings_in_a_day_hide_no_times(limits, service):
    everything = free(service)
    answers = []
    bot = Client()
    for number in range(200):
        bot.cookies[cookies.cookie_name(cookies.COOKIE)] = f"bot-with-number-{number:06}"
        answers.append(take(bot, service, everything[number % len(everything)]).status_code)
    assert answers.count(302) == 12, "the rest is asked for work or turned away"
    assert set(answers) == {302, 429}
    left = free(service)
    assert len(left) >= len(everything) - 12
    patient = Client(**OTHER_NETWORK)
    assert take(patient, service, left[0]).status_code == 302


def test_near_the_limit_a_solved_puzzle_goes_on_once(limits, client, service):
    starts = free(service)
    done = solution(asked_page(client, service, starts))
    assert take(client, service, starts[12], proof_of_work=done).status_code == 302
    assert take(client, service, starts[13], proof_of_work=done).status_code == 429


def test_a_made_up_solution_is_asked_again(limits, client, service):
    starts = free(service)
    page = asked_page(client, service, starts)
    forged = json.loads(base64.b64decode(solution(page)))
    forged["solution"]["derivedKey"] = "00" * 32
    for text in (base64.b64encode(json.dumps(forged).encode()).decode(), "AAAA", "{}", "ä"):
        assert take(client, service, starts[12], proof_of_work=text).status_code == 429


def test_without_javascript_waiting_counts(limits, client, service):
    starts = free(service)
    wait = re.search(r'name="wait" value="([^"]+)"', asked_page(client, service, starts))[1]
    assert take(client, service, starts[12], wait=wait).status_code == 429
    with time_machine.travel(timezone.now() + timedelta(seconds=25)):
        assert take(client, service, starts[12], wait=wait).status_code == 302
        assert take(client, service, starts[13], wait=wait).status_code == 429


def test_the_page_that_asks_carries_on_what_was_typed(limits, client, service):
    starts = free(service)
    asked_page(client, service, starts)
    page = take(client, service, starts[12], **{"typed-first_name": "Grace “G.”"})
    assert 'name="typed-first_name" value="Grace “G.”"' in page.content.decode()


def test_far_over_the_limit_even_work_does_not_help(limits, settings, client, service):
    settings.LIMITS = settings.LIMITS | {"holds": "13/10minutes"}
    starts = free(service)
    page = asked_page(client, service, starts)
    response = take(client, service, starts[12], proof_of_work=solution(page))
    assert response.status_code == 429
    assert b"Let us catch our breath" in response.content
    assert response["Retry-After"]


def test_when_everybody_does_a_lot_everybody_is_asked(limits, settings, service):
    settings.LIMITS = settings.LIMITS | {"holds_in_all": "3/10minutes"}
    starts = free(service)
    codes = [
        take(Client(REMOTE_ADDR=f"198.51.100.{number}"), service, starts[number]).status_code
        for number in range(5)
    ]
    assert codes == [302, 302, 302, 429, 429]


def test_bookings_of_one_network_are_limited_before_anything_is_written(limits, client, service):
    starts = free(service)
    codes = []
    for number in range(8):
        visitor = f"visitor-number-{number}"
        hold = make_hold(
            visitor=visitor, service=service, starts_at=availability.moment(starts[4 * number])
        )
        codes.append(book(client, hold, visitor).status_code)
    assert codes == [302] * 6 + [429] * 2
