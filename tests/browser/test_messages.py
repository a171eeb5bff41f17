"""Messages in a browser: on a phone, without JavaScript, by keyboard alone, and at the desk."""

import pytest
from django.conf import settings as site
from django.test import Client
from playwright.sync_api import expect

from messaging.models import Draft, Message, Thread
from tests.browser.barriers import WORDS, violations
from tests.core.staff.people import make_staff
from tests.factories import make_patient
from tests.messaging.writing import answer, make_thread, picture
from tests.portal.signing_in import sign_in

pytestmark = pytest.mark.django_db(transaction=True)
DANGER = "ya no quiero vivir"


def come_in(client: Client, page) -> None:
    """Give a browser the session of a test client."""
    cookie = client.cookies[site.SESSION_COOKIE_NAME]
    site_url = page.url.removesuffix("contact/")
    page.context.add_cookies([{"name": cookie.key, "value": cookie.value, "url": site_url}])


def test_without_javascript_on_a_phone_a_question_with_a_picture_is_asked(open_page, client):
    sign_in(client, make_patient())
    page = open_page("/contact/", width=320, java_script_enabled=False)
    come_in(client, page)
    page.goto(page.url.replace("/contact/", "/me/messages/"))
    page.locator(".portal-menu summary").click()
    page.get_by_role("link", name="Messages").click()
    page.get_by_role("link", name="Write a new message").click()
    page.get_by_role("button", name="Send").click()
    expect(page.get_by_role("alert")).to_contain_text("Please write your message first")
    page.get_by_label("What is it about?").select_option("care")
    page.get_by_label("Your message").fill("May I take it in the morning?")
    file = picture()
    file_input = page.get_by_label("Add pictures or PDFs")
    file_input.set_input_files({"name": "a.jpg", "mimeType": "image/jpeg", "buffer": file.read()})
    page.locator(".actions").get_by_role("button", name="Keep it for later").click()
    expect(page.get_by_text("a.jpg", exact=True).first).to_be_visible()
    page.get_by_role("button", name="Send").click()
    expect(page.get_by_role("status").first).to_contain_text("You can expect an answer by")
    assert Message.objects.get().attachments.count() == 1
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
    answer(Thread.objects.get(), make_staff("clinician", name="Anna Berg"))
    page.goto(page.url.partition("?")[0])
    expect(page.get_by_text("Yes, in the morning.")).to_be_visible()
    page.get_by_role("button", name="I have read this").click()
    expect(page.get_by_role("button", name="I have read this")).to_have_count(0)
    assert not Message.objects.unread_by_patient().exists()


def test_by_keyboard_what_is_typed_is_kept_and_danger_is_answered_before_it_goes(open_page, client):
    account = sign_in(client, make_patient())
    thread = make_thread(account.own_record, account=account)
    answer(thread, make_staff("clinician", name="Anna Berg"))
    page = open_page("/contact/")
    come_in(client, page)
    with page.expect_response("**/read/"):  # the page says by itself that it was seen
        page.goto(page.url.replace("/contact/", f"/me/messages/{thread.key}/"))
    expect(page.get_by_role("button", name="I have read this")).to_be_hidden()
    assert not Message.objects.unread_by_patient().exists()
    page.get_by_label("Your message").focus()
    page.keyboard.type(DANGER)
    expect(page.locator("#message-kept")).to_contain_text("Kept at")
    expect(page.locator("#message-danger")).to_contain_text("No tiene que esperarnos")
    assert Draft.objects.get(account=account).text == DANGER
    assert violations(page) == []
    page.get_by_label("Your message").press("Tab")
    for _ in range(6):
        if page.evaluate("document.activeElement.name") == "send":
            break
        page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    expect(page.get_by_text("We have it.")).to_be_visible()
    assert thread.alerts.open().exists()
    assert page.complaints == []
    assert page.elsewhere == []


def test_at_the_desk_a_second_colleague_sees_who_writes(open_page, client, settings):
    settings.STAFF_MFA_REQUIRED = False
    thread = make_thread()
    one, two = make_staff("clinician", name="Anna Berg"), make_staff("clinician")
    pages = []
    for user in (one, two):
        browser = Client()
        browser.force_login(user)
        page = open_page("/contact/")
        come_in(browser, page)
        page.goto(page.url.replace("/contact/", f"/admin/messages/{thread.pk}/"))
        pages.append(page)
    for page in pages:
        page.get_by_label("Your answer").fill("In the morning.")
        expect(page.locator("#message-kept")).to_contain_text("Kept at")
    expect(pages[1].locator("#message-others")).to_contain_text("Anna Berg is writing")
    assert violations(pages[1], rules=[*WORDS, "color-contrast"]) == []
    assert pages[1].evaluate("document.documentElement.scrollWidth <= innerWidth")
    pages[0].get_by_role("button", name="Send", exact=True).click()
    expect(pages[0].get_by_text("Sent. They are told")).to_be_visible()
    pages[1].get_by_role("button", name="Send", exact=True).click()
    expect(pages[1].get_by_text("Nothing was sent")).to_be_visible()
    expect(pages[1].get_by_label("Your answer")).to_have_value("In the morning.")
    assert [page.complaints for page in pages] == [[], []]
