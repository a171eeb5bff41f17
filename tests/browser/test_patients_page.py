"""What only a browser shows of the patient's pages: Enter, and a page that looks again."""

from datetime import timedelta
from functools import partial

import pytest
from django.utils import timezone
from playwright.sync_api import Browser, Page, expect

from appointments import links
from appointments.models import Appointment, Status
from tests.browser.held_answers import hold_answer
from tests.core.staff.people import make_staff
from tests.factories import make_appointment, make_provider, make_service, monday
from tests.pages.factories import make_practice
from visits import encounter

pytestmark = pytest.mark.django_db(transaction=True)
ANSWERS = {
    "first_name": "Grace",
    "last_name": "Whitfield",
    "birth_date": "04/17/1988",
    "phone": "615-555-0117",
    "email": "grace@example.org",
}


def test_enter_in_about_you_books(page: Page, live_site):
    provider = make_provider(slug="anna-berg")
    make_service(slug="first-visit", providers=[provider])
    page.goto(f"{live_site.url}/book/tn/first-visit/?with=anna-berg&day={monday().date()}")
    page.get_by_role("button", name="10:00 am").first.click()
    for consent in page.locator("input[name^=agree_]").all():
        consent.check()
    for name, answer in ANSWERS.items():
        page.locator(f"#id_{name}").fill(answer)
    expect(page.get_by_role("button", name="I need more time")).to_be_visible()
    page.locator("#id_email").press("Enter")
    expect(page.get_by_role("heading", level=1)).to_have_text("Thank you, Grace.")
    assert Appointment.objects.get().status == Status.BOOKED


def open_an_hour_before(page: Page, live_site, **values) -> Appointment:
    """The page of a visit an hour ahead, with a clock that the test turns."""
    make_practice()
    provider = make_provider(**values)
    soon = timezone.now() + timedelta(hours=1)
    visit = make_appointment(service=make_service(providers=[provider]), starts_at=soon)
    page.clock.install()
    page.goto(live_site.url + links.page(visit))
    page.evaluate("window.stayed = true")
    return visit


def passes(page: Page, visit: Appointment, **time: int) -> None:
    """So much time passes: for the server the visit comes nearer, and the browser's clock goes."""
    by = timedelta(**time)
    visit.refresh_from_db()
    moved = {"starts_at": visit.starts_at - by, "ends_at": visit.ends_at - by}
    blocked = (visit.blocked.lower - by, visit.blocked.upper - by)
    Appointment.objects.filter(pk=visit.pk).update(**moved, blocked=blocked)
    page.clock.run_for(31 * 60_000)


def test_the_button_to_join_comes_by_itself_and_goes_when_staff_close_the_visit(page, live_site):
    visit = open_an_hour_before(page, live_site)
    join = page.get_by_role("link", name="Join your visit")
    expect(page.get_by_text("The button to join appears here")).to_be_visible()
    expect(join).to_have_count(0)
    passes(page, visit, minutes=55)
    expect(join).to_be_visible()
    expect(page.get_by_role("status")).to_contain_text("will let you in")
    expect(page.get_by_role("link", name="Move to another time")).to_be_visible()
    passes(page, visit, minutes=40)  # it runs over
    expect(page.locator("[data-part=lead]")).to_contain_text("is running late")
    expect(join).to_be_visible()
    expect(page.get_by_role("link", name="Move to another time")).to_have_count(0)
    Appointment.objects.filter(pk=visit.pk).update(status=Status.COMPLETED)
    page.clock.run_for(61_000)
    expect(page.get_by_role("link", name="Book another time")).to_be_visible()
    expect(join).to_have_count(0)
    assert page.evaluate("window.stayed")


# What Chromium tells a page that opens under a mouse: sometimes before the script listens.
RESTING_MOUSE = """addEventListener("DOMContentLoaded", () =>
  document.body.dispatchEvent(new PointerEvent("pointermove", { bubbles: true })))"""


LOOK = "document.dispatchEvent(new Event('visibilitychange'))"  # as somebody who comes back to it


def test_the_page_turns_by_itself_from_days_before_to_the_way_back_into_the_room(page, live_site):
    visit = open_an_hour_before(page, live_site, video_room="")
    join = page.locator("[data-part=join]")
    expect(join).to_contain_text("You can come in from")
    expect(join.get_by_role("link", name="Check your camera and sound")).to_be_visible()
    passes(page, visit, minutes=50)
    expect(join.get_by_role("link", name="Come in")).to_be_visible()
    expect(page.get_by_role("status")).to_have_text("You can come in now.")
    visit.refresh_from_db()
    for step, way_in in (
        (encounter.knock, "Back to your place in line"),
        (partial(encounter.admit, by=make_staff("clinician")), "Return to the visit"),
        (partial(encounter.by_phone, by=None), "Try by video once more"),
    ):
        step(visit)
        page.clock.run_for(6_000)  # no longer than a room without sockets takes to tell
        expect(join.get_by_role("link", name=way_in)).to_be_visible()
    expect(join).to_contain_text("Your number: (615) 555-0117")
    let_go = hold_answer(page, f"**{links.page(visit)}", LOOK)
    Appointment.objects.filter(pk=visit.pk).update(status=Status.CANCELLED)
    page.evaluate(LOOK)
    expect(page.get_by_role("heading", level=1)).to_have_text("This visit is cancelled.")
    let_go()  # what was true before comes late
    page.wait_for_timeout(300)
    assert page.get_by_role("heading", level=1).inner_text() == "This visit is cancelled."
    expect(join.get_by_role("link", name="Book another time")).to_be_visible()
    assert page.evaluate("window.stayed")


def test_where_the_browser_is_elsewhere_both_clocks_are_shown(browser: Browser, live_site):
    provider = make_provider(states=["NY"], slug="anna-berg")
    make_service(slug="first-visit", providers=[provider])
    context = browser.new_context(base_url=live_site.url, timezone_id="America/Los_Angeles")
    page = context.new_page()
    page.add_init_script(RESTING_MOUSE)
    page.goto(f"/book/ny/first-visit/?day={monday().date()}")
    time = page.get_by_role("button", name="10:00 am", exact=True)
    expect(time).to_have_accessible_description("1:00 pm in New York All times are Pacific Time.")
    page.locator(".week a:not([aria-current])").first.click()
    expect(page.get_by_role("status")).to_contain_text(" times on ")
    time.click()
    expect(page.locator(".hold")).to_contain_text("at 1:00 pm Eastern Time for you.")
    expect(page.locator(".hold")).to_contain_text("1:00 pm in New York, 10:00 am where you are")
    context.close()
