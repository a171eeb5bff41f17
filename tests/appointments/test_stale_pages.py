"""A page that is a little old leads on: what it offers may have been closed since."""

from datetime import date, timedelta

import pytest
import time_machine
from django.utils import timezone

from appointments import links
from appointments.booking import moves, staff_booking, visits
from appointments.booking.rules import NotChangeable
from appointments.models import Appointment, License, Provider, Service
from appointments.scheduling import bookable_services
from appointments.scheduling.states import STATES
from appointments.waitlist import links as place_links
from core.mail.models import OutgoingEmail
from tests.appointments import booking_steps
from tests.factories import (
    at,
    make_appointment,
    make_entry,
    make_license,
    make_provider,
    make_service,
    monday,
)
from tests.visitor import in_process

pytestmark = pytest.mark.django_db
TENNESSEE = STATES["TN"]
CLOSED = "That kind of visit cannot be booked any more."
GONE = "The provider you chose cannot be booked for this visit any more"
NOT_OPEN = "that time is not open any more"


@pytest.fixture
def visitor():
    return in_process()


@pytest.fixture
def service():
    """One of two that can be booked, with two providers."""
    providers = [make_provider(slug="anna-berg"), make_provider(slug="bo-lin")]
    make_service(slug="check-in", invitation="A short check-in", providers=providers)
    return make_service(slug="first-visit", providers=providers)


# ── a service that was closed ─────────────────────────────────────────────────


@pytest.mark.parametrize("step", ["", "waitlist/", "proof/"])
def test_a_service_that_was_closed_leads_to_those_that_are_open(visitor, service, step):
    Service.objects.filter(pk=service.pk).update(active=False)
    page = visitor.get(f"/book/tn/first-visit/{step}")
    assert (page.status, page.path) == (200, "/book/tn/")
    assert CLOSED in page.text
    assert "A short check-in" in page.text


def test_pressing_a_time_of_a_closed_service_leads_there_too(visitor, service):
    Service.objects.filter(pk=service.pk).update(active=False)
    page = booking_steps.hold_time(visitor, service, monday())
    assert (page.status, page.path) == (200, "/book/tn/")
    assert Appointment.objects.count() == 0


def test_where_nothing_else_is_open_the_page_says_whom_to_turn_to(visitor, service):
    Service.objects.update(active=False)
    page = visitor.get("/book/tn/first-visit/")
    assert page.status == 200
    assert "We cannot see you in Tennessee right now." in page.text


def test_book_another_time_on_a_cancelled_visit_of_a_closed_service_leads_on(visitor, service):
    visit = make_appointment(service=service, starts_at=monday())
    visits.cancel(visit)
    Service.objects.filter(pk=service.pk).update(active=False)
    page = visitor.get(links.page(visit))
    assert "Book another time" in page.text
    address = page.text.partition("/book/tn/")[1] + "first-visit/"
    assert f'href="{address}"' in page.text
    assert visitor.get(address).path == "/book/tn/"


def test_a_place_in_line_for_a_closed_service_leads_on(visitor, service):
    entry = make_entry(service=service, status="left", closed=timezone.now())
    Service.objects.filter(pk=service.pk).update(active=False)
    assert "See open times" in visitor.get(place_links.page(entry)).text
    assert visitor.get("/book/tn/first-visit/waitlist/").path == "/book/tn/"


def test_a_hold_whose_service_was_closed_meanwhile_still_books(visitor, service):
    page = booking_steps.hold_time(visitor, service, monday())
    Service.objects.filter(pk=service.pk).update(active=False)
    page = booking_steps.fill_in(visitor, page)
    assert page.path.startswith("/book/done/")


# ── a provider who is gone, or has another address ────────────────────────────


def leaves(how: str) -> None:
    provider = Provider.objects.filter(slug="anna-berg")
    if how == "another address":
        provider.update(slug="anna-berg-smith")
    elif how == "sees nobody":
        provider.update(active=False)
    else:
        provider.get().services.clear()


@pytest.mark.parametrize("how", ["another address", "sees nobody", "other visits"])
def test_a_page_of_a_provider_who_is_gone_shows_everyones_times(visitor, service, how):
    leaves(how)
    for step in ("", "times/"):
        page = visitor.get(f"/book/tn/first-visit/{step}?with=anna-berg&day={monday().date()}")
        assert page.status == 200
        assert GONE in page.text
        assert booking_steps.slot(monday()) in page.text
        assert 'name="with"' not in page.text
    assert visitor.get("/book/tn/first-visit/waitlist/?with=anna-berg").status == 200


@pytest.mark.parametrize("how", ["another address", "sees nobody", "other visits"])
def test_pressing_a_time_of_a_provider_who_is_gone_is_like_a_lost_race(visitor, service, how):
    leaves(how)
    typed = {"typed-first_name": "Grace"}
    page = booking_steps.hold_time(visitor, service, monday(), **{"with": "anna-berg"}, **typed)
    assert page.status == 409
    assert NOT_OPEN in page.text
    assert booking_steps.slot(monday()) in page.text  # with somebody else, or under the new address
    page = visitor.press(page, "Take 10:00 am")
    assert page.form_with("first_name").fields["first_name"] == "Grace"


@pytest.mark.parametrize("how", ["another address", "sees nobody", "other visits"])
def test_moving_to_a_provider_who_is_gone_is_like_a_lost_race(visitor, service, how):
    visit = make_appointment(service=service, starts_at=monday())
    leaves(how)
    assert visitor.get(links.page(visit, "reschedule") + "?with=anna-berg").status == 200
    sent = booking_steps.csrf_token(visitor) | {
        "slot": booking_steps.slot(monday("14:00")),
        "with": "anna-berg",
    }
    page = visitor.post(links.page(visit, "reschedule"), sent)
    assert page.status == 409
    assert NOT_OPEN in page.text
    page = visitor.press(page, "Take 2:00 pm")
    assert "This is your new time" in page.text


def test_waiting_for_a_provider_who_is_gone_says_so_beside_the_field(visitor, service):
    page = visitor.get("/book/tn/first-visit/waitlist/?with=anna-berg")
    leaves("sees nobody")
    page = visitor.submit(page, press="Join the waitlist", **booking_steps.DETAILS)
    assert "They cannot be chosen any more." in page.text
    assert 'value="Grace"' in page.text


# ── for htmx ──────────────────────────────────────────────────────────────────


def test_a_fragment_of_a_closed_service_takes_the_page_to_those_that_are_open(client, service):
    Service.objects.filter(pk=service.pk).update(active=False)
    response = client.get("/book/tn/first-visit/times/", headers={"HX-Request": "true"})
    assert response.status_code == 200
    assert response["HX-Redirect"] == "/book/tn/?closed=1"
    assert 'href="/book/tn/?closed=1"' in response.text


def test_a_fragment_of_a_visit_that_can_no_longer_move_takes_the_page_to_it(client, service):
    visit = make_appointment(service=service, starts_at=monday())
    visits.cancel(visit)
    response = client.get(links.page(visit, "reschedule_fragment"))
    assert response["HX-Redirect"] == links.page(visit)


def test_a_fragment_of_a_link_that_has_ended_never_stands_inside_a_page(client, service):
    visit = make_appointment(service=service, starts_at=monday())
    path = links.page(visit, "reschedule_fragment")
    with time_machine.travel(visit.ends_at + timedelta(days=32)):
        response = client.get(path)
    assert response.status_code == 410
    assert response["HX-Redirect"] == path


# ── moving to the time one has ────────────────────────────────────────────────


@pytest.mark.parametrize("chosen", [{}, {"with": "anna-berg"}])
def test_moving_to_the_time_one_has_changes_nothing_and_mails_nobody(visitor, service, chosen):
    anna = Provider.objects.get(slug="anna-berg")
    Provider.objects.update(email="provider@example.org")
    visit = make_appointment(service=service, provider=anna, starts_at=monday())
    sent = booking_steps.csrf_token(visitor) | {"slot": booking_steps.slot(monday())} | chosen
    page = visitor.post(links.page(visit, "reschedule"), sent)
    assert "This is the time that you have already. Nothing has changed." in page.text
    visit.refresh_from_db()
    assert (visit.starts_at, visit.provider, visit.sequence) == (monday(), anna, 0)
    assert OutgoingEmail.objects.count() == 0


def test_moving_a_cancelled_visit_to_its_own_time_changes_nothing_either(service):
    visit = make_appointment(service=service, starts_at=monday())
    visits.cancel(Appointment.objects.get())
    with pytest.raises(NotChangeable):
        moves.move(visit, provider=None, starts_at=visit.starts_at)
    with pytest.raises(NotChangeable):
        staff_booking.move_for_patient(
            visit, provider=visit.provider, starts_at=visit.starts_at, by="Ruth"
        )


def test_staff_who_move_a_visit_to_its_own_time_mail_nobody(service):
    visit = make_appointment(service=service, starts_at=monday())
    staff_booking.move_for_patient(
        visit, provider=visit.provider, starts_at=visit.starts_at, by="Ruth"
    )
    visit.refresh_from_db()
    assert visit.sequence == 0
    assert OutgoingEmail.objects.count() == 0


# ── what is offered where ─────────────────────────────────────────────────────


def offered(state: str = "TN") -> list[str]:
    return [
        service.slug for service in bookable_services.services_in(STATES[state], timezone.now())
    ]


def test_only_what_somebody_licensed_today_can_do_is_offered(service):
    assert offered() == ["check-in", "first-visit"]
    License.objects.update(expires=timezone.now().date() - timedelta(days=2))
    assert offered() == []
    assert bookable_services.served_states(timezone.now()) == []
    expert = make_provider(states=["TN"])
    make_service(slug="expert", providers=[expert])
    assert offered() == ["expert"]
    assert bookable_services.served_states(timezone.now()) == [TENNESSEE]


def test_the_page_of_services_offers_no_visit_of_whoever_is_not_licensed(visitor, service):
    lapsed = make_provider(states=[])
    make_license(lapsed, expires=date(2020, 1, 1))
    make_service(slug="expert", invitation="With an expert", providers=[lapsed])
    page = visitor.get("/book/tn/")
    assert "A short check-in" in page.text
    assert "With an expert" not in page.text


def test_who_takes_no_new_patients_offers_no_visit_for_new_ones(service):
    settled = make_provider(accepts_new=False)
    make_service(slug="for-new", audience="new", providers=[settled])
    make_service(slug="for-others", audience="returning", providers=[settled])
    assert offered() == ["check-in", "first-visit", "for-others"]


def test_a_license_holds_to_the_end_of_its_day_in_its_own_state(service):
    last = monday().date()
    License.objects.update(expires=last)
    with time_machine.travel(at(last, "23:59")):
        assert offered() == ["check-in", "first-visit"]
        assert bookable_services.served_states(timezone.now()) == [TENNESSEE]
    with time_machine.travel(at(last + timedelta(days=1), "00:01")):
        assert offered() == []
        assert bookable_services.served_states(timezone.now()) == []


def test_a_state_without_anybody_does_not_say_that_every_time_is_taken(visitor, service):
    page = visitor.get("/book/ca/first-visit/")
    assert "Nobody can see you in California for this visit right now." in page.text
    assert 'href="/book/ca/"' in page.text


# ── the live region ───────────────────────────────────────────────────────────


def test_a_live_region_says_how_many_times_a_chosen_day_has(visitor, service):
    day = monday().date()
    visit = make_appointment(service=service, starts_at=monday("16:30"))
    for page, fragment in (
        ("/book/tn/first-visit/", "/book/tn/first-visit/times/"),
        (links.page(visit, "reschedule"), links.page(visit, "reschedule_fragment")),
    ):
        assert 'role="status" id="times-said"></p>' in visitor.get(f"{page}?day={day}").text
        swapped = visitor.get(f"{fragment}?day={day}").text
        assert '<p id="times-said" data-hx-swap-oob="innerHTML">' in swapped
        assert f"16 times on Monday, {day:%B} {day.day}." in swapped
