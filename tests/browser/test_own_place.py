"""A patient with nothing but a phone: in by a code, a form answered, a visit moved, one booked."""

import re
from datetime import timedelta

import pytest
from django.utils import timezone
from playwright.sync_api import Page, expect

from appointments.models import Appointment, Status
from core.sms.models import OutgoingText
from tests.browser.barriers import barriers
from tests.browser.test_staff_sign_in import listen
from tests.factories import (
    make_appointment,
    make_consent_texts,
    make_patient,
    make_provider,
    make_service,
    monday,
)
from tests.pages.factories import make_practice
from tests.portal.agreed import agree_to_all
from visits.models import QuestionnaireResponse

pytestmark = pytest.mark.django_db(transaction=True)
PHONE = {"width": 390, "height": 844}
SLOTS = "#times .area-day button[name=slot]"


@pytest.fixture(autouse=True)
def _texts(settings) -> None:
    settings.SMS_PROVIDERS = ["development://"]


def code_sent() -> str:
    """The code in the text that came last."""
    [found] = re.findall(r"\b(\d{3}\s?\d{3})\b", OutgoingText.objects.latest("pk").text)
    return found


def see_no_barriers(page: Page) -> None:
    """Look at it in one language: words alone differ in the other."""
    if "/es/" not in page.url:
        assert barriers(page) == [], page.url
        page.set_viewport_size(PHONE)


def sign_in(page: Page, path: str) -> None:
    """By a text, and by who it is."""
    page.goto(path)
    page.locator("a[href*='phone=1']").click()
    page.locator("input[name=phone]").fill("(615) 555-0117")
    page.keyboard.press("Enter")
    asked = page.locator("input[name=code]")
    asked.wait_for()
    asked.fill(code_sent())
    page.keyboard.press("Enter")
    page.locator("input[name=birth_date]").fill("04171988")
    page.keyboard.press("Enter")
    page.locator("input[name=first_name]").fill("Grace")
    page.locator("input[name=last_name]").fill("Whitfield")
    page.locator("input[name=birth_date]").fill("04171988")
    page.keyboard.press("Enter")
    page.wait_for_url(re.compile(r"/me/$"))


@pytest.fixture
def last(db) -> Appointment:
    """The visit before, and one tomorrow with the same provider."""
    make_practice()
    make_consent_texts()
    provider = make_provider(name="Dana Whitlow", video_room="", hours="00:00-23:30")
    service = make_service(audience="returning", providers=[provider])
    booked = {"service": service, "patient": make_patient(email="grace@example.org")}
    visit = make_appointment(**booked, starts_at=monday(weeks=-2), status=Status.COMPLETED)
    agree_to_all(visit)
    tomorrow = timezone.now().replace(minute=0, second=0, microsecond=0) + timedelta(hours=26)
    make_appointment(**booked, starts_at=tomorrow)
    return visit


@pytest.mark.parametrize("language", ["", "/es"], ids=["English", "Spanish"])
def test_a_phone_is_enough_to_sign_in_answer_move_and_book_the_next_visit(
    browser, live_server, last, language
):
    complaints: list[str] = []
    context = browser.new_context(viewport=PHONE, base_url=live_server.url)
    page = context.new_page()
    listen(page, complaints)
    home, coming = f"{language}/me/", Appointment.objects.get(status=Status.BOOKED)
    own = f"{home}visits/{coming.pk}/"
    sign_in(page, home)
    see_no_barriers(page)

    page.locator(f"a[href='{own}forms/']").click()
    page.locator(f"a[href='{own}forms/reason/']").last.click()
    page.locator("textarea[name=reason]").fill("To sleep")
    page.locator("form.intake-form .btn-primary").click()
    page.wait_for_url(re.compile("/forms/(?!reason)"))
    assert QuestionnaireResponse.objects.get().answers["reason"] == "To sleep"

    page.goto(home)
    page.locator(f"a[href='{own}']").first.click()
    see_no_barriers(page)
    page.locator(f"a[href='{own}reschedule/']").click()
    page.locator(SLOTS).last.click()
    page.wait_for_url(f"**{own}?just=moved")
    was = coming.starts_at
    coming.refresh_from_db()
    assert coming.starts_at != was

    page.goto(home)
    page.locator(f"a[href^='{home}visits/{last.pk}/follow-up/']").click()  # the first tap
    see_no_barriers(page)
    page.locator(SLOTS).nth(3).click()  # and the second
    page.wait_for_url("**?just=booked")
    again = Appointment.objects.filter(status=Status.BOOKED).exclude(pk=coming.pk).get()
    assert (again.provider, again.patient) == (last.provider, last.patient)

    for path in ("visits/", "preferences/", "record/"):
        page.goto(home + path)
        see_no_barriers(page)
    page.locator(".portal-menu form button").click()
    page.wait_for_url("**/me/sign-in/")
    page.go_back()
    expect(page.locator(".portal-menu")).to_have_count(0)
    assert complaints == []
    context.close()
