"""A control character gets in by no door, and a row that has one costs its own entry only."""

import json
import re
from xml.etree import ElementTree

import pytest
from django.core.management import call_command
from django.db import connection
from django.test import Client
from django.utils import timezone

from articles.comments import submission
from articles.models import Article, Comment, Feedback, Revision, Topic
from articles.revisions.content import QuestionAnswer, SourceLine
from articles.seed_library import load_library
from core.validation.control_characters import without_controls
from newsletter.models import Issue
from tests.articles.factories import make_article, make_content, make_draft
from tests.articles.wordpress_export import comment, post, write
from tests.core.staff.people import make_staff, sign_in
from tests.page_forms import read_forms

pytestmark = pytest.mark.django_db
BAD = "\x08\x1b\x7f\ufffe"
ATOM = "{http://www.w3.org/2005/Atom}"


def is_clean(text: str) -> bool:
    return not re.search("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\ufffe\uffff]", text)


@pytest.mark.parametrize(
    ("given", "kept"),
    [
        ("a\x08b\x1fc\x7fd\x9fe\ufffef\uffffg\ud800h\ufdd0i\0j", "abcdefghij"),
        ("one\x0btwo\x0cthree\x85four", "one\ntwo\nthree\nfour"),
        ("tab\t line\r\n é 😀 \u200d \u2028 \xa0", "tab\t line\r\n é 😀 \u200d \u2028 \xa0"),
    ],
)
def test_what_nobody_reads_goes_and_the_rest_stays(given, kept):
    assert without_controls(given) == kept


def submitted(role: str, url: str, form_id: str, **answers) -> None:
    client = sign_in(Client(), make_staff(role))
    form = next(form for form in read_forms(client.get(url).text) if form.id == form_id)
    response = client.post(url, form.filled(**answers))
    assert response.status_code == 302, response.text


def test_forms_of_staff_take_it_away(client):
    article = make_draft()
    texts = {"title": f"Ti{BAD}tle", "summary": f"Sum{BAD}mary", "key_points": f"A{BAD}b"}
    body = f"<p>a{BAD}b&#8;c</p>"
    url = f"/admin/articles/article/{article.pk}/change/"
    submitted("editor", url, "article_form", body=body, **texts)
    article.refresh_from_db()
    assert (article.title, article.summary) == ("Title", "Summary")
    assert (article.key_points, article.body) == ("Ab", "<p>abc</p>")
    url = f"/admin/articles/topic/{article.topic_id}/change/"
    submitted("editor", url, "topic_form", name=f"Top{BAD}ic", introduction=f"In{BAD}tro")
    assert Topic.objects.values_list("name", "introduction").get() == ("Topic", "Intro")
    issue = {
        "subject": f"Ne{BAD}ws",
        "preview": f"x{BAD}",
        "slug": "news",
        "body": f"<p>a{BAD}b</p>",
    }
    submitted("newsletter editor", "/admin/newsletter/issue/add/", "issue_form", **issue)
    assert Issue.objects.values_list("subject", "body").get() == ("News", "<p>ab</p>")


def test_forms_of_readers_take_it_away(client):
    make_article(slug="open")
    here = {"Sec-Fetch-Site": "same-origin"}
    sent = {"helpful": "yes", "sentence": f"Go{BAD}od"}
    client.post("/articles/open/helpful/", sent, headers=here)
    assert Feedback.objects.get().sentence == "Good"
    form = next(f for f in read_forms(client.get("/articles/open/").text) if f.id == "leave")
    sent = form.filled(name=f"S{BAD}am", text=f"He{BAD}lped")
    assert client.post(form.action, sent, headers=here).status_code == 303
    assert Comment.objects.values_list("name", "text").get() == ("Sam", "Helped")


def test_the_workflow_takes_it_away_wherever_a_text_comes_from(tmp_path):
    what = make_content(
        title=f"T{BAD}",
        key_points=(f"p{BAD}",),
        faq=(QuestionAnswer(f"q{BAD}", f"a{BAD}"),),
        sources=(SourceLine(f"s{BAD}", f"p{BAD}", url=f"https://a.example/{BAD}"),),
    )
    article = make_draft(**what.__dict__)
    submission.import_comment(article, name=f"N{BAD}", text=f"t{BAD}", written=article.created_at)
    submission.submit(article, name=f"N{BAD}", email="", text=f"t{BAD}")
    item = post(1, title="T\x08i", excerpt="E\x1b", content="a \x08 b", more=comment(1, "\x08Hi"))
    call_command("import_wordpress", str(write(tmp_path, item)), verbosity=0)
    for row in [*Revision.objects.all(), *Comment.objects.all(), *Article.objects.all()]:
        assert is_clean(json.dumps(row.__dict__, default=str, ensure_ascii=False)), row
        assert "\\u00" not in json.dumps(row.__dict__, default=str)


def test_a_file_of_the_library_loses_it(tmp_path):
    head = 'title: "A\\bb"\nslug: ab\nsummary: "S\\x7f"\ntopic: safety\npublished: 2026-03-01\n'
    sources = 'sources:\n  - title: "L\\x1b"\n'
    (tmp_path / "ab.md").write_text(f"---\n{head}{sources}---\n\nText [1].\n")
    load_library(tmp_path)
    article = Article.objects.get()
    assert (article.title, article.summary, article.sources.get().title) == ("Ab", "S", "L")


def spoiled(article: Article, **columns: str) -> None:
    """Put a revision online that no door would have let in."""
    names = [field.column for field in Revision._meta.concrete_fields if field.column != "id"]
    values = {"number": "number + 100"} | columns
    picked = ", ".join(values.get(name, name) for name in names)
    with connection.cursor() as cursor:
        cursor.execute(
            f"INSERT INTO articles_revision ({', '.join(names)}) SELECT {picked}"
            " FROM articles_revision WHERE article_id = %s RETURNING id",
            [article.pk],
        )
        [revision] = cursor.fetchone()
        cursor.execute(
            "UPDATE articles_article SET online_id = %s WHERE id = %s", [revision, article.pk]
        )


def titles(client, path: str = "/articles/feed/") -> set[str]:
    response = client.get(path)
    assert response.status_code == 200
    root = ElementTree.fromstring(response.content)  # noqa: S314  (our own feed)
    return {entry.find(f"{ATOM}title").text for entry in root.findall(f"{ATOM}entry")}


def test_a_stored_control_character_takes_no_feed_down(client):
    make_article(title="Good")
    spoiled(
        make_article(title="Bad", slug="bad"),
        title=r"E'Ba\bd'",
        summary=r"E'\x1f \ufffe'",
        body=r"E'<p>a\bb</p>'",
    )
    Topic.objects.update(name="To\x08pic")
    for path in ("/articles/feed/", "/articles/feed/?full=1", "/articles/topics/medicines/feed/"):
        assert titles(client, path) == {"Good", "Bad"}
        assert is_clean(client.get(path).text)
    html = client.get("/articles/bad/").text
    said = json.loads(re.search(r'ld\+json">(.*?)</script>', html)[1])
    assert said["@graph"][0]["headline"] == "Bad"
    assert "bad" in client.get("/sitemap-articles.xml").text


def test_a_row_that_cannot_be_written_costs_its_own_entry(client):
    make_article(title="Good")
    bad = make_article(title="Bad", slug="bad")
    with connection.cursor() as cursor:
        cursor.execute(r"UPDATE articles_article SET slug = E'b\bad/..' WHERE id = %s", [bad.pk])
    assert titles(client) == {"Good"}
    sitemap = client.get("/sitemap-articles.xml")
    assert sitemap.status_code == 200
    assert sitemap.text.count("<url>") == 1
    Topic.objects.create(slug="sl\x08ug", name="Odd")
    Article.objects.filter(pk=bad.pk).update(topic=Topic.objects.get(name="Odd"))
    assert client.get("/sitemap-topics.xml").text.count("<url>") == 1


def test_a_date_of_no_calendar_costs_its_own_entry(client):
    make_article(title="Good")
    bad = make_article(title="Bad")
    with connection.cursor() as cursor:
        when = "published_at = '9999-12-31 23:59:59+00', updated_at = '0001-01-01 00:00:00+00'"
        cursor.execute(f"UPDATE articles_article SET {when} WHERE id = %s", [bad.pk])
    assert "Good" in titles(client)
    assert client.get("/sitemap-articles.xml").status_code == 200


def test_what_machines_are_told_loses_a_part_and_not_the_page(client):
    spoiled(
        make_article(title="Odd", slug="odd", faq=(QuestionAnswer("Q", "A"),)),
        faq="""'[{"question": "Why?"}, 7, {"question": "Who?", "answer": "You."}]'::jsonb""",
        sources="""'[{"title": "A", "accessed": "soon"}, {"oops": 1}, 7]'::jsonb""",
    )
    html = client.get("/articles/odd/").text
    said = json.loads(re.search(r'ld\+json">(.*?)</script>', html)[1])["@graph"]
    assert len(said[0]["citation"]) == 3  # the text cites them by number
    assert [each["name"] for each in said[2]["mainEntity"]] == ["Who?"]


def test_a_stored_control_character_takes_no_feed_of_the_newsletter_down(client):
    for slug, subject in (("good", "Good"), ("bad", "Ba\x08d")):
        Issue.objects.create(
            slug=slug,
            subject=subject,
            preview=subject,
            body=f"<p>{subject}</p>",
            status=Issue.Status.SENT,
            started_at=timezone.now(),
            finished_at=timezone.now(),
        )
    assert titles(client, "/newsletter/feed/") == {"Good", "Bad"}
