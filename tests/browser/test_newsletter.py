"""Somebody signs up on a phone, confirms from the mail, chooses topics, leaves, and comes back."""

from email.message import EmailMessage

import pytest
from playwright.sync_api import Page, expect

from newsletter import links
from newsletter.models import Consent, Subscriber
from tests.browser.test_booking import Patient as Visitor
from tests.browser.test_booking import link_in
from tests.newsletter.factories import make_consent_text, make_topic
from tests.pages.factories import make_practice

pytestmark = pytest.mark.django_db(transaction=True)
PHONE = {"viewport": {"width": 320, "height": 700}}


@pytest.fixture
def visitor(browser, live_site):
    make_practice()
    make_consent_text()
    make_topic(name="Recovery", slug="recovery", description="")
    make_topic(name="For families", slug="for-families", description="")
    visitors: list[Visitor] = []

    def arrive(**options) -> Visitor:
        visitors.append(Visitor(browser, live_site.url, **options))
        return visitors[-1]

    yield arrive
    for one in visitors:
        one.context.close()
        assert one.complaints == []


def heading(page: Page, words: str) -> None:
    expect(page.get_by_role("heading", level=1)).to_have_text(words)


def sign_up_choose_and_leave(who: Visitor, smtp_server, look) -> None:
    page = who.page
    page.goto("/about/")
    look()
    page.get_by_label("Your e-mail").fill("grace@gmial.com")
    page.get_by_role("button", name="Subscribe").click()
    heading(page, "Is this address right?")
    look()
    page.go_back()
    page.get_by_label("Your e-mail").fill("Grace@example.org")
    page.get_by_role("button", name="Subscribe").click()
    heading(page, "Almost there. Look in your inbox.")
    look()

    mail = smtp_server.wait_for(1)[0]
    assert mail["To"] == "grace@example.org"
    page.goto(link_in(mail))
    heading(page, "One click, and you are in.")
    look()
    assert not Subscriber.objects.exists()
    page.get_by_role("button", name="Yes, send me the letter").click()
    heading(page, "You are in. Thank you.")
    look()

    welcome: EmailMessage = smtp_server.wait_for(2)[1]
    page.goto(link_in(welcome))
    heading(page, "Your letters")
    look()
    page.get_by_label("For families").uncheck()
    page.get_by_role("button", name="Save topics").click()
    expect(page.get_by_role("status")).to_contain_text("Your topics are saved.")
    expect(page.get_by_label("For families")).not_to_be_checked()
    page.get_by_label("For how long?").select_option(label="8 weeks")
    page.get_by_role("button", name="Take a pause").click()
    expect(page.get_by_role("status")).to_contain_text("Your pause has begun.")
    look()
    page.get_by_role("button", name="Leave the newsletter").click()
    heading(page, "Done. No more letters.")
    look()
    page.get_by_role("button", name="Undo").click()
    heading(page, "You are back on the list.")
    look()
    page.goto(links.unsubscribe_path(Subscriber.objects.get().key, 3))
    heading(page, "Leave the newsletter?")
    look()
    kinds = Consent.objects.order_by("pk").values_list("kind", flat=True)
    assert list(kinds) == ["confirmed", "left", "returned"]


def test_a_reader_signs_up_confirms_chooses_leaves_and_comes_back_on_a_small_phone(
    visitor, celery_worker, smtp_server
):
    who = visitor(**PHONE)
    sign_up_choose_and_leave(who, smtp_server, who.look)


def test_the_same_works_without_javascript_on_a_wide_screen(visitor, celery_worker, smtp_server):
    who = visitor(java_script_enabled=False, viewport={"width": 1280, "height": 900})
    sign_up_choose_and_leave(who, smtp_server, lambda: None)


def test_near_the_limit_the_browser_does_a_sum_and_goes_on_by_itself(
    browser, start_site, start_worker
):
    make_practice()
    make_consent_text()
    site = start_site(LIMIT_NEWSLETTER="5/day")
    who = Visitor(browser, site.url)
    for name in ("anna", "ruth"):
        who.page.goto("/newsletter/")
        who.page.get_by_label("Your e-mail").fill(f"{name}@example.org")
        who.page.get_by_role("button", name="Subscribe").click()
        heading(who.page, "Almost there. Look in your inbox.")
    who.context.close()
    assert all("429" in complaint for complaint in who.complaints)
