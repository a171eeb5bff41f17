"""From stored HTML to the page's prose."""

import pytest

from articles.article_page.rendering import render_prose
from articles.revisions.content import Content, is_small_fix
from articles.search.excerpts import excerpt, highlighted
from core.richtext.plain_text import extract


def shown(html: str, sources: int = 3):
    return render_prose(html, sources, lambda name: f"<i>{name}</i>", "Source {number}")


def test_citations_lead_to_their_sources_and_are_counted():
    found = shown("<p>One [1]. Both [1, 3]. None [4].</p>")
    assert 'id="cite-1-1" href="#source-1" aria-label="Source 1">1</a></sup>.' in found.html
    assert 'id="cite-1-2" href="#source-1"' in found.html
    assert 'href="#source-3"' in found.html
    assert "None [4]." in found.html
    assert "One<sup>" in found.html  # no space before the number
    assert found.cited == {1: 2, 3: 1}


def test_a_citation_in_a_link_or_a_heading_stays_text():
    found = shown('<h2>Doses [1]</h2><p><a href="/x/">as here [1]</a></p>')
    assert "<sup>" not in found.html


def test_headings_get_addresses_that_nothing_else_has():
    found = shown(
        "<h2>Sources</h2><h2>What it does</h2><h2>What it does</h2><h2>Source 1</h2><h2>…</h2>"
    )
    addresses = [address for address, _ in found.contents]
    assert addresses[1] == "what-it-does"
    assert len(set(addresses)) == 5
    assert not {"sources", "source-1", "main", "points", "faq"} & set(addresses)
    assert all(f'id="{address}"' in found.html for address in addresses)


@pytest.mark.parametrize(
    ("kind", "classes"),
    [
        ("warning", "callout callout-warning"),
        ("urgent", "callout callout-urgent"),
        ("note", "callout"),
    ],
)
def test_call_outs_get_their_look(kind, classes):
    html = shown(f'<blockquote class="{kind}"><h3>Head</h3><p>x</p></blockquote><p>y</p>').html
    assert html.startswith(f'<div class="{classes}"><i>')
    assert html.endswith("</div><p>y</p>")


def test_a_plain_quote_stays_a_quote():
    assert shown("<blockquote><p>x</p></blockquote>").html == "<blockquote><p>x</p></blockquote>"


def test_a_table_scrolls_in_a_frame_and_names_its_columns_and_rows():
    html = shown(
        "<table><tbody><tr><th>A</th><th>B</th></tr><tr><th>r</th><td>2</td></tr></tbody></table>"
    ).html
    assert html == (
        '<div class="table-wrap" role="region" tabindex="0"><table>'
        '<thead><tr><th scope="col">A</th>'
        '<th scope="col">B</th></tr></thead><tbody><tr><th scope="row">r</th><td>2</td></tr>'
        "</tbody></table></div>"
    )


def test_the_corner_over_the_names_of_rows_is_no_head():
    html = shown("<table><tr><th> </th><th>B</th></tr><tr><th>r</th><td>2</td></tr></table>").html
    assert '<thead><tr><td></td><th scope="col">B</th>' in html


def test_a_table_with_heads_at_the_side_only_has_no_column_heads():
    html = shown("<table><tr><th>Dose</th><td>50 mg</td></tr></table>").html
    assert "<thead>" not in html
    assert '<th scope="row">Dose</th>' in html


def test_text_is_escaped_again():
    assert shown("<p>a &lt;script&gt; &amp; b</p>").html == "<p>a &lt;script&gt; &amp; b</p>"


def test_plain_text_keeps_blocks_apart_and_knows_its_headings():
    found = extract("<h2>One <em>two</em></h2><p>a<br>b</p><ul><li>c</li></ul>")
    assert found.text == "One two\na\nb\nc"
    assert found.headings == "One two"


def test_found_words_are_marked_and_nothing_else_is_let_through():
    assert highlighted("Cravings & <b>crave</b>", ["crave"]) == (
        "<mark>Cravings</mark> &amp; &lt;b&gt;<mark>crave</mark>&lt;/b&gt;"
    )
    assert highlighted("usual use of us", ["us"]) == "usual use of <mark>us</mark>"


def test_an_excerpt_comes_from_where_the_word_stands():
    text = "First line.\n" + "padding words " * 30 + "here is naloxone at last " + "and more " * 40
    found = excerpt("A summary.", text, ["naloxon"])
    assert "<mark>naloxone</mark>" in found
    assert found.startswith("… ")
    assert found.endswith(" …")
    assert len(found) < 320
    assert excerpt("About naloxone.", text, ["naloxon"]) == "About <mark>naloxone</mark>."


def test_a_small_fix_is_small():
    before = Content("T", "S", "<p>Take it wiht food.</p>")
    assert is_small_fix(before, Content("T", "S", "<p>Take it with food.</p>"))
    assert not is_small_fix(before, Content("T", "S", "<p>Never take it with food.</p>"))
