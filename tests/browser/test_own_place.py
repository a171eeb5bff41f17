"""A patient with nothing but a phone: codes and reminders by text, and all that a place is for."""

import re
from collections.abc import Iterator
from datetime import timedelta

import pytest
from django.utils import timezone
from playwright.sync_api import Page, expect

from appointments.emails import reminders
from appointments.models import Appointment, Status
from core.mail.models import OutgoingEmail
from core.sms import delivery
from core.sms.models import OutgoingText
from messaging.models import Message
from payments import links
from payments.models import Charge
from tests.browser.barriers import barriers
from tests.browser.test_staff_sign_in import listen
from tests.core.sms.factories import make_consent_text
from tests.core.sms.servers import TwilioServer
from tests.factories import (
    make_appointment,
    make_consent_texts,
    make_patient,
    make_provider,
    make_service,
    monday,
)
from tests.pages.factories import make_practice
from tests.payments.paying import PRICE, make_charge, report, use
from tests.payments.stripe_server import StripeServer
from tests.portal.agreed import agree_to_all
from visits.models import QuestionnaireResponse

pytestmark = pytest.mark.django_db(transaction=True)
PHONE = {"width": 390, "height": 844}
NUMBER = "+16155550117"
SLOTS = "#times .area-day button[name=slot]"


@pytest.fixture
def phone(settings) -> Iterator[TwilioServer]:
    """Where texts arrive."""
    with TwilioServer() as server:
        settings.SMS_PROVIDERS = [server.url]
        yield server


@pytest.fixture
def stripe(settings) -> Iterator[StripeServer]:
    with StripeServer() as server:
        use(settings, server)
        yield server


def arrived(phone: TwilioServer, template: str) -> str:
    """The newest text of this kind as it came to the phone, at an hour at which it may."""
    text = OutgoingText.objects.filter(template=template).latest("pk")
    OutgoingText.objects.filter(pk=text.pk).update(zone="", due_at=timezone.now())
    delivery.deliver(text.pk)
    told = phone.taken[-1]
    assert told["to"] == NUMBER
    return told["text"]


def see_no_barriers(page: Page) -> None:
    """Look at it in one language: words alone differ in the other."""
    if "/es/" not in page.url:
        assert barriers(page) == [], page.url
        page.set_viewport_size(PHONE)


def sign_in(page: Page, path: str, phone: TwilioServer) -> None:
    """By a text, and by who it is."""
    page.goto(path)
    page.locator("a[href*='phone=1']").click()
    page.locator("input[name=phone]").fill("(615) 555-0117")
    page.keyboard.press("Enter")
    asked = page.locator("input[name=code]")
    asked.wait_for()
    [code] = re.findall(r"\b\d{6}\b", arrived(phone, "code"))
    asked.fill(code)
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
    """The visit before, which is not paid, and one tomorrow with the same provider."""
    make_practice()
    make_consent_texts()
    make_consent_text()
    provider = make_provider(name="Dana Whitlow", video_room="", hours="00:00-23:30")
    service = make_service(audience="returning", providers=[provider], reminder_hours=[24])
    patient = make_patient(email="", phone=NUMBER)
    booked = {"service": service, "patient": patient, "email": "", "phone": NUMBER}
    booked |= {"contact": "call", "price_cents": PRICE}
    visit = make_appointment(**booked, starts_at=monday(weeks=-2), status=Status.COMPLETED)
    agree_to_all(visit)
    make_charge(visit)
    tomorrow = timezone.now().replace(minute=0, second=0, microsecond=0) + timedelta(hours=20)
    make_appointment(**booked, starts_at=tomorrow)
    return visit


@pytest.mark.parametrize("language", ["", "/es"], ids=["English", "Spanish"])
def test_a_phone_is_enough_to_sign_in_answer_move_ask_pay_and_book_the_next_visit(
    browser, live_server, settings, last, phone, stripe, language
):
    settings.SITE_URL = live_server.url
    complaints: list[str] = []
    context = browser.new_context(viewport=PHONE, base_url=live_server.url)
    page = context.new_page()
    listen(page, complaints)
    home, coming = f"{language}/me/", Appointment.objects.get(status=Status.BOOKED)
    own = f"{home}visits/{coming.pk}/"
    sign_in(page, home, phone)
    see_no_barriers(page)
    wants_texts(page, home)
    reads_the_reminder(page, phone)
    answers_a_form(page, home, own)
    moves(page, home, own, coming)
    asks(page, home)
    pays(page, home, last, stripe)

    page.goto(home)
    page.locator(f"a[href^='{home}visits/{last.pk}/follow-up/']").click()  # the first tap
    see_no_barriers(page)
    page.locator(SLOTS).last.click()  # and the second
    page.wait_for_url("**?just=booked")
    again = Appointment.objects.filter(status=Status.BOOKED).exclude(pk=coming.pk).get()
    assert (again.provider, again.patient) == (last.provider, last.patient)

    for path in ("visits/", "record/"):
        page.goto(home + path)
        see_no_barriers(page)
    page.set_viewport_size(PHONE)
    page.locator(".portal-menu summary").press("Enter")
    page.locator(".portal-leave button").click()
    page.wait_for_url("**/me/sign-in/")
    page.go_back()
    expect(page.locator(".portal-menu")).to_have_count(0)
    assert complaints == []
    assert not OutgoingEmail.objects.exclude(to__contains="staff").exists()
    context.close()


def wants_texts(page: Page, home: str) -> None:
    """They tick the words about texts, and choose the language of the page."""
    page.goto(f"{home}preferences/")
    see_no_barriers(page)
    page.locator("input[name=by_text]").check()
    page.locator(f"input[name=language][value={'es' if home.startswith('/es') else 'en'}]").check()
    page.locator("form .btn-primary").last.click()
    expect(page.get_by_role("status").first).to_be_visible()


def reads_the_reminder(page: Page, phone: TwilioServer) -> None:
    """It says no more than when, in their language, and its link opens the visit."""
    assert reminders.write_due() == 1
    text = arrived(phone, "appointment_reminder")
    assert ("recordatorio" if "/es/" in page.url else "reminder") in text
    [link] = re.findall(r"https?://\S+", text)
    page.goto(link)
    expect(page.locator("h1")).to_be_visible()
    assert "/appointments/" in page.url


def answers_a_form(page: Page, home: str, own: str) -> None:
    page.goto(home)
    page.locator(f"a[href='{own}forms/']").click()
    page.locator(f"a[href='{own}forms/reason/']").last.click()
    page.locator("textarea[name=reason]").fill("To sleep")
    page.locator("form.intake-form .btn-primary").click()
    page.wait_for_url(re.compile("/forms/(?!reason)"))
    assert QuestionnaireResponse.objects.get().answers["reason"] == "To sleep"


def moves(page: Page, home: str, own: str, coming: Appointment) -> None:
    page.goto(home)
    page.locator(f"a[href='{own}']").first.click()
    see_no_barriers(page)
    page.locator(f"a[href='{own}reschedule/']").click()
    page.locator(SLOTS).last.click()
    page.wait_for_url(f"**{own}?just=moved")
    was = coming.starts_at
    coming.refresh_from_db()
    assert coming.starts_at != was


def asks(page: Page, home: str) -> None:
    page.goto(f"{home}messages/new/")
    page.locator("select[name=topic]").select_option("care")
    typed = page.locator("textarea[name=text]")
    # It is kept after a while, and once more when the field is left.
    for keep in (lambda: typed.fill("¿Por la mañana?"), lambda: typed.press("Tab")):
        with page.expect_response("**/draft/") as kept:
            keep()
        kept.value.finished()
    page.locator("button[name=send]").click()
    page.wait_for_url("**?sent=1#last")
    see_no_barriers(page)
    assert Message.objects.get().text == "¿Por la mañana?"


def pays(page: Page, home: str, visit: Appointment, stripe: StripeServer) -> None:
    """Out to Stripe's page and back, past our own policy; Stripe is told nothing."""
    page.goto(f"{home}payments/")
    see_no_barriers(page)
    page.locator(f"a[href='{home}payments/{visit.pk}/']").click()
    see_no_barriers(page)
    page.locator("form[action$='/pay/'] button").click()
    page.wait_for_url(f"{stripe.url}/c/pay/**")  # `form-action` lets no form lead there
    assert f"/payments/{visit.pk}/" not in page.content()  # nor any referrer
    page.get_by_role("button", name="Do it").click()
    expect(page.locator("[data-state=open]")).to_be_visible()
    report(stripe.events[-1])
    expect(page.locator("[data-state=made]")).to_be_visible()
    see_no_barriers(page)
    page.locator("main .btn-primary").click()
    expect(page.get_by_text("Visa •••• 4242")).to_be_visible()
    with page.expect_download() as file:
        page.locator("a[href*='/receipts/']").click()
    assert file.value.suggested_filename == "receipt.pdf"
    assert Charge.objects.get().status == "paid"
    page.goto(links.mailed_page(visit))  # what a guest has instead
    see_no_barriers(page)
