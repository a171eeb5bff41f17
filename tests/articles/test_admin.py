"""How staff write, review and publish, through the admin's own forms."""

import io
import re

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from PIL import Image

from articles.models import Article, ImageAsset, Status
from articles.revisions.revision_diff import diff_html
from core import broker
from core.staff.models import AuditEvent
from tests.articles.factories import (
    approve,
    edit,
    make_article,
    make_contributor,
    make_draft,
    make_topic,
)
from tests.core.staff.people import fully_signed_in
from tests.page_forms import read_forms

pytestmark = pytest.mark.django_db


@pytest.fixture
def clinician() -> Client:
    client = fully_signed_in("clinician", name="Dana Doc")
    client.contributor = make_contributor("Dana Doc", user=client.user)
    return client


def page_of(article: Article, name: str = "change") -> str:
    return f"/admin/articles/article/{article.pk}/{name}/"


def form_on(client: Client, url: str):
    response = client.get(url)
    assert response.status_code == 200, response.status_code
    return next(form for form in read_forms(response.text) if form.id == "article_form")


def save(client: Client, article: Article, **answers):
    form = form_on(client, page_of(article))
    return client.post(page_of(article), form.filled(**answers), follow=True)


def step(client: Client, article: Article, name: str, **data):
    response = client.post(page_of(article, f"step/{name}"), data, follow=True)
    article.refresh_from_db()
    return response


def test_an_editor_writes_and_a_clinician_publishes_without_help(client, editor, clinician):
    topic, author = make_topic(), make_contributor("Ruth Pell", credentials="RN")
    form = form_on(editor, "/admin/articles/article/add/")
    data = form.filled(
        title="Naloxone at home",
        slug="naloxone-at-home",
        summary="Keep two.",
        body="<p>Keep two at home [1].</p><script>alert(1)</script>",
        key_points="Keep two.\n- Tell your family.",
        topic=str(topic.pk),
        author=str(author.pk),
    ) | {
        "sources-TOTAL_FORMS": "1",
        "sources-0-number": "1",
        "sources-0-title": "Label",
        "faq-TOTAL_FORMS": "1",
        "faq-0-position": "0",
        "faq-0-question": "Does it hurt?",
        "faq-0-answer": "No.",
    }
    assert editor.post("/admin/articles/article/add/", data).status_code == 302
    article = Article.objects.get()
    revision = article.revisions.get()
    assert revision.saved_by == editor.user
    assert revision.body == "<p>Keep two at home [1].</p>"
    assert revision.key_points == ["Keep two.", "Tell your family."]
    assert revision.sources[0]["title"] == "Label"
    step(editor, article, "submit")
    assert article.status == Status.IN_REVIEW
    panel = clinician.get(page_of(article)).text
    assert "Approve" in panel
    step(clinician, article, "approve", revision="1", whole="on")
    assert article.status == Status.PUBLISHED
    assert article.reviewer == clinician.contributor
    assert "Keep two at home" in client.get("/articles/naloxone-at-home/").text


def test_an_editor_cannot_approve_and_is_told_who_can(editor):
    article = make_draft()
    step(editor, article, "submit")
    html = editor.get(page_of(article)).text
    assert "/step/approve/" not in html
    assert "credentials who did not write it" in html
    assert step(editor, article, "approve", revision="1").status_code == 403
    assert article.status == Status.IN_REVIEW


def test_a_clinician_cannot_approve_what_they_wrote(clinician):
    article = make_draft(author=clinician.contributor)
    step(clinician, article, "submit")
    assert step(clinician, article, "approve", revision="1").status_code == 403


def test_the_front_desk_sees_no_articles():
    desk, article = fully_signed_in("front desk"), make_article()
    for path in ("change", "preview", "revisions"):
        assert desk.get(page_of(article, path)).status_code == 403
    assert step(desk, article, "archive").status_code == 403
    assert desk.get("/admin/articles/imageasset/pick/").status_code == 403


def test_a_step_needs_a_post(editor):
    article = make_draft()
    assert editor.get(page_of(article, "step/submit")).status_code == 404
    assert editor.post(page_of(article, "step/nonsense")).status_code == 404
    article.refresh_from_db()
    assert article.status == Status.DRAFT


def test_what_is_missing_is_said(editor):
    article = make_draft(sources=(), body="<p>Trust us.</p>")
    assert "needs at least one source" in step(editor, article, "submit").text


def test_an_approval_of_an_older_save_is_refused(clinician):
    article = make_draft()
    step(clinician, article, "submit")
    edit(article, title="Changed meanwhile")
    assert "Read it again" in step(clinician, article, "approve", revision="1").text
    assert article.status == Status.IN_REVIEW
    for nonsense in ("", "x", "99", "-1"):
        assert step(clinician, article, "approve", revision=nonsense).status_code == 200


def test_saving_a_published_article_says_that_it_is_back_in_review(editor):
    article = make_article()
    response = save(editor, article, title="Another title", note="Clearer")
    assert "back in review" in response.text
    article.refresh_from_db()
    assert article.status == Status.IN_REVIEW
    assert article.online.title == "What naltrexone does"
    assert article.revisions.first().note == "Clearer"


def test_a_slip_of_the_pen_can_go_online_at_once(editor, client):
    article = make_article(slug="open", body="<p>It sits on teh receptors [1].</p>")
    save(editor, article, body="<p>It sits on the receptors [1].</p>", small=True)
    assert "on the receptors" in client.get("/articles/open/").text


def test_a_changed_address_redirects(editor, client, commits):
    article = make_article(slug="first")
    with commits():
        save(editor, article, slug="second")
    assert client.get("/articles/first/")["Location"] == "/articles/second/"


def test_an_address_of_another_article_is_refused_beside_the_field(editor):
    make_article(slug="taken")
    article = make_draft()
    assert "once had, the address “taken”" in save(editor, article, slug="taken").text


def test_a_five_megabyte_paste_is_refused_with_a_sentence_and_nothing_else_is_lost(editor):
    article = make_draft()
    response = save(editor, article, title="Kept title", body="<p>" + "a" * 5 * 1024 * 1024)
    assert response.status_code == 200
    assert "This text is too long" in response.text
    assert 'value="Kept title"' in response.text
    assert article.revisions.count() == 1


@pytest.mark.parametrize(
    ("body", "sentence"),
    [
        ('<p>x</p><img src="https://evil.example/x.png" alt="x">', "not in our library"),
        ("<p></p>", "The text is empty."),
        ("<script>alert(1)</script>", "The text is empty."),
    ],
)
def test_a_text_that_cannot_be_taken_is_refused_with_a_sentence(editor, body, sentence):
    article = make_draft()
    assert sentence in save(editor, article, body=body).text
    assert article.revisions.count() == 1


@pytest.mark.parametrize("forged", ["x", "1'", "١", "9" * 5000, "1\0"])
def test_a_forged_value_of_a_field_that_suggests_is_no_server_error(editor, forged):
    article = make_draft()
    typed = form_on(editor, page_of(article)).filled()
    [rows] = [name for name in typed if re.fullmatch(r"related\w*-TOTAL_FORMS", name)]
    row = rows.replace("TOTAL_FORMS", "0-to")
    for more in ({"cover": forged}, {rows: "1", row: forged}):
        assert editor.post(page_of(article), typed | more).status_code in (200, 302, 400)


def test_two_editors_are_warned_and_neither_overwrites_the_other(editor):
    other = fully_signed_in("editor", name="Olive Other")
    article = make_draft()
    mine = form_on(editor, page_of(article)).filled(title="Mine")
    html = other.get(page_of(article)).text
    assert "Eddie Editor has this page open, too." in html
    save(other, article, title="Theirs")
    response = editor.post(page_of(article), mine)
    assert response.status_code == 409
    assert "Changed by: Olive Other" in response.text
    assert "<ins>Theirs</ins>" in response.text
    article.refresh_from_db()
    assert article.title == "Theirs"
    seen = next(form for form in read_forms(response.text) if form.id == "article_form")
    assert seen.fields["title"] == "Mine"
    assert editor.post(page_of(article), seen.fields).status_code == 302
    article.refresh_from_db()
    assert article.title == "Mine"


def test_revisions_can_be_listed_compared_and_restored(editor):
    article = make_draft(body="<p>Wait seven days [1].</p>")
    edit(article, body="<p>Wait ten days [1].</p>", note="New label")
    html = editor.get(page_of(article, "revisions") + "?from=1&to=2").text
    assert "New label" in html
    assert "<del>seven</del><ins>ten</ins>" in html
    for odd in ("?from=x&to=2", "?from=99&to=1", "?from=%F0&to=", "?from=" + "9" * 400):
        assert editor.get(page_of(article, "revisions") + odd).status_code == 200
    assert editor.post(page_of(article, "revisions/1/restore")).status_code == 302
    article.refresh_from_db()
    assert article.body == "<p>Wait seven days [1].</p>"
    assert article.revisions.first().number == 3


def test_a_comparison_shows_tags_as_text():
    assert diff_html("<b>a</b>", "<i>a</i>") == (
        "<del>&lt;b&gt;a&lt;/b&gt;</del><ins>&lt;i&gt;a&lt;/i&gt;</ins>"
    )


def test_staff_preview_what_is_not_public(editor):
    article = make_draft(title="Not public")
    response = editor.get(page_of(article, "preview"))
    assert "Not public" in response.text
    assert "no-store" in response["Cache-Control"]
    shown = editor.get(page_of(article)).text
    [secret] = re.findall(r'href="http://[^/]+(/articles/preview/[^"]+)"', shown)
    assert "Not public" in Client().get(secret).text


def test_a_held_article_waits_with_a_button(editor):
    article = approve(make_draft(publish_at=None))
    Article.objects.filter(pk=article.pk).update(
        status=Status.SCHEDULED, held=True, publish_at="2026-01-01T00:00Z"
    )
    html = editor.get(page_of(article)).text
    assert "so it waits for you" in html
    assert "held back" in editor.get("/admin/articles/article/").text
    step(editor, article, "publish-now")
    assert article.status == Status.PUBLISHED


def test_staff_start_the_check_of_links(editor, monkeypatch):
    article, asked = make_draft(), []

    def publish(task: str, pk: int) -> bool:
        asked.append((task, pk))
        return len(asked) == 1

    monkeypatch.setattr(broker, "publish", publish)
    assert "Reload this page" in step(editor, article, "check-links").text
    assert asked == [("articles.tasks.check_links", article.pk)]
    assert "try again in a minute" in step(editor, article, "check-links").text


def test_nobody_deletes_an_article_by_hand(editor):
    manager, article = fully_signed_in("manager"), make_article()
    for client in (editor, manager):
        assert client.post(page_of(article, "delete"), {"post": "yes"}).status_code == 403


def test_every_step_leaves_an_audit_row(editor):
    article = make_draft()
    step(editor, article, "submit")
    row = AuditEvent.objects.filter(model="articles.article", action="change").latest("pk")
    assert row.email == editor.user.email
    assert row.object_pks == [str(article.pk)]


def picture() -> SimpleUploadedFile:
    out = io.BytesIO()
    Image.new("RGB", (60, 40), "teal").save(out, "PNG")
    return SimpleUploadedFile("x.png", out.getvalue())


def test_an_editor_uploads_a_picture_and_finds_it_in_the_picker(editor, settings, tmp_path):
    settings.MEDIA_ROOT = str(tmp_path)
    add = "/admin/articles/imageasset/add/"
    assert "This field is required" in editor.post(add, {"file": picture(), "alt": ""}).text
    bad = SimpleUploadedFile("x.png", b"<svg/>")
    assert editor.post(add, {"file": bad, "alt": "A table"}).status_code == 200
    assert not ImageAsset.objects.exists()
    assert editor.post(add, {"file": picture(), "alt": "A table"}).status_code == 302
    asset = ImageAsset.objects.get()
    html = " ".join(editor.get("/admin/articles/imageasset/pick/?CKEditorFuncNum=-1").text.split())
    assert f'data-url="{asset.file.url}" data-alt="A table"' in html
    assert "data-url" not in editor.get("/admin/articles/imageasset/pick/?q=zebra").text


def test_no_editing_page_needs_anything_inline(editor):
    response = editor.get(page_of(make_draft()))
    assert "unsafe" not in response["Content-Security-Policy"]
    assert not re.search(r"<style[ >]|<script(?![^>]*\bsrc=)[^>]*>|\son\w+=", response.text)


def test_staff_who_are_signed_in_get_the_same_public_page(editor):
    make_article(slug="open")
    assert Client().get("/articles/open/").content == editor.get("/articles/open/").content
