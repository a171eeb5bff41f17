"""The desk in a real browser: steps and their way back, moving by keys and hand, an absence."""

from datetime import UTC, datetime, timedelta

import pytest
from django.conf import settings as site
from django.test import Client
from django.urls import reverse
from playwright.sync_api import Page, expect

from appointments.models import Appointment, HoursException, Status
from core.staff.models import User
from tests.browser.held_answers import hold_answer
from tests.core.staff.people import PASSWORD, code_of, enroll, make_staff, sign_in
from tests.factories import make_appointment, make_patient, make_provider, make_service
from tests.pages.factories import make_practice

pytestmark = pytest.mark.django_db(transaction=True)


def where_it_is_noon() -> str:
    """A zone in which all that is around now is today."""
    ahead = 12 - datetime.now(UTC).hour
    return f"Etc/GMT{-ahead:+d}" if ahead else "Etc/GMT"


@pytest.fixture
def visits(db) -> list[Appointment]:
    """Two providers; one visit began, the other is an hour and a half ahead."""
    zone = where_it_is_noon()
    make_practice(time_zone=zone)
    who = [make_provider(name=name, time_zone=zone, hours="06:00-22:00") for name in ("Ann", "Bo")]
    service = make_service(providers=who)
    hour = datetime.now(UTC).replace(minute=0, second=0, microsecond=0)
    return [
        make_appointment(
            service=service,
            provider=provider,
            starts_at=hour + timedelta(minutes=minutes),
            patient=make_patient(last_name=name),
            zone=zone,
        )
        for provider, minutes, name in ((who[0], -30, "Chavez"), (who[1], 120, "Voss"))
    ]


@pytest.fixture
def staff(db, settings) -> User:
    settings.STAFF_MFA_REQUIRED = True
    return make_staff("front desk")


@pytest.fixture
def desk(browser, live_server, visits, staff) -> Page:
    client = sign_in(Client(), staff)
    context = browser.new_context(viewport={"width": 1280, "height": 900})
    cookie = client.cookies[site.SESSION_COOKIE_NAME]
    context.add_cookies([{"name": cookie.key, "value": cookie.value, "url": live_server.url}])
    page = context.new_page()
    page.complaints = []
    page.on("console", lambda m: m.type == "error" and page.complaints.append(m.text))
    page.on("pageerror", lambda error: page.complaints.append(str(error)))
    page.goto(live_server.url + "/admin/")
    yield page
    context.close()


def card(page: Page, visit: Appointment):
    return page.locator(f"#visit-{visit.pk}")


def test_a_step_is_one_click_and_so_is_its_way_back(desk, visits):
    late = visits[0]
    side = desk.get_by_label("What to look after")
    expect(side.get_by_text("min late")).to_be_visible()
    side.get_by_role("button", name="Check in").click()
    expect(card(desk, late)).to_contain_text("Checked in")
    expect(side.get_by_text("min late")).to_be_hidden()
    desk.locator("#desk-said").get_by_role("button", name="Undo").click()
    expect(card(desk, late).get_by_text("min late")).to_be_visible()
    late.refresh_from_db()
    assert late.status == Status.BOOKED
    assert desk.complaints == []


def test_a_step_that_does_not_arrive_says_so_where_one_looks_and_can_be_tried_again(desk, visits):
    """On the page, and in the dialog that hides the page; nothing that was chosen is lost."""
    visit = visits[0]
    away = "**/appointment/*/desk/**"
    said = desk.get_by_role("alert").filter(has_text="This did not work")
    desk.route(away, lambda route: route.fulfill(status=503))
    card(desk, visit).get_by_role("button", name="Check in").click()
    expect(said).to_be_visible()
    desk.unroute(away)
    said.get_by_role("button", name="Try again").click()
    expect(card(desk, visit)).to_contain_text("Checked in")
    expect(said).to_be_hidden()
    desk.route(away, lambda route: route.abort())
    more = card(desk, visits[1]).get_by_role("link")
    more.last.click()
    expect(said).to_be_visible()
    desk.unroute(away)
    said.get_by_role("button", name="Try again").click()
    dialog = desk.get_by_role("dialog")
    expect(dialog).to_be_visible()
    desk.route(away, lambda route: route.abort())
    dialog.locator("summary").click()
    reason = dialog.locator("select").first
    reason.select_option(index=1)
    dialog.get_by_role("button", name="Cancel this visit").click()
    expect(dialog.get_by_text("This did not work")).to_be_visible()
    assert reason.input_value()
    desk.unroute(away)
    dialog.get_by_role("button", name="Try again").click()
    expect(dialog).to_be_hidden()
    expect(card(desk, visits[1])).to_have_count(0)


def test_keys_move_a_visit_and_each_step_is_spoken(desk, visits):
    visit, was = visits[1], visits[1].starts_at
    card(desk, visit).focus()
    desk.keyboard.press("m")
    spoken = desk.locator("#desk-spoken")
    expect(spoken).to_contain_text("Moving.")
    for _ in range(12):
        desk.keyboard.press("ArrowDown")
    desk.keyboard.press("ArrowLeft")
    expect(spoken).to_contain_text("with Ann")
    desk.keyboard.press("Enter")
    question = desk.get_by_role("dialog", name="Move")
    expect(question).to_contain_text("Ann")
    question.get_by_role("button", name="Move").click()
    expect(desk.locator("#desk-said")).to_contain_text("An e-mail tells the patient")
    expect(desk.locator(".col[data-who^=Ann]").get_by_text("Voss")).to_be_visible()
    visit.refresh_from_db()
    assert (visit.starts_at, visit.provider.name) == (was + timedelta(hours=1), "Ann")
    assert desk.complaints == []


def drag(page: Page, begin, end) -> None:
    page.mouse.move(*begin)
    page.mouse.down()
    page.mouse.move(begin[0], begin[1] + 8)
    page.mouse.move(*end, steps=4)
    page.mouse.up()


def test_a_hand_moves_a_visit_or_closes_free_time(desk, visits):
    visit, was = visits[1], visits[1].starts_at
    card(desk, visit).scroll_into_view_if_needed()
    box = card(desk, visit).bounding_box()
    row = box["height"] / 6
    begin = box["x"] + box["width"] - 20, box["y"] + box["height"] - 4
    drag(desk, begin, (begin[0], begin[1] - 6 * row))
    question = desk.get_by_role("dialog", name="Move")
    question.get_by_role("button", name="Put back").click()
    expect(question).to_be_hidden()
    visit.refresh_from_db()
    assert visit.starts_at == was
    drag(desk, (begin[0], begin[1] + 4 * row), (begin[0], begin[1] + 12 * row))
    dialog = desk.locator("#desk-dialog")
    dialog.get_by_label("Note").fill("Training")
    dialog.get_by_role("button", name="Close: time off").click()
    expect(desk.locator(".band.off").get_by_text("Time off: Training")).to_be_visible()
    assert HoursException.objects.get().note == "Training"
    assert desk.complaints == []


def test_what_others_change_appears_and_what_is_under_a_hand_stays(desk, visits):
    one, other = visits
    card(desk, one).focus()
    Appointment.objects.update(status=Status.CHECKED_IN)
    desk.evaluate("desk.renew()")
    expect(card(desk, other)).to_contain_text("Checked in")
    expect(card(desk, one)).not_to_contain_text("Checked in")
    desk.locator("h1").click()
    desk.evaluate("document.activeElement.blur(); desk.renew()")
    expect(card(desk, one)).to_contain_text("Checked in")
    assert desk.complaints == []


def test_an_answer_that_was_on_its_way_takes_no_step_back_and_is_followed_by_a_newer(desk, visits):
    late, ahead = visits
    let_go = hold_answer(desk, "**/renewal/**", "window.first = desk.renew()")
    desk.get_by_label("What to look after").get_by_role("button", name="Check in").click()
    expect(card(desk, late)).to_contain_text("Checked in")
    desk.get_by_role("heading", level=1).hover()
    Appointment.objects.filter(pk=ahead.pk).update(status=Status.CHECKED_IN)
    desk.evaluate("() => { window.second = desk.renew() }")
    let_go()
    desk.evaluate("window.first")
    assert "Checked in" in card(desk, late).inner_text()
    desk.evaluate("window.second")
    assert "Checked in" in card(desk, ahead).inner_text()
    assert desk.complaints == []


def test_after_an_absence_nobody_is_readable_and_nothing_is_lost(desk, visits, staff):
    secret = enroll_again(staff)
    desk.get_by_role("button", name="More for Grace Voss").or_(
        desk.get_by_role("link", name="More for Grace Voss")
    ).dispatch_event("click")
    expect(desk.get_by_role("dialog", name="Voss")).to_be_visible()
    desk.context.clear_cookies()
    desk.keyboard.press("Escape")
    desk.evaluate("desk.renew()")
    lock = desk.get_by_role("dialog", name="You were away")
    expect(lock).to_be_visible()
    assert "Voss" not in desk.locator("body").inner_html()
    lock.get_by_label("Password").fill("wrong wrong wrong")
    lock.get_by_label("Code").fill("000000")
    lock.get_by_role("button", name="Go on").click()
    expect(lock.get_by_role("alert")).to_be_visible()
    lock.get_by_label("Password").fill(PASSWORD)
    lock.get_by_label("Code").fill(code_of(secret))
    lock.get_by_role("button", name="Go on").click()
    expect(lock).to_be_hidden()
    expect(card(desk, visits[1])).to_contain_text("Voss")
    desk.get_by_label("What to look after").get_by_role("button", name="Check in").click()
    expect(card(desk, visits[0])).to_contain_text("Checked in")


def enroll_again(staff: User) -> str:
    """A new code app, whose codes were not used yet."""
    staff.authenticator_set.all().delete()
    return enroll(staff)


def test_without_scripts_the_board_is_links_and_forms(browser, live_server, visits, staff):
    client = sign_in(Client(), staff)
    context = browser.new_context(java_script_enabled=False)
    cookie = client.cookies[site.SESSION_COOKIE_NAME]
    context.add_cookies([{"name": cookie.key, "value": cookie.value, "url": live_server.url}])
    page = context.new_page()
    page.goto(live_server.url + "/admin/")
    page.get_by_label("What to look after").get_by_role("button", name="Check in").click()
    expect(card(page, visits[0])).to_contain_text("Checked in")
    book = reverse("admin:appointments_appointment_book")
    assert page.locator(f"a.gap[href^='{book}']").count()
    assert page.get_by_role("link", name="What there is to do").is_visible()
    context.close()
