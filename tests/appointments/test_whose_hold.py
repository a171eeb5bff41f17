"""A hold is its own browser's: whoever else knows its address sees, changes and books nothing."""

from datetime import timedelta

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from appointments import cookies
from appointments.booking import returning_patient
from appointments.models import Appointment, Status
from core.mail.models import OutgoingEmail
from tests.appointments import booking_steps
from tests.appointments.test_many_visits import typed
from tests.factories import make_hold, make_provider, make_service, monday

pytestmark = pytest.mark.django_db
OWNER, STRANGER = "visitor-number-one", "visitor-number-two"


def browser(bits: str = "", *, proof_of: str = "") -> Client:
    """A browser with a hold's cookie, or with the proof of an address, or with neither."""
    client = Client()
    if bits:
        client.cookies[cookies.cookie_name(cookies.COOKIE)] = bits
    if proof_of:
        proof = returning_patient.make(proof_of, returning=True)
        client.cookies[cookies.cookie_name("proof")] = proof
    return client


@pytest.fixture
def hold() -> Appointment:
    service = make_service()
    make_hold(visitor=STRANGER, service=service, starts_at=monday("14:00"))
    return make_hold(visitor=OWNER, service=service)


STRANGERS = pytest.mark.parametrize(
    "stranger",
    [
        pytest.param({"bits": STRANGER}, id="with a hold of their own"),
        pytest.param({"bits": "somebody-with-no-hold"}, id="with a cookie of no hold"),
        pytest.param({"proof_of": "ada@example.org"}, id="with a proved address"),
        pytest.param({}, id="with no cookie"),
    ],
)


@STRANGERS
@pytest.mark.parametrize("step", ["details", "extend", "release"])
@pytest.mark.parametrize("method", ["get", "post"])
def test_another_browser_finds_no_such_hold(hold, stranger, step, method):
    client = browser(**stranger)
    sent = typed(hold) if method == "post" else {}
    answer = getattr(client, method)(reverse(f"appointments:{step}", args=[hold.uid]), sent)
    if method == "get" and step == "extend":
        assert answer.status_code in (302, 404)  # a GET leads to the page itself
    else:
        assert answer.status_code == 404
    assert untouched(hold)


@STRANGERS
def test_another_browser_that_knows_the_whole_address_takes_nothing_either(hold, stranger):
    """What follows the path names the time: that is for who comes back to a hold that is gone."""
    client, owner = browser(**stranger), browser(OWNER)
    page = owner.get(reverse("appointments:details", args=[hold.uid])).content.decode()
    address = steps_address(page, hold)
    for answer in (client.get(address), client.post(address, typed(hold))):
        assert answer.status_code in (200, 404, 409)
    assert untouched(hold)


@STRANGERS
def test_another_browser_gives_it_back_for_no_other_time(hold, stranger):
    client = browser(**stranger)
    times = reverse("appointments:choose_time", args=[hold.place, hold.service.slug])
    client.post(times, {"release": str(hold.uid), "day": f"{monday().date()}"})
    client.post(times, {"release": str(hold.uid), "slot": booking_steps.slot(monday("11:00"))})
    assert untouched(hold)


def test_its_own_browser_does_all_of_that(hold):
    """Else the tests above would be green for another reason."""
    client, pages = browser(OWNER), {}
    for step in ("extend", "details"):
        path = reverse(f"appointments:{step}", args=[hold.uid])
        pages[step] = client.post(path, typed(hold)).status_code
    assert pages == {"extend": 200, "details": 302}
    assert Appointment.objects.get(pk=hold.pk).status == Status.BOOKED
    other = Appointment.objects.get(status=Status.HELD)
    browser(STRANGER).post(reverse("appointments:release", args=[other.uid]))
    other.refresh_from_db()
    assert other.status == Status.RELEASED


def steps_address(page: str, hold: Appointment) -> str:
    """The address that the page of this hold keeps for itself, with the time in it."""
    start = page.index(reverse("appointments:details", args=[hold.uid]) + "?")
    return page[start : page.index('"', start)].replace("&amp;", "&")


def untouched(hold: Appointment) -> bool:
    now = Appointment.objects.get(pk=hold.pk)
    same = (now.status, now.held_until, now.patient) == (Status.HELD, hold.held_until, None)
    return same and not OutgoingEmail.objects.exists()


def test_a_time_that_began_while_somebody_typed_is_not_booked():
    service = make_service(providers=[make_provider(hours="00:00-00:00")])
    begun = timezone.now() - timedelta(minutes=1)
    hold = make_hold(visitor=OWNER, service=service, starts_at=begun)
    answer = browser(OWNER).post(reverse("appointments:details", args=[hold.uid]), typed(hold))
    assert answer.status_code == 409
    hold.refresh_from_db()
    assert (hold.status, hold.patient) == (Status.HELD, None)
    assert not OutgoingEmail.objects.exists()
