"""Articles in a real browser: read, found, printed, and written by staff."""

import re

import pytest
from django.utils import timezone
from playwright.sync_api import expect

from articles.comments import submission
from articles.models import Article, Comment, Feedback
from articles.revisions.content import QuestionAnswer
from tests.articles.factories import LABEL, make_article, make_contributor, make_draft
from tests.browser.barriers import barriers
from tests.core.staff.people import PASSWORD, make_staff

pytestmark = pytest.mark.django_db(transaction=True)
BODY = (
    "".join(f"<h2>Part {n}</h2>" + "<p>Some words to read [1].</p>" * 8 for n in range(1, 6))
    + '<blockquote class="urgent"><h2>When to get help now</h2><p>Call 911.</p></blockquote>'
    + "<table><tbody><tr><th>Form</th><th>Usual dose</th><th>Where</th><th>Good if</th></tr>"
    + "<tr><th>Tablet</th><td>50 mg</td><td>At home</td><td>Freedom</td></tr></tbody></table>"
)
PAGES = [
    "/articles/naltrexone/",
    "/articles/",
    "/articles/?q=naltrexone",
    "/articles/?q=zzzz",
    "/articles/?q=overdose+appointment",
    "/articles/topics/medicines/",
    "/articles/contributors/ruth-pell/",
    "/articles/naltrexone/comments/",
]


@pytest.fixture
def read(open_page):
    author = make_contributor("Ruth Pell", credentials="RN", slug="ruth-pell")
    article = make_article(
        slug="naltrexone",
        author=author,
        body=BODY,
        key_points=("It blocks opioids.",),
        faq=(QuestionAnswer("Is it addictive?", "No [1]."),),
    )
    first = submission.import_comment(
        article, name="Sam", text="It helped.", written=timezone.now()
    )
    submission.answer(first, text="Thank you.", by=author.user, contributor=author)
    urgent = '<blockquote class="urgent"><p>Call 911. Give naloxone at once. Stay.</p></blockquote>'
    body = f"{urgent}<p>It stays a month [1].</p>"
    make_article(slug="vivitrol", title="How long Vivitrol stays", body=body)
    return open_page


def test_pages_have_no_barrier_ask_no_other_origin_and_break_no_rule_of_ours(read):
    wrong = []
    for path in PAGES:
        page = read(path)
        page.wait_for_load_state("networkidle")
        found = [*page.elsewhere, *page.complaints, *barriers(page)]
        wrong += [f"{path}: {each}" for each in found]
    assert wrong == []


def test_nothing_jumps_and_the_page_is_light(read):
    page = read("/articles/naltrexone/")
    page.wait_for_load_state("networkidle")
    shift = page.evaluate(
        "() => new Promise(done => { let sum = 0; new PerformanceObserver(list => {"
        " for (const e of list.getEntries()) sum += e.value; })"
        ".observe({type: 'layout-shift', buffered: true}); setTimeout(() => done(sum), 300); })"
    )
    assert shift < 0.01
    assert len(page.evaluate("performance.getEntriesByType('resource').map(e => e.name)")) < 12


def test_what_is_urgent_stands_on_the_first_screen_of_a_phone_and_can_be_tapped(read):
    page = read("/articles/vivitrol/")
    call_out = page.locator(".callout-urgent")
    expect(call_out).to_be_in_viewport(ratio=1)
    expect(call_out.get_by_role("link", name="911")).to_have_attribute("href", "tel:911")
    page = read("/articles/?q=overdose")
    expect(page.locator(".help-card").get_by_role("link")).to_have_count(4)
    expect(page.locator(".help-card")).to_be_in_viewport(ratio=0.9)


def test_a_citation_leads_to_its_source_and_back(read):
    page = read("/articles/naltrexone/")
    page.locator("#cite-1-1").click()
    expect(page).to_have_url(re.compile("#source-1$"))
    expect(page.locator("#source-1")).to_be_in_viewport()
    page.locator("#source-1 .back").first.click()
    expect(page).to_have_url(re.compile("#cite-1-1$"))


def test_the_contents_follow_what_is_read(read):
    page = read("/articles/naltrexone/", 1280)
    page.locator("#part-4").scroll_into_view_if_needed()
    page.evaluate("document.getElementById('part-4').scrollIntoView()")
    expect(page.locator('.contents a[aria-current="location"]')).to_have_text("Part 4")


def test_the_way_to_a_visit_stays_in_reach(read):
    page = read("/articles/naltrexone/")
    page.evaluate("document.getElementById('part-4').scrollIntoView()")
    expect(page.locator(".site-header .btn-primary")).to_be_in_viewport()


def test_titles_are_offered_while_somebody_types_and_enter_searches(read):
    page = read("/articles/")
    page.get_by_role("searchbox").press_sequentially("vivi", delay=30)
    expect(page.locator("#suggestions a")).to_have_text(["How long Vivitrol stays"])
    page.keyboard.press("Enter")
    expect(page.get_by_role("status")).to_contain_text("One article for “vivi”")
    assert page.complaints == []


def test_search_and_reading_work_without_javascript(read):
    page = read("/articles/", java_script_enabled=False)
    page.get_by_role("searchbox").fill("vivitrol")
    page.get_by_role("button", name="Search").click()
    page.locator(".post-row h2 a").first.click()
    expect(page).to_have_url(re.compile("/articles/vivitrol/$"))


def test_on_paper_there_is_the_text_and_nothing_to_click(read):
    page = read("/articles/naltrexone/", 1280)
    page.emulate_media(media="print")
    hidden_parts = (".site-header", ".site-footer", ".book-call", ".trust-band", ".share")
    for hidden in (*hidden_parts, ".language-switch.footer"):
        expect(page.locator(hidden).first).to_be_hidden()
    for shown in ("#title", ".byline", ".key-points", "#sources"):
        expect(page.locator(shown)).to_be_visible()


def test_an_editor_writes_in_the_editor_and_breaks_no_rule_of_ours(read, settings, live_server):
    settings.STAFF_MFA_REQUIRED = False
    editor = make_staff("editor")
    article = make_draft(sources=(LABEL,))
    page = read(f"/accounts/login/?next=/admin/articles/article/{article.pk}/change/", 1280)
    page.locator("[name=login]").fill(editor.email)
    page.locator("[name=password]").fill(PASSWORD)
    page.locator("main button[type=submit]").first.click()
    text = page.locator(".ProseMirror[contenteditable=true]")
    expect(text).to_contain_text("It sits on the receptors")
    text.locator("p").first.click()
    page.keyboard.press("End")
    page.keyboard.type(" Written by hand.")
    page.get_by_role("button", name="Save", exact=True).click()
    expect(page.locator(".messagelist")).to_contain_text("was changed successfully")
    saved = Article.objects.get(pk=article.pk)
    assert re.search(r"<p>It sits on the receptors \[1\]\. ?Written by hand\.</p>", saved.body)
    assert "<h2>How it works</h2>" in saved.body
    assert page.complaints == []
    assert page.elsewhere == []


@pytest.mark.parametrize("script", [True, False])
def test_a_reader_comments_and_takes_it_back(read, script):
    page = read("/articles/naltrexone/", 390, java_script_enabled=script)
    page.get_by_label("E-mail, if you like").fill("sam@")
    page.locator("#comment_text").fill("Good to know.")
    page.get_by_role("button", name="Send for review").click()
    expect(page.locator(".error-summary")).to_contain_text("Write a name to show.")
    if script:
        assert barriers(page) == []
    page.get_by_label("Name to show").fill("Sam")
    page.get_by_label("E-mail, if you like").fill("")
    page.get_by_role("button", name="Send for review").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Thank you. We read it soon.")
    assert page.context.cookies() == []
    page.get_by_role("button", name="Withdraw my comment").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("It is withdrawn.")
    assert not Comment.objects.filter(text="Good to know.").exists()


@pytest.mark.parametrize("script", [True, False])
def test_a_reader_says_that_it_helped(read, script):
    page = read("/articles/naltrexone/", 390, java_script_enabled=script)
    page.get_by_role("button", name="Yes", exact=True).click()
    page.get_by_label("What helped, or what was missing?").fill("Clear.")
    page.get_by_role("button", name="Send", exact=True).click()
    expect(page.get_by_label("What helped, or what was missing?")).to_have_count(0)
    thanks = page.get_by_text("Thank you. Our team reads this.")
    expect(thanks).to_be_focused() if script else expect(thanks).to_be_visible()
    assert page.url.endswith("/naltrexone/" if script else "/thanks/")
    assert Feedback.objects.get().sentence == "Clear."
