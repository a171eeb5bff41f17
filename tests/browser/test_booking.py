"""A patient books in a real browser, reads the mail that a worker sent, and follows its link.

With JavaScript, without it, and by keyboard alone. Each step is looked at as it comes: nothing
from another origin, no word in the console, no barrier, and no sideways scrolling on a phone.
"""

import re
from collections.abc import Callable
from datetime import timedelta
from email.message import EmailMessage
from urllib.parse import urlsplit

import pytest
from django.db.models import F
from playwright.sync_api import Browser, Locator, Page, expect

from appointments.models import Appointment, Status
from core.mail.models import EmailStatus, OutgoingEmail
from tests.browser.barriers import violations
from tests.core.mail.test_workers import wait_until
from tests.factories import make_provider, make_service, monday
from tests.pages.factories import make_practice

pytestmark = pytest.mark.django_db(transaction=True)
CENTRAL, PACIFIC = "America/Chicago", "America/Los_Angeles"


class Patient:
    """Somebody at a browser of their own. `complaints` is what must not have happened."""

    def __init__(self, browser: Browser, site: str, **options) -> None:
        options = {"timezone_id": CENTRAL, "viewport": {"width": 390, "height": 844}} | options
        self.context = browser.new_context(base_url=site, **options)
        self.context.set_default_timeout(15_000)
        self.page: Page = self.context.new_page()
        self.site = urlsplit(site).netloc
        self.complaints: list[str] = []
        self.page.on("console", lambda message: self.complaints.append(message.text))
        self.page.on("pageerror", lambda error: self.complaints.append(str(error)))
        self.page.on("request", self._note_request)
        self.page.on("response", self._note_response)

    def _note_request(self, request) -> None:
        parts = urlsplit(request.url)
        if parts.scheme != "data" and parts.netloc != self.site:
            self.complaints.append(f"asked {request.url}")

    def _note_response(self, response) -> None:
        if response.status >= 400:
            self.complaints.append(f"{response.status} {response.url}")

    def look(self) -> None:
        """This step has no barrier and fits a phone of 320 pixels."""
        before = len(self.complaints)
        assert violations(self.page) == []
        del self.complaints[before:]  # axe itself writes style attributes, which our CSP refuses
        size = self.page.viewport_size
        self.page.set_viewport_size({"width": 320, "height": 844})
        assert self.page.evaluate("document.documentElement.scrollWidth") == 320
        self.page.set_viewport_size(size)

    def path(self) -> str:
        return urlsplit(self.page.url).path


@pytest.fixture
def patient(browser, live_site):
    """Gives somebody at a browser; at the end nobody may have had a reason to complain."""
    make_practice()
    patients: list[Patient] = []

    def arrive(**options) -> Patient:
        patients.append(Patient(browser, live_site.url, **options))
        return patients[-1]

    yield arrive
    for one in patients:
        one.context.close()
        assert one.complaints == []


@pytest.fixture
def service():
    providers = [
        make_provider(name="Anna Berg", slug="anna-berg"),
        make_provider(name="Ruth Okafor"),
    ]
    return make_service(name="First visit", slug="first-visit", providers=providers)


ANSWERS = {
    "first_name": "Grace",
    "last_name": "Whitfield",
    "birth_date": "04/17/1988",
    "phone": "615-555-0117",
    "email": "grace@example.org",
}


def fill_in(page: Page, **answers: str) -> None:
    """Answer as most do: everything for oneself, both consents."""
    for name, answer in (ANSWERS | answers).items():
        page.locator(f"#id_{name}").fill(answer)
    for consent in page.locator("input[name^=agree_]").all():
        consent.check()


def link_in(mail: EmailMessage) -> str:
    """The one link of a mail, as somebody copies it from the text."""
    body = mail.get_body(("plain",))
    assert body is not None
    [link] = re.findall(r"https?://\S+", body.get_content())
    return link


def reach_the_details(who: Patient, look: Callable[[], None]) -> None:
    """From the home page to the form, with the mouse."""
    page = who.page
    page.goto("/")
    page.get_by_role("link", name="Book a visit").first.click()
    look()
    page.get_by_role("link", name="Tennessee").click()
    look()
    page.get_by_label("No, this is my first visit").check()
    page.get_by_role("button", name="See open times").click()
    expect(page.get_by_text("All times are Central Time")).to_be_visible()
    look()
    page.get_by_role("link", name="Anna Berg").click()
    expect(page.locator("#with-anna-berg")).to_have_attribute("aria-current", "true")
    page.goto(f"{who.path()}?with=anna-berg&day={monday().date()}")
    expect(page.locator("#day-title")).to_have_text(f"{monday():%A, %B} {monday().day}")
    look()
    page.get_by_role("button", name="10:00 am", exact=True).click()
    page.wait_for_url("**/book/details/**")


def take_a_time(who: Patient) -> None:
    """Straight to the form."""
    who.page.goto(f"/book/tn/first-visit/?with=anna-berg&day={monday().date()}")
    who.page.get_by_role("button", name="10:00 am", exact=True).click()
    who.page.wait_for_url("**/book/details/**")


def an_hour_passes() -> None:
    """For the mails: one that follows another at once waits for the next change.

    The server has the last one by now; its worker has not always written down that it was sent.
    """
    wait_until(lambda: not OutgoingEmail.objects.filter(status=EmailStatus.SENDING).exists())
    hour = timedelta(hours=1)
    OutgoingEmail.objects.update(created_at=F("created_at") - hour, sent_at=F("sent_at") - hour)


def book_read_move_and_cancel(who: Patient, smtp_server, look: Callable[[], None]) -> None:
    page = who.page
    reach_the_details(who, look)
    look()
    page.get_by_role("button", name="Book this visit").click()
    expect(page.get_by_role("alert")).to_contain_text("to fix")
    look()
    fill_in(page)
    page.get_by_role("button", name="Book this visit").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Thank you, Grace.")
    look()

    [mail] = smtp_server.wait_for(1)
    assert mail["To"] == "grace@example.org"
    assert "10:00 am Central Time" in mail["Subject"]
    page.goto(link_in(mail))
    expect(page.get_by_text("10:00 am to 10:30 am")).to_be_visible()
    look()

    an_hour_passes()
    page.get_by_role("link", name="Move to another time").click()
    page.wait_for_url("**/reschedule/**")
    look()
    page.goto(f"{who.path()}?day={monday().date()}")
    page.get_by_role("button", name="2:00 pm", exact=True).click()
    expect(page.get_by_text("Moved. This is your new time")).to_be_visible()
    moved = smtp_server.wait_for(2)[1]
    assert "2:00 pm Central Time" in moved["Subject"]
    assert link_in(moved) == link_in(mail)

    an_hour_passes()
    page.get_by_role("link", name="Cancel this visit").click()
    page.wait_for_url("**/cancel/")
    look()
    page.get_by_role("button", name="Cancel this visit").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("This visit is cancelled.")
    look()
    assert smtp_server.wait_for(3)[2]["Subject"].startswith("Cancelled: ")
    assert Appointment.objects.get().status == Status.CANCELLED


# ── the whole way ─────────────────────────────────────────────────────────────


def test_a_patient_books_reads_the_mail_follows_its_link_moves_and_cancels(
    patient, service, celery_worker, smtp_server
):
    who = patient()
    book_read_move_and_cancel(who, smtp_server, who.look)


def test_the_same_works_without_javascript(patient, service, celery_worker, smtp_server):
    who = patient(java_script_enabled=False)
    book_read_move_and_cancel(who, smtp_server, lambda: None)


def tab_to(page: Page, target: Locator) -> None:
    """Press Tab until the focus is there."""
    for _ in range(120):
        if target.evaluate("element => element === document.activeElement"):
            return
        page.keyboard.press("Tab")
    raise AssertionError(f"no Tab leads to {target}")


def test_the_same_works_by_keyboard_alone(patient, service):
    who = patient(viewport={"width": 1280, "height": 900})
    page = who.page

    def press(target: Locator) -> None:
        tab_to(page, target)
        page.keyboard.press("Enter")

    page.goto("/")
    press(page.get_by_role("link", name="Book a visit").first)
    page.wait_for_url("**/book/")
    press(page.get_by_role("link", name="Tennessee"))
    page.wait_for_url("**/book/tn/**")
    tab_to(page, page.locator("input[name=service]").first)
    page.keyboard.press("Space")
    press(page.get_by_role("button", name="See open times"))
    page.wait_for_url("**/first-visit/")
    with page.expect_response(re.compile("/times/")):
        press(page.get_by_role("link", name="Anna Berg"))
    # htmx puts the new times in place, and the focus stays on the card that was pressed.
    expect(page.locator("#with-anna-berg")).to_have_attribute("aria-current", "true")
    expect(page.locator("#with-anna-berg")).to_be_focused()
    press(page.locator("button[name=slot]").nth(1))
    page.wait_for_url("**/book/details/**")
    for name, answer in ANSWERS.items():
        tab_to(page, page.locator(f"#id_{name}"))
        page.keyboard.type(answer)
    for consent in page.locator("input[name^=agree_]").all():
        tab_to(page, consent)
        page.keyboard.press("Space")
    press(page.get_by_role("button", name="Book this visit"))
    expect(page.get_by_role("heading", level=1)).to_have_text("Thank you, Grace.")
    assert Appointment.objects.get().provider.slug == "anna-berg"


# ── what JavaScript adds ──────────────────────────────────────────────────────


def test_the_browsers_time_zone_is_used_before_one_is_chosen(patient, service):
    page = patient(timezone_id=PACIFIC).page
    page.goto(f"/book/tn/first-visit/?day={monday().date()}")
    expect(page.get_by_text("All times are Pacific Time")).to_be_visible()
    expect(page.get_by_role("button", name="7:00 am", exact=True)).to_be_visible()
    page.get_by_text("Use another time zone").click()
    page.get_by_label("Time zone").select_option(label="Eastern Time")
    page.get_by_role("button", name="Show").click()
    expect(page.get_by_text("All times are Eastern Time")).to_be_visible()
    page.reload()
    expect(page.get_by_text("All times are Eastern Time")).to_be_visible()


def test_choosing_a_day_changes_the_times_in_place_and_back_brings_the_old_ones(patient, service):
    who = patient(viewport={"width": 1280, "height": 900})
    page = who.page
    page.goto(f"/book/tn/first-visit/?day={monday().date()}")
    first = page.locator("#day-title").inner_text()
    page.evaluate("window.stayed = true")
    page.locator(".week a:not([aria-current])").first.click()
    expect(page.locator("#day-title")).not_to_have_text(first)
    assert page.evaluate("window.stayed")
    assert "day=" in page.url
    page.go_back()
    expect(page.locator("#day-title")).to_have_text(first)


def test_the_hold_counts_down_and_says_so_at_two_minutes_and_at_the_end(patient, service):
    who = patient()
    take_a_time(who)
    page = who.page
    page.clock.install()
    page.reload()
    left = page.locator(".hold .left")
    expect(left).to_have_text(re.compile(r"^(10:00|9:\d\d)$"))
    page.clock.run_for(60_000)
    expect(left).to_have_text(re.compile(r"^[89]:\d\d$"))
    page.clock.run_for(7 * 60_000)
    expect(page.locator("[data-spoken]")).to_have_text("Two minutes left.")
    page.clock.run_for(3 * 60_000)
    expect(page.locator(".hold")).to_contain_text("Your minutes are over.")
    expect(page.get_by_role("button", name="I need more time")).to_have_count(0)
    who.look()


def test_more_time_keeps_what_was_typed(patient, service):
    who = patient()
    take_a_time(who)
    page = who.page
    fill_in(page, first_name="Ottilie")
    page.get_by_role("button", name="I need more time").click()
    page.wait_for_url("**/extend/?answer=*")
    expect(page.locator("#id_first_name")).to_have_value("Ottilie")
    expect(page.get_by_role("button", name="I need more time")).to_have_count(0)
    for consent in page.locator("input[name^=agree_]").all():
        expect(consent).to_be_checked()
    page.get_by_role("button", name="Book this visit").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Thank you, Ottilie.")


def test_the_name_of_who_books_is_asked_only_for_someone_else(patient, service):
    who = patient()
    take_a_time(who)
    own_name = who.page.get_by_label("Your own name")
    expect(own_name).to_be_hidden()
    who.page.get_by_label("For someone else").check()
    expect(own_name).to_be_visible()


@pytest.mark.parametrize("javascript", [True, False])
def test_back_after_an_error_sends_nothing_again_and_after_booking_shows_no_details(
    patient, service, javascript
):
    who = patient(java_script_enabled=javascript)
    take_a_time(who)
    fill_in(who.page, phone="12")
    button = who.page.get_by_role("button", name="Book this visit")
    button.click()
    expect(who.page.locator(".error-summary")).to_be_focused()
    asked = []
    who.page.on("request", lambda request: asked.append(request.method))
    who.page.reload()
    who.page.go_back()
    who.page.go_forward()
    expect(who.page.locator("#id_first_name")).to_have_value("Grace")
    assert "POST" not in asked
    fill_in(who.page)
    button.click()
    expect(who.page.get_by_role("heading", level=1)).to_have_text("Thank you, Grace.")
    who.page.go_back()
    assert who.path().startswith("/book/done/")
    assert "615-555-0117" not in who.page.content()


def test_the_page_of_a_time_that_was_taken_has_no_barrier(patient, service):
    who = patient()
    who.page.goto(f"/book/tn/first-visit/?day={monday().date()}&with=anna-berg")
    button = who.page.get_by_role("button", name="10:00 am", exact=True)
    expect(button).to_be_visible()
    other = patient()
    take_a_time(other)
    button.click()
    expect(who.page.get_by_role("heading", level=1)).to_have_text("Someone was a moment faster.")
    who.look()
    # The answer's own status; Chromium repeats it in the console.
    assert [c for c in who.complaints if "409" not in c] == []
    who.complaints.clear()


def test_every_step_has_no_barrier_in_the_dark_on_a_wide_screen(patient, service):
    who = patient(color_scheme="dark", viewport={"width": 1280, "height": 900})
    reach_the_details(who, who.look)
    who.look()
