"""The check before the call: what the patient's browser found is kept as a number, for staff."""

from datetime import timedelta

import pytest
from django.urls import reverse
from django.utils import timezone

from appointments import links
from appointments.models import Appointment
from tests.factories import make_appointment, make_provider, make_service
from tests.visitor import Page, Visitor, in_process
from visits import device_check
from visits.device_check import Part, Result, Trouble
from visits.models import Visit, VisitEvent

pytestmark = pytest.mark.django_db
WORKS = {"camera": "yes", "microphone": "yes", "sound": "heard", "trouble": ""}


@pytest.fixture
def visit() -> Appointment:
    provider = make_provider(video_room="")
    in_two_days = timezone.now() + timedelta(days=2)
    return make_appointment(service=make_service(providers=[provider]), starts_at=in_two_days)


def address(visit: Appointment) -> str:
    return reverse("visits:check", args=[links.token(visit)])


def send(visitor: Visitor, page: Page, **found: str) -> Page:
    token = next(form for form in page.forms if "csrfmiddlewaretoken" in form.fields)
    return visitor.post(page.url, token.fields | WORKS | found)


def test_what_works_and_what_does_not_reaches_staff_in_words(visit):
    visitor = in_process()
    page = visitor.get(address(visit))
    assert send(visitor, page).status == 204
    found = Visit.objects.get(appointment=visit)
    assert found.knocked_at is None, "to check is not to come"
    assert device_check.latest(found).words == "camera works, microphone works, hears us"
    assert found.events.get().kind == VisitEvent.Kind.CHECK_PASSED
    send(visitor, page, camera="no", microphone="no", sound="", trouble="denied")
    newest = device_check.latest(found)
    assert newest.words == "no camera, no microphone: refused by the browser"
    send(visitor, page, sound="not-heard")
    assert "does not hear us" in device_check.latest(found).words
    assert found.events.last().kind == VisitEvent.Kind.CHECK_FAILED


@pytest.mark.parametrize(
    ("found", "passed"),
    [
        ({}, True),
        ({"sound": ""}, True),  # not asked yet
        ({"sound": "not-heard"}, False),
        ({"camera": "no", "trouble": "in-use"}, False),
        ({"microphone": "no", "trouble": "silent"}, False),
        ({"camera": "perhaps", "trouble": "<script>"}, False),
    ],
)
def test_it_has_passed_when_both_will_see_and_hear_each_other(found, passed):
    assert Result.of_form(WORKS | found).passed == passed


@pytest.mark.parametrize("trouble", [None, *Trouble])
@pytest.mark.parametrize("parts", [Part(0), Part.CAMERA, Part.MICROPHONE | Part.NOT_HEARD])
def test_the_number_says_again_what_was_found(parts, trouble):
    assert Result.of_number(Result(parts, trouble).number) == Result(parts, trouble)


def test_a_number_of_a_later_release_says_what_is_known_of_it():
    assert Result.of_number(999 << 4 | 3) == Result(Part.CAMERA | Part.MICROPHONE)


def test_only_this_page_may_open_camera_and_microphone(visit):
    visitor = in_process()
    here = visitor.get(address(visit)).headers["Permissions-Policy"]
    assert "camera=(self)" in here
    assert "microphone=(self)" in here
    assert "geolocation=()" in here
    before = visitor.get(links.page(visit)).headers["Permissions-Policy"]
    assert "camera=()" in before


def test_of_one_visit_only_so_much_is_written_down(visit, settings):
    settings.LIMITS = settings.LIMITS | {"checks": "2/hour"}
    visitor = in_process()
    page = visitor.get(address(visit))
    assert [send(visitor, page).status for _ in range(3)] == [204, 204, 429]
    assert VisitEvent.objects.count() == 2


def test_without_scripts_the_page_says_what_to_do(visit):
    page = in_process().get(address(visit))
    assert "The check does not run in this browser" in page.text
    assert "data-check-body hidden" in page.text
    assert "come anyway: we can talk by phone" in page.text
