"""Issues in a real browser: past ones for readers, and how staff see what they write."""

import pytest
from playwright.sync_api import expect

from newsletter.issues import workflow
from newsletter.models import Issue
from tests.articles.factories import make_article
from tests.browser.barriers import barriers
from tests.browser.held_answers import hold_answer
from tests.core.staff.people import PASSWORD, make_staff
from tests.newsletter.issues import make_issue, make_readers, start

pytestmark = pytest.mark.django_db(transaction=True)
TYPE = """const subject = document.getElementById('id_subject'); subject.value = 'A title';
    subject.dispatchEvent(new Event('input', {bubbles: true}))"""


def test_a_past_issue_can_be_read_by_everybody_at_every_width(open_page):
    article = make_article(title="What naltrexone does")
    body = '<h2>Hours</h2><p>Open.</p><blockquote class="urgent"><p>Call 911.</p></blockquote>'
    issue = make_issue(body=body, articles=[article.pk])
    workflow.record_past(issue, sent_at=issue.created_at)
    page = open_page(issue.get_absolute_url())
    expect(page.get_by_role("link", name="What naltrexone does")).to_be_visible()
    assert (page.elsewhere, page.complaints) == ([], [])
    assert barriers(page) == []


def test_staff_see_what_they_write_as_it_will_look_and_then_how_far_it_is(open_page, settings):
    settings.STAFF_MFA_REQUIRED = False
    make_readers(3)
    issue, editor = make_issue(), make_staff("newsletter editor")
    page = open_page(f"/accounts/login/?next=/admin/newsletter/issue/{issue.pk}/change/", 1280)
    page.locator("[name=login]").fill(editor.email)
    page.locator("[name=password]").fill(PASSWORD)
    page.get_by_role("button", name="Sign in").click()
    page.get_by_role("button", name="Preview", exact=True).click()
    letter = page.frame_locator(".live-preview iframe")
    expect(letter.locator("h1")).to_have_text(issue.subject)
    slow = hold_answer(page, "**/live/", TYPE)
    page.locator("#id_subject").fill("A calmer title")
    expect(letter.locator("h1")).to_have_text("A calmer title")
    slow()  # what stood there before comes late
    page.wait_for_timeout(300)
    assert letter.locator("h1").inner_text() == "A calmer title"
    page.get_by_role("radio", name="Phone").check()
    assert page.locator(".live-preview iframe").bounding_box()["width"] <= 392
    page.get_by_role("radio", name="Text").check()
    expect(page.locator(".live-preview pre")).to_contain_text("It is fall.")

    start(Issue.objects.get())
    page.goto(page.url.replace("/change/", "/progress/"))
    expect(page.get_by_role("heading", name="0 of 3, 0 %")).to_be_visible()
    workflow.pause(Issue.objects.get())
    expect(page.get_by_role("button", name="Go on")).to_be_visible()
    assert (page.elsewhere, page.complaints) == ([], [])
