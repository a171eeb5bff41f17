"""Staff write in a real browser: an article with all its parts, its review, an issue of three."""

import pytest
from django.conf import settings as site
from django.test import Client
from playwright.sync_api import Locator, Page, expect

from articles.models import Article, Status
from articles.publishing import review
from core.staff.models import Autosave, User
from newsletter.models import Issue
from tests.articles.factories import make_article, make_contributor, make_draft, make_topic
from tests.browser.barriers import barriers
from tests.browser.test_staff_tools import RULES
from tests.core.staff.people import make_staff
from tests.newsletter.factories import make_subscriber
from tests.newsletter.issues import make_practice

pytestmark = pytest.mark.django_db(transaction=True)
ARTICLES, ISSUES = "/admin/articles/article/", "/admin/newsletter/issue/"
LEAST = 20_000  # milliseconds after which what is typed is kept


class Walk:
    """A page, and how often somebody clicked on it. A choice from a list is two clicks."""

    def __init__(self, page: Page, complaints: list[str]) -> None:
        self.page, self.complaints, self.clicks = page, complaints, 0

    def barriers(self, part: str) -> list[str]:
        told = list(self.complaints)
        found = barriers(self.page, part, RULES)
        self.complaints[:] = told  # axe itself writes styles
        return found

    def click(self, name: str, role: str = "button", **how) -> None:
        self.on(self.page.get_by_role(role, name=name, exact=True), **how)

    def on(self, place: Locator, **how) -> None:
        place.click(**how)
        self.clicks += 1

    def choose(self, label: str, option: str) -> None:
        self.page.get_by_label(label, exact=True).select_option(label=option)
        self.clicks += 2

    def type(self, text: str) -> None:
        """Into whatever has the focus."""
        self.page.keyboard.type(text)

    def tell(self, capsys, task: str) -> None:
        """Print it for whoever runs the tests."""
        with capsys.disabled():
            print(f"\n{task}: {self.clicks} clicks")  # noqa: T201

    def tab(self, text: str) -> None:
        self.page.keyboard.press("Tab")
        self.type(text)


@pytest.fixture
def open_desk(browser, live_server, settings):
    settings.STAFF_MFA_REQUIRED = False
    make_practice()
    contexts, complaints = [], []

    def opener(path: str, user: User, clock: bool = False) -> Walk:
        client = Client()
        client.force_login(user)
        context = browser.new_context(viewport={"width": 1280, "height": 900})
        contexts.append(context)
        value = client.cookies[site.SESSION_COOKIE_NAME].value
        cookie = {"name": site.SESSION_COOKIE_NAME, "value": value, "url": live_server.url}
        context.add_cookies([cookie])
        page = context.new_page()
        if clock:
            page.clock.install()
        page.on("console", lambda message: complaints.append(message.text))
        page.on("pageerror", lambda error: complaints.append(str(error)))
        page.goto(live_server.url + path)
        return Walk(page, complaints)

    yield opener
    for context in contexts:
        context.close()
    # The clock of the tests would run in the frame of the preview, too.
    assert [said for said in complaints if "about:blank" not in said] == []


def text_of(walk: Walk) -> Locator:
    return walk.page.locator(".ProseMirror[contenteditable=true]")


def test_an_article_with_all_its_parts_is_written_and_handed_in(open_desk, capsys):
    user = make_staff("editor", name="Eddie Editor")
    make_contributor("Eddie Editor", credentials="", user=user)
    make_topic(name="Medicines")
    walk = open_desk(ARTICLES, user)
    walk.on(walk.page.get_by_role("link", name="Add article"))
    walk.on(walk.page.get_by_label("Title:", exact=True))
    walk.type("Naloxone at home")
    expect(walk.page.locator("#id_slug")).to_have_value("naloxone-at-home")
    walk.tab("")
    walk.tab("Keep two doses where everybody finds them.")
    walk.on(text_of(walk))
    walk.type("Keep two at home [1].")
    walk.page.keyboard.press("Enter")
    walk.type("Call 911 first.")
    walk.choose("Call-out", "Get help now")
    expect(text_of(walk).locator("blockquote.urgent")).to_have_text("Call 911 first.")
    walk.on(walk.page.get_by_label("Key points:", exact=True))
    walk.type("Keep two.")
    walk.on(walk.page.get_by_text("Add another Source"))
    expect(walk.page.locator("#id_sources-0-number")).to_have_value("1")
    walk.on(walk.page.locator("#id_sources-0-title"))
    walk.type("Label")
    walk.on(walk.page.get_by_text("Add another Question"))
    walk.on(walk.page.locator("#id_faq-0-question"))
    walk.type("Does it hurt?")
    walk.tab("No.")
    walk.choose("Main topic:", "Medicines")
    walk.click("Preview")
    shown = walk.page.frame_locator(".live-preview iframe")
    expect(shown.locator(".callout-urgent")).to_contain_text("Call 911 first.")
    expect(shown.get_by_text("Does it hurt?")).to_be_visible()
    assert walk.page.evaluate("document.querySelector('.live-preview iframe').sandbox.value") == (
        "allow-same-origin"
    )
    walk.click("Save and hand in for review")
    expect(walk.page.locator(".messagelist")).to_contain_text("It waits")
    article = Article.objects.get()
    assert article.status == Status.IN_REVIEW
    assert '<blockquote class="urgent">' in article.body
    walk.tell(capsys, "an article with all its parts")
    assert walk.clicks <= 16


def test_a_call_out_comes_and_goes_from_any_paragraph_by_keyboard_too(open_desk):
    article = make_draft(body="<p>One.</p><ul><li><p>Two.</p></li></ul><p>Three.</p>")
    walk = open_desk(f"{ARTICLES}{article.pk}/change/", make_staff("editor"))
    menu = walk.page.get_by_label("Call-out", exact=True)
    text_of(walk).get_by_text("Two.").click()
    menu.select_option("warning")
    expect(text_of(walk).locator("blockquote.warning ul")).to_have_text("Two.")
    expect(menu).to_have_value("warning")
    menu.select_option("note")
    expect(text_of(walk).locator("blockquote.note")).to_have_count(1)
    menu.select_option("none")
    expect(text_of(walk).locator("blockquote")).to_have_count(0)
    expect(text_of(walk).locator("ul")).to_have_text("Two.")
    text_of(walk).get_by_text("One.").click()
    menu.focus()
    walk.page.keyboard.press("G")  # the first that begins so: Good to know
    walk.page.keyboard.press("Enter")
    expect(text_of(walk).locator("blockquote.note")).to_have_text("One.")
    walk.page.mouse.wheel(0, 2000)
    assert walk.barriers(".writing-bar, .prose-menubar") == []


def test_what_was_typed_outlives_a_crash_and_leaving_asks_first(open_desk):
    article, user = make_draft(title="Old"), make_staff("editor")
    path = f"{ARTICLES}{article.pk}/change/"
    walk = open_desk(path, user, clock=True)
    text_of(walk).wait_for()
    walk.page.get_by_label("Title:", exact=True).fill("Typed")
    expect(walk.page.locator(".autosave-state")).to_have_text("Not saved yet.")
    walk.page.clock.run_for(LEAST)
    expect(walk.page.locator(".autosave-state")).to_contain_text("Kept at")
    asked = []
    walk.page.on("dialog", lambda dialog: (asked.append(dialog.type), dialog.accept()))
    walk.page.get_by_role("link", name="Home").click()
    walk.page.wait_for_url("**/admin/")
    assert asked == ["beforeunload"]
    article.refresh_from_db()
    assert article.title == "Old"
    again = open_desk(path, user)
    expect(again.page.locator("#id_title")).to_have_value("Old")
    assert again.barriers(".autosave-offer") == []
    again.click("Go on with it")
    expect(again.page.locator("#id_title")).to_have_value("Typed")
    again.click("Save")
    expect(again.page.locator(".messagelist")).to_contain_text("was changed")
    article.refresh_from_db()
    assert article.title == "Typed"
    assert not Autosave.objects.exists()


def test_a_review_is_two_clicks_from_the_first_page(open_desk, capsys):
    doctor = make_staff("clinician", name="Dana Doc")
    make_contributor("Dana Doc", user=doctor)
    article = make_draft(title="What naltrexone does")
    review.submit(article)
    walk = open_desk("/admin/", doctor)
    walk.click("What naltrexone does", role="link")
    walk.click("Approve")
    expect(walk.page.locator(".messagelist")).to_contain_text("Approved.")
    article.refresh_from_db()
    assert article.status == Status.PUBLISHED
    walk.tell(capsys, "a review")
    assert walk.clicks == 2


def test_an_issue_with_three_articles_is_written_put_in_order_and_sent(open_desk, capsys):
    for name in ("One", "Two", "Three", "Four"):
        make_article(title=f"Article {name}")
    make_subscriber()
    walk = open_desk(ISSUES, make_staff("newsletter editor"))
    walk.on(walk.page.get_by_role("link", name="Add issue"))
    walk.on(walk.page.get_by_label("Subject:", exact=True))
    walk.type("Autumn news")
    walk.tab("What is new")
    for name in ("One", "Two", "Three"):
        walk.click(f"+ Article {name}")
    titles = walk.page.locator(".card-title")
    expect(titles).to_have_text(["Article One", "Article Two", "Article Three"])
    walk.page.get_by_role("button", name="Move Article Three up").focus()
    walk.page.keyboard.press("Enter")
    expect(titles).to_have_text(["Article One", "Article Three", "Article Two"])
    expect(walk.page.get_by_text("Article Three is number 2 of 3 now.")).to_be_attached()
    rows = walk.page.locator(".card-row")
    rows.nth(2).drag_to(rows.nth(0), target_position={"x": 40, "y": 2})
    expect(titles).to_have_text(["Article Two", "Article One", "Article Three"])
    assert walk.barriers(".card-order") == []
    walk.click("Save, check and send")
    walk.click("Send now")
    walk.click("Yes, send it to one subscriber")
    expect(walk.page.locator(".messagelist")).to_contain_text("It goes out in a minute")
    issue = Issue.objects.get()
    shown = dict(Article.objects.values_list("pk", "title"))
    assert [shown[pk] for pk in issue.articles] == ["Article Two", "Article One", "Article Three"]
    walk.tell(capsys, "an issue with three articles")
    assert walk.clicks <= 8
