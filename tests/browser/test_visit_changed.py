"""What becomes of an appointment while somebody is in its room, as both pages say it."""

from datetime import timedelta

import pytest
from django.db import transaction
from playwright.sync_api import Page, Route, expect

from appointments.booking import attendance, staff_booking
from appointments.booking import visits as booked_visits
from appointments.models import Appointment
from appointments.patient_records.kept_by_apps import kept_on_visits
from appointments.retention import NOBODY
from tests.browser.held_answers import until
from tests.browser.visit_call import (
    VisitCall,
    button,
    call_browser,
    card,
    notice,
    see,
    visit,
)
from tests.core.staff.people import make_staff
from tests.factories import make_provider

__all__ = ["call_browser", "visit"]
pytestmark = pytest.mark.django_db(transaction=True)
LIVE = "() => taken.filter(track => track.readyState === 'live').length"


def waiting(visit: VisitCall) -> Page:
    page = visit.patient()
    expect(card(page, "waiting")).to_contain_text("You are in line. Anna lets you in.")
    return page


def move(visit: VisitCall, *, hours: int = 0, provider=None) -> None:
    appointment = visit.appointment
    staff_booking.move_for_patient(
        appointment,
        provider=provider or appointment.provider,
        starts_at=appointment.starts_at + timedelta(hours=hours),
        by="Sam",
        reason="The doctor is ill",
    )


def test_whoever_waits_reads_at_once_that_it_was_cancelled_moved_or_has_ended(visit: VisitCall):
    cancelled, moved, completed = waiting(visit), visit.another(), visit.another()
    booked_visits.cancel(visit.appointment, by="Robin Example")
    expect(card(cancelled, "closed")).to_contain_text("This visit was cancelled.")
    assert cancelled.evaluate(LIVE) == 0

    page, doctor = waiting(moved), moved.doctor()
    expect(button(doctor, "Start")).to_be_visible()
    move(moved, hours=3)
    expect(card(page, "closed")).to_contain_text("Your visit was moved to")
    expect(card(doctor, "closed")).to_contain_text("This visit was moved to another time.")
    assert page.evaluate(LIVE) == doctor.evaluate(LIVE) == 0
    page.reload()
    expect(card(page, "closed")).to_contain_text("Your visit was moved to")

    page = waiting(completed)
    # Somebody who came is no no-show, and goes on waiting.
    with pytest.raises(attendance.PatientCame):
        attendance.no_show(completed.appointment, by="Sam")
    expect(card(page, "waiting")).to_be_visible()
    attendance.complete(completed.appointment, by="Sam")
    expect(card(page, "over")).to_contain_text("The visit has ended")
    assert page.evaluate(LIVE) == 0


def test_handed_over_the_patient_waits_for_the_other_and_the_first_is_told_so(visit: VisitCall):
    patient, doctor = visit.both()
    other = make_provider(name="Otto Lind", video_room="", account=make_staff("clinician"))
    visit.appointment.refresh_from_db()
    move(visit, provider=other)
    expect(card(patient, "waiting")).to_contain_text("You are in line. Otto lets you in.")
    expect(patient.locator("h1")).to_have_text("Your visit with Otto")
    expect(card(doctor, "closed")).to_contain_text("This visit is not yours any more")
    assert doctor.evaluate(LIVE) == 0
    assert patient.evaluate("connections.length") == 0  # of the page that waits now


def test_an_erasure_reaches_whoever_is_still_in_the_room(visit: VisitCall):
    past = visit.another(begun=60)
    page = waiting(past)
    pk = past.appointment.pk
    with transaction.atomic():
        kept_on_visits.forget([pk])
        Appointment.objects.filter(pk=pk).update(**NOBODY, erased_at=past.appointment.ends_at)
    expect(page.locator("#call")).to_have_count(0)
    expect(page.locator("h1")).to_have_text("This visit was a while ago.")


def test_a_page_that_asks_too_often_says_so_and_goes_on_by_itself(visit: VisitCall):
    page = waiting(visit)
    page.route("**/room/ticket/", lambda route: route.fulfill(status=429, json={"why": "…"}))
    page.evaluate("dispatchEvent(new Event('online'))")  # another network
    expect(notice(page, "slowed")).to_contain_text("It tries again by itself")
    page.unroute("**/room/ticket/")
    expect(notice(page, "slowed")).to_be_hidden()
    expect(card(page, "waiting")).to_be_visible()


def test_a_ticket_that_is_refused_is_no_line_that_is_blocked(visit: VisitCall):
    page, asked = waiting(visit), []

    def spoil(route: Route) -> None:
        asked.append(route.fetch())
        route.fulfill(json=asked[-1].json() | {"ticket": "nothing"})

    page.route("**/room/ticket/", spoil)
    page.evaluate("dispatchEvent(new Event('online'))")
    until(page, lambda: len(asked) > 3)
    expect(notice(page, "blocked")).to_be_hidden()
    page.unroute("**/room/ticket/")
    expect(card(page, "waiting")).to_be_visible()


def test_a_clinician_who_signed_in_anew_elsewhere_comes_back_by_a_fresh_token(visit: VisitCall):
    patient, doctor = visit.both()
    doctor.evaluate(
        "document.querySelectorAll('[name=csrfmiddlewaretoken]')"
        ".forEach(field => field.value = 'x'.repeat(64))"
    )
    doctor.evaluate("dispatchEvent(new Event('online'))")
    doctor.wait_for_function(
        "() => !document.querySelector('#call [name=csrfmiddlewaretoken]').value.startsWith('xxx')"
    )
    patient.reload()
    see(patient)
