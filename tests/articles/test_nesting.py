"""No bare text and no block in an inline element in any stored text, wherever it came from."""

import random
import re

import pytest
from django.test import Client

from articles.models import Article, Revision
from articles.publishing import revisions
from articles.seed_library import LIBRARY, read_file
from articles.wordpress.importing import import_posts
from articles.wordpress.wxr import Export
from core.richtext.sanitizer import clean
from newsletter.models import Issue
from tests.articles.factories import make_draft
from tests.articles.wordpress_export import post, write
from tests.core.staff.people import make_staff, sign_in
from tests.nesting import faults
from tests.page_forms import read_forms

WRONG = (
    "bare <b>words<p>and a block</p> in bold</b><h2>Head<ul>x<li>one<p>two</p></ul></h2>after"
    "<blockquote>quote</blockquote><table>loose<tr><td>a<div>b</div>c</table><li>item<dl><dt>t<dd>d"
    "<a href='/x/'><h3>linked</h3></a>"
)


def cleaned(html: str) -> str:
    return clean(html, is_ours=lambda address: True)


@pytest.mark.parametrize(
    ("given", "kept"),
    [
        ("a<p>b</p>c", "<p>a</p><p>b</p><p>c</p>"),
        ("<b>x<p>y</p>z</b>w", "<p><b>x</b></p><p><b>y</b></p><p><b>z</b>w</p>"),
        ('<a href="/x/"><p>a</p></a>', '<p><a href="/x/" rel="noopener">a</a></p>'),
        ("<p>a<b>c<div>d</div>e</b>f</p>", "<p>a<b>c</b></p><p><b>d</b></p><p><b>e</b>f</p>"),
        ("<div>a</div><div>b</div>", "<p>a</p><p>b</p>"),
        ("<section><div>a<br></div>b</section>", "<p>a</p><p>b</p>"),
        ("<button>A</button><button>B</button>", "<p>A</p><p>B</p>"),
        ("<dl><dt>T<dd>d<dd>e</dl>", "<p><strong>T</strong></p><p>d</p><p>e</p>"),
        ("<pre>x\n  y\n\nz</pre>", "<p>x<br>&nbsp;&nbsp;y</p><p>z</p>"),
        ("<h1>a</h1><h6>b</h6>c", "<h2>a</h2><h4>b</h4><p>c</p>"),
        (
            "<ul><li>a</li><ul><li>b</li></ul>c</ul>",
            "<ul><li>a<ul><li>b</li></ul></li><li>c</li></ul>",
        ),
        ("<li>a</li> <li>b</li>c", "<ul><li>a</li><li>b</li></ul><p>c</p>"),
        ("<ul><li>a<p>b</p></li></ul>", "<ul><li><p>a</p><p>b</p></li></ul>"),
        ("<ul><li>a<ul><li>b</li></ul></li></ul>", None),
        ("<blockquote>a</blockquote>", "<blockquote><p>a</p></blockquote>"),
        ("<h2>T<ul><li>x</li></ul></h2>", "<h2>T</h2><ul><li>x</li></ul>"),
        (
            "<table>a<caption>c</caption><tr><td>b",
            "<p>a</p><table><caption>c</caption><tbody><tr><td>b</td></tr></tbody></table>",
        ),
        (
            "<table><td>a<td>b</table>",
            "<table><tbody><tr><td>a</td><td>b</td></tr></tbody></table>",
        ),
        (
            "<figure><table><tr><td>x</table><figcaption>c</figcaption></figure>",
            "<table><caption>c</caption><tbody><tr><td>x</td></tr></tbody></table>",
        ),
        ('<img src="/a" alt="b">', '<figure><img src="/a" alt="b"></figure>'),
        (
            '<figure><p><img src="/a" alt="b"></p><img src="/c" alt="d">'
            "<figcaption><p>x</p><p>y</p></figcaption>z</figure>",
            '<figure><img src="/a" alt="b"></figure><figure><img src="/c" alt="d">'
            "<figcaption>x<br>y</figcaption></figure><p>z</p>",
        ),
        (
            '<b style="font-weight:normal" id="docs-internal-guid-1"><p>a '
            '<span style="font-weight:700">b</span></p></b>',
            "<p>a <strong>b</strong></p>",
        ),
        ("<p>a</p><p>&nbsp;</p><p><br></p><h2></h2><ul><li></li></ul>", "<p>a</p>"),
        ("<div><table><tr><td>a</div><b>b</td></tr></table></div>c", None),
    ],
)
def test_what_stands_where_it_may_not_is_put_right_and_says_the_same(given, kept):
    """None: only that it is right."""
    html = cleaned(given)
    assert faults(html) == []
    assert cleaned(html) == html
    assert kept is None or html == kept


def test_any_heap_of_tags_becomes_right_and_loses_no_letter():
    names = "p b i a h2 ul li ol table tr td th caption figure figcaption blockquote div dl dt pre"
    tags = [form.format(n) for n in names.split() for form in ("<{}>", "</{}>")] + ["<br>", "<hr>"]
    for seed in range(300):
        pick = random.Random(seed)
        heap = [pick.choice(tags) + (f"w{n} " if pick.random() < 0.6 else "") for n in range(40)]
        html = cleaned("".join(heap))
        assert faults(html) == [], seed
        assert cleaned(html) == html, seed
        words = sorted(re.findall(r"w\d+", html))
        assert words == sorted(re.findall(r"w\d+", "".join(heap))), seed


def stored() -> list[str]:
    tables = (Article, Revision, Issue)
    return [body for table in tables for body in table.objects.values_list("body", flat=True)]


def submitted(role: str, url: str, form_id: str, **answers) -> None:
    client = sign_in(Client(), make_staff(role))
    form = next(form for form in read_forms(client.get(url).text) if form.id == form_id)
    response = client.post(url, form.filled(**answers))
    assert response.status_code == 302, response.text


@pytest.mark.django_db
def test_no_stored_text_has_bare_words_or_wrong_nesting_whatever_its_source(tmp_path):
    article = make_draft()
    submitted("editor", f"/admin/articles/article/{article.pk}/change/", "article_form", body=WRONG)
    issue = {"subject": "News", "preview": "x", "slug": "news", "body": WRONG}
    submitted("newsletter editor", "/admin/newsletter/issue/add/", "issue_form", **issue)
    import_posts(Export(write(tmp_path, post(1, content=WRONG), post(2, content=f"a\n\n{WRONG}"))))
    revisions.restore(article.revisions.last(), by=None)
    bodies = stored()
    assert len(bodies) == 3 + 5 + 1
    assert {body: faults(body) for body in bodies if faults(body)} == {}
    for body in bodies:
        assert "bare" not in body or "<h3><a " in body


@pytest.mark.parametrize("path", sorted(LIBRARY.glob("*.md")), ids=lambda path: path.stem)
def test_the_texts_that_come_with_the_site_are_nested_right(path):
    assert faults(read_file(path).content.body) == []
