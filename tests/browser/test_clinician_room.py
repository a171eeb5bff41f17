"""The clinician's page of a visit in a real browser: nothing typed is lost."""

import re
from datetime import timedelta

import pytest
from django.conf import settings as site
from django.contrib.sessions.models import Session
from django.utils import timezone
from playwright.sync_api import Page, expect

from appointments.models import Appointment, Status
from tests.browser.barriers import violations
from tests.browser.held_answers import hold_answer
from tests.core.staff.people import PASSWORD
from tests.factories import make_appointment
from tests.pages.factories import make_practice
from tests.visits.clinicians import client_of, clinician, room, visit_of
from visits import encounter, notes
from visits.models import CowsRating, QuestionnaireResponse, StartCheck, VisitNote, VisitSummary

pytestmark = pytest.mark.django_db(transaction=True)


# What is typed is kept at once by who turns to another tab.
LOOK_AWAY = """Object.defineProperty(document, 'hidden', {configurable: true, get: () => true});
    document.dispatchEvent(new Event('visibilitychange'));
    delete document.hidden"""


@pytest.fixture
def user(settings):
    settings.STAFF_MFA_REQUIRED = False
    make_practice()
    return clinician()


@pytest.fixture
def visit(user) -> Appointment:
    """A visit of now, whose patient waits, came before, and has answered what was asked."""
    visit = visit_of(user)
    now = timezone.now()
    before = make_appointment(
        patient=visit.patient,
        provider=visit.provider,
        service=visit.service,
        starts_at=now - timedelta(weeks=4),
        status=Status.COMPLETED,
    )
    notes.sign(before, notes.typed({"text": "Stable on 12 mg.\nSleeps."}), saves=0, by=user)
    for form, answers, score, of in (
        ("reason", {"reason": "I want to stop."}, None, visit),
        ("health", {"medicines": "Buprenorphine 8 mg\nTrazodone 50 mg"}, None, visit),
        ("pharmacy", {"name": "Main Street Pharmacy", "in_stock": "yes"}, None, visit),
        ("phq-9", {}, {"total": 15, "band": "moderately_severe"}, before),
        ("phq-9", {}, {"total": 8, "band": "mild"}, visit),
        ("gad-7", {}, {"total": 11, "band": "moderate"}, visit),
    ):
        at = of.starts_at - timedelta(hours=1)
        QuestionnaireResponse.objects.create(
            appointment=of,
            form=form,
            version=1,
            answers=answers,
            score=score,
            saved_at=at,
            submitted_at=at,
        )
    encounter.knock(visit)
    return visit


@pytest.fixture
def page(browser, live_server, user, visit) -> Page:
    client = client_of(user)
    context = browser.new_context(viewport={"width": 1280, "height": 900})
    cookie = client.cookies[site.SESSION_COOKIE_NAME]
    context.add_cookies([{"name": cookie.key, "value": cookie.value, "url": live_server.url}])
    page = context.new_page()
    page.errors = []
    page.on("pageerror", lambda error: page.errors.append(str(error)))
    page.goto(live_server.url + room(visit))
    yield page
    context.close()


def test_what_is_typed_beside_the_picture_is_kept_signed_and_shared(page, visit):
    assert violations(page, "#content") == []
    page.get_by_label("What was said, seen and decided").fill("No cravings. Goes on.")
    page.get_by_role("button", name="Just now").click()
    expect(page.locator("#part-note")).to_contain_text(re.compile(r"Saved \d"))
    note = VisitNote.objects.get(appointment=visit)
    assert note.content["text"] == "No cravings. Goes on."
    assert note.content["pdmp_state"] == "TN"
    page.reload()
    expect(page.get_by_label("What was said, seen and decided")).to_have_value(
        "No cravings. Goes on."
    )

    page.get_by_label("Address they are at now").fill("12 Elm Street, Franklin")
    page.get_by_label("Document seen").check()
    page.get_by_role("group", name="Free to talk").get_by_label("Yes").check()
    page.get_by_role("button", name="Keep this").click()
    expect(page.locator("#part-first")).to_contain_text("12 Elm Street")
    assert StartCheck.objects.get().licensed
    expect(page.get_by_text("The first minute was not noted")).to_have_count(0)

    page.get_by_text("Rate", exact=True).click()
    page.get_by_label("Pupil size").select_option("2")
    expect(page.locator("[data-cows-sum]")).to_have_text("≥ 2")
    page.get_by_role("button", name="Keep this rating").click()
    expect(page.locator("#part-cows")).to_contain_text("at least 2")
    assert CowsRating.objects.count() == 1

    page.get_by_role("button", name="In 2 weeks").click()
    expect(page.get_by_text("Booked:")).to_be_visible()
    assert Appointment.objects.filter(status=Status.BOOKED, starts_at__gt=timezone.now()).exists()

    agreed = page.get_by_label("What was agreed")
    agreed.fill("You call us")
    save = hold_answer(page, "**/summary/", LOOK_AWAY)
    agreed.fill("You call us on Friday.")
    page.get_by_role("button", name="Share with the patient").click()
    save()  # its answer comes after the press, and is not taken for somebody else's
    expect(page.get_by_text("The patient can read it now.")).to_be_visible()
    assert VisitSummary.objects.get().shared["agreed"] == "You call us on Friday."

    page.get_by_role("button", name="Sign", exact=True).click()
    expect(page.locator("#part-note")).to_contain_text("Signed by")
    page.set_viewport_size({"width": 390, "height": 800})
    assert page.evaluate("document.documentElement.scrollWidth") <= 390
    assert violations(page, "#content") == []
    page.get_by_role("button", name="Completed by video").click()
    expect(page.locator("#part-finish")).to_contain_text("Taken back on the page of the visit")
    assert Appointment.objects.get(pk=visit.pk).status == Status.COMPLETED
    assert page.errors == []


# What a call shows: a live stream, whose time goes on while it `flows`.
FLOWING = """() => {
    const canvas = document.createElement('canvas');
    canvas.getContext('2d');
    const video = document.createElement('video');
    window.flows = true;
    Object.defineProperty(video, 'currentTime', { get: () => window.flows ? Date.now() : 0 });
    video.dataset.face = '';
    video.srcObject = canvas.captureStream();
    document.querySelector('#call .call-faces').append(video);
}"""


def test_who_talks_without_typing_stays_signed_in_and_who_left_does_not(page, visit):
    told = []
    page.on("request", lambda one: "still-here" in one.url and told.append(one.url))
    page.clock.install()
    page.goto(page.url)
    page.evaluate(FLOWING)
    for _minute in range(20):
        with page.expect_response("**/still-here/"):
            page.clock.fast_forward(61_000)
    expect(page.locator("#idle")).not_to_be_visible()
    assert len(told) == 20
    page.evaluate("window.flows = false")  # the picture stands still
    page.clock.fast_forward(10_000)
    page.clock.fast_forward(13 * 60_000 + 5_000)
    expect(page.locator("#idle")).to_be_visible()


def test_who_is_signed_out_while_typing_signs_in_where_they_stand(page, visit):
    page.route("**/ticket/", lambda route: route.abort())  # which may be the first to hear of it
    page.wait_for_load_state("networkidle")
    Session.objects.all().delete()
    page.get_by_label("What was said, seen and decided").fill("Typed at the last moment")
    expect(page.get_by_role("heading", name="You were away for a while")).to_be_visible()
    assert not VisitNote.objects.filter(appointment=visit).exists()
    assert "Grace" not in page.locator(".lock-copy").inner_text()

    page.wait_for_timeout(6_000)  # longer than what is typed stays unsaved
    lock = page.get_by_role("dialog", name="You were away")
    lock.get_by_label("Password").fill(PASSWORD)
    lock.get_by_role("button", name="Go on").click()
    expect(lock).to_be_hidden()
    expect(page.locator("#part-note")).to_contain_text(re.compile(r"Saved \d"))
    assert VisitNote.objects.get(appointment=visit).content["text"] == "Typed at the last moment"
