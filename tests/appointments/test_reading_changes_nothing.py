"""Mail scanners and previews open every address: GET and HEAD leave every table as it was."""

from urllib.parse import urlsplit

import pytest
from django.test import Client
from django.urls import get_resolver, reverse

from appointments.booking import returning_patient
from appointments.calendars import feeds
from appointments.waitlist import links as waitlist_links
from appointments.waitlist import offers
from tests.appointments import booking_steps
from tests.database import contents
from tests.factories import make_appointment, make_entry, make_hold, make_service, monday
from tests.visitor import in_process

pytestmark = pytest.mark.django_db
TOKEN = {
    "visit",
    "calendar",
    "reschedule",
    "reschedule_fragment",
    "cancel",
    "confirm",
    "done",
    "visit_waitlist_entry",
}
PLACE = {f"waitlist{step}" for step in ("", "_accept", "_decline", "_keep", "_leave")}
HOLD = {"details", "extend", "release"}
PLAIN = {
    "choose_state",
    "state_not_served",
    "guess_time_zone",
    "lost_link",
}


def names() -> list[str]:
    """Every address of the app, so that a new one is looked at too."""
    patterns = get_resolver("appointments.urls").url_patterns
    return sorted(pattern.name for pattern in patterns)


def address(name: str, *, service, proved, hold, visit, feed, entry) -> str:
    if name in TOKEN:
        return booking_steps.page_of(visit, name)
    if name in PLACE:
        return waitlist_links.page(entry, name)
    if name in HOLD:
        return reverse(f"appointments:{name}", args=[hold.uid])
    if name in PLAIN:
        return reverse(f"appointments:{name}")
    if name == "calendar_feed":
        return feed
    where = {
        "choose_service": [visit.place],
        "email_proof": [visit.place, proved.slug],
        "email_proof_accept": [
            visit.place,
            proved.slug,
            returning_patient.make(visit.email, returning=True),
        ],
    }
    return reverse(f"appointments:{name}", args=where.get(name, [visit.place, service.slug]))


@pytest.fixture
def situation():
    """A visitor with a hold that has run out, which a careless page would settle, and a visit."""
    service, client = make_service(), Client(enforce_csrf_checks=True)
    booking_steps.hold_time(in_process(client), service, monday("10:00"))
    hold = service.appointments.get()
    make_hold(service=service, starts_at=monday("15:00"), minutes=-30)
    visit = make_appointment(service=service, starts_at=monday("11:00"))
    feed = urlsplit(feeds.replace(visit.provider)).path
    proved = make_service(audience="returning", proof_required=True)
    entry = make_entry(service=service)
    offers.offer_freed_times()
    rows = {"service": service, "proved": proved, "hold": hold, "visit": visit, "feed": feed}
    return client, rows | {"entry": entry}


@pytest.mark.parametrize("method", ["get", "head"])
def test_reading_an_address_changes_no_row(situation, method):
    client, rows = situation
    before = contents()
    for name in names():
        url = address(name, **rows)
        query = "?day=2027-01-04&with=&just=moved&slot=x&confirm=1"
        assert getattr(client, method)(url + query).status_code < 500
        assert contents() == before, name


@pytest.mark.parametrize("status", ["held", "expired", "cancelled", "completed"])
def test_reading_a_visit_in_any_state_changes_no_row(situation, status):
    client, rows = situation
    visit = rows["visit"]
    visit.status, visit.held_until = status, visit.starts_at if status == "held" else None
    visit.save()
    before = contents()
    for name in sorted(TOKEN):
        assert client.get(booking_steps.page_of(visit, name)).status_code < 500
    assert contents() == before


def test_every_page_stays_out_of_caches_search_engines_and_foreign_logs(situation):
    client, rows = situation
    for name in names():
        response = client.get(address(name, **rows))
        if (
            name == "calendar_feed" or response.status_code == 405
        ):  # the providers' own, an empty answer
            continue
        assert {"no-store", "private"} <= set(response["Cache-Control"].split(", ")), name
        is_first_step = name == "choose_state"  # it holds nobody's data, and may be found
        assert is_first_step or "noindex" in response["X-Robots-Tag"], name
        assert response["Referrer-Policy"] == "same-origin", name


def test_a_page_that_is_not_found_stays_out_of_caches_too(client):
    for path in ("/appointments/no-such-token-at-all/", "/book/zz/"):
        response = client.get(path)
        assert response.status_code == 404
        assert "no-store" in response["Cache-Control"]


def test_no_page_loads_anything_from_another_origin(situation):
    client, rows = situation
    for name in names():
        response = client.get(address(name, **rows))
        policy = response["Content-Security-Policy"]
        assert "default-src 'self'" in policy, name
        assert "unsafe" not in policy, name
        html = response.content.decode()
        for attribute in (' src="http', ' src="//', ' srcset="http', ' action="http', "@import"):
            assert attribute not in html, name


def test_only_get_head_options_and_post_are_answered(situation):
    client, rows = situation
    before = contents()
    token = client.cookies["csrftoken"].value
    for name in names():
        for method in ("put", "delete", "patch"):
            call = getattr(client, method)
            response = call(address(name, **rows), headers={"X-CSRFToken": token})
            assert response.status_code == 405, name
    assert contents() == before


def test_a_post_without_its_csrf_token_changes_nothing_and_says_how_to_go_on(situation):
    client, rows = situation
    before = contents()
    for name in names():
        sent = booking_steps.DETAILS | {"slot": booking_steps.slot(monday("12:00"))}
        response = client.post(address(name, **rows), sent)
        assert response.status_code in (403, 405), name
        if response.status_code == 403:
            assert "Please send that once more." in response.content.decode()
    assert contents() == before
