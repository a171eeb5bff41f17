"""A number that can help is one tap away, and nothing else looks like one."""

import pytest

from articles.article_page.rendering import render_prose
from core.richtext import phone_links
from tests.articles.factories import make_article
from tests.newsletter.issues import make_issue


def found(text: str) -> list[tuple[str, str]]:
    return [(text[phone.start : phone.end], phone.href) for phone in phone_links.find(text)]


@pytest.mark.parametrize(
    ("text", "links"),
    [
        ("Call 911 now.", [("911", "tel:911")]),
        ("call 9-1-1", [("9-1-1", "tel:911")]),
        ("It was opioids: 911.", [("911", "tel:911")]),
        ("The 911 worker stays on the line.", [("911", "tel:911")]),
        ("911/988", [("911", "tel:911"), ("988", "tel:988")]),
        ("the crisis line (988)", [("988", "tel:988")]),
        ("Text 988 at any hour.", [("988", "sms:988")]),
        ("call or text 988", [("text", "sms:988"), ("988", "tel:988")]),
        ("Poison Control, 1-800-222-1222, can help", [("1-800-222-1222", "tel:+18002221222")]),
        ("(212) 555-0100 ext. 4", [("(212) 555-0100 ext. 4", "tel:+12125550100;ext=4")]),
        ("212-555-0100 x12.", [("212-555-0100 x12", "tel:+12125550100;ext=12")]),
        ("800.662.4357", [("800.662.4357", "tel:+18006624357")]),
        ("1‑800‑662‑4357", [("1‑800‑662‑4357", "tel:+18006624357")]),  # hyphens that do not break
        ("1-800-662-HELP (4357)", [("1-800-662-HELP", "tel:+18006624357")]),
        ("+44 20 7946 0958", [("+44 20 7946 0958", "tel:+442079460958")]),
        ("Call 8006624357", [("8006624357", "tel:+18006624357")]),
        ("Text HOME to 741741.", [("741741", "sms:741741")]),
        ("For food or rent call 211.", [("211", "tel:211")]),
    ],
)
def test_a_phone_number_leads_where_it_says(text, links):
    assert found(text) == links


@pytest.mark.parametrize(
    "text",
    [
        *("911 patients were asked", "Of 988 people, most", "988 mg", "988 mL", "$911", "911.5"),
        *("In 1988 and 2988", "in 911 of 1,200", "about 988 calls a day", "n = 911", "page 911"),
        *("doses of 300 400 5000 mg", "100-200 mg", "2026-11-02", "ISBN 978-3-16-148410-0"),
        *("10.1016/911", "988lifeline.org", "https://example.org/988/", "F11.20", "PMID 31415926"),
        *("CFR 911", "a 12-step 24-hour plan", "0.911", "91-1", "211 people", "911%"),
    ],
)
def test_a_dose_a_count_a_year_and_a_code_stay_text(text):
    assert found(text) == []


def test_what_is_a_link_stays_one_and_text_stays_escaped():
    html = '<p>A &lt; B &amp; <a href="/x/">call 911</a>, or <strong>988</strong></p>'
    linked = html.replace("988", '<a href="tel:988">988</a>')
    assert phone_links.link_phones_in_html(html) == linked
    assert render_prose(html, 0, str, "").html == linked


def test_the_word_before_a_number_counts_when_the_number_is_bold():
    html = render_prose(
        "<p>Text <strong>988</strong>.</p><p>Of <b>911</b> people</p>", 0, str, ""
    ).html
    assert html == (
        '<p>Text <strong><a href="sms:988">988</a></strong>.</p><p>Of <b>911</b> people</p>'
    )


@pytest.mark.django_db
def test_every_part_of_an_article_can_be_tapped(client):
    article = make_article(
        slug="calls",
        summary="In danger call 911.",
        body="<h2>Call 911</h2><p>Ask 1-800-222-1222 [1].</p>",
        key_points=("Text 988",),
    )
    article.corrections.create(text="It is 1-800-662-4357.", made_at=article.published_at)
    html = client.get("/articles/calls/").text
    assert '<p class="lead mb-4">In danger call <a href="tel:911">911</a>.</p>' in html
    assert '<h2 id="call-911">Call <a href="tel:911">911</a></h2>' in html
    assert '<a href="#call-911">Call 911</a>' in html  # the contents lead to the heading
    assert 'href="tel:+18002221222">1-800-222-1222</a><sup>' in html
    assert '<li>Text <a href="sms:988">988</a></li>' in html
    assert 'href="tel:+18006624357"' in html


@pytest.mark.django_db
def test_a_letter_can_be_tapped_and_no_page_forbids_the_phone_to_help(client):
    from newsletter.issues import rendering

    issue = make_issue(body="<p>Call 1-800-662-4357.</p>")
    written = rendering.render(issue)
    assert 'href="tel:+18006624357"' in written.html
    assert "1-800-662-4357." in written.text
    assert "tel:" not in written.text
    for page in (written.html, client.get("/").text, client.get("/articles/").text):
        assert "telephone=no" not in page


@pytest.mark.django_db
def test_an_urgent_call_out_that_begins_an_article_stands_under_its_title(client):
    urgent = '<blockquote class="urgent"><p>Call 911.</p></blockquote>'
    make_article(slug="urgent", body=f"{urgent}<p>Then read [1].</p>{urgent}")
    html = client.get("/articles/urgent/").text
    title, first, lead = (html.index(part) for part in ("<h1", "callout-urgent", 'class="lead'))
    assert title < first < lead
    assert html.count("callout-urgent") == 2
    assert html.index("Then read") < html.rindex("callout-urgent")
    make_article(slug="calm", body=f"<p>Read [1].</p>{urgent}")
    html = client.get("/articles/calm/").text
    assert html.index('class="lead') < html.index("callout-urgent")


def test_a_feed_keeps_the_call_out_where_it_was_written():
    shown = render_prose('<blockquote class="urgent"><p>a</p></blockquote><p>b</p>', 0, str, "")
    assert shown.html == shown.opening + shown.rest
    assert shown.rest == "<p>b</p>"
