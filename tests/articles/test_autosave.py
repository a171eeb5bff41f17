"""What is typed into an article and not saved: kept for whoever typed it, and for nobody else."""

import time
from datetime import timedelta

import pytest
import time_machine
from django.test import Client

from articles.models import Article
from core.staff.models import AuditEvent, Autosave
from core.staff.tasks import purge
from tests.articles.factories import make_draft
from tests.articles.test_admin import form_on, page_of, save
from tests.core.staff.people import fully_signed_in
from tests.page_forms import read_forms

pytestmark = pytest.mark.django_db
ADD = "/admin/articles/article/add/"
PASSIVE = {"X-Passive": "1"}


def type_into(client: Client, article: Article, **typed) -> dict:
    """What the page sends by itself a while after somebody has typed this."""
    form = form_on(client, page_of(article))
    answer = client.post(page_of(article, "autosave"), form.filled(**typed), headers=PASSIVE)
    assert answer.status_code == 200, answer.content
    return answer.json()


def take_up(client: Client, path: str):
    answer = client.post(path, {"_take_up": "1"})
    return answer, next(form for form in read_forms(answer.text) if form.id == "article_form")


def test_what_was_typed_is_offered_again_after_a_sign_out_and_nothing_of_it_is_saved(editor):
    article = make_draft(title="Old")
    assert type_into(editor, article, title="Typed", summary="Half a")["kept"]
    article.refresh_from_db()
    assert (article.title, article.revisions.count()) == ("Old", 1)
    editor.logout()
    editor.force_login(editor.user)
    session = editor.session
    session["account_authentication_methods"] = [{"method": "mfa", "at": time.time()}]
    session.save()
    page = editor.get(page_of(article)).text
    assert "You typed something here and did not save it" in page
    answer, form = take_up(editor, page_of(article))
    assert answer.status_code == 200
    assert (form.fields["title"], form.fields["summary"]) == ("Typed", "Half a")
    article.refresh_from_db()
    assert (article.title, article.revisions.count()) == ("Old", 1)
    assert editor.post(page_of(article), form.fields).status_code == 302
    article.refresh_from_db()
    assert article.title == "Typed"
    assert not Autosave.objects.exists()


def test_what_is_taken_up_never_goes_over_what_a_colleague_saved_since(editor):
    article = make_draft(title="Old")
    type_into(editor, article, title="Typed")
    save(fully_signed_in("editor", name="Olive Other"), article, title="Theirs")
    answer, form = take_up(editor, page_of(article))
    assert answer.status_code == 409
    assert "Changed by: Olive Other" in answer.text
    assert form.fields["title"] == "Typed"
    article.refresh_from_db()
    assert article.title == "Theirs"


def test_a_new_article_is_kept_before_it_is_saved_for_the_first_time(editor):
    form = form_on(editor, ADD)
    data = form.filled(title="Naloxone at home", body="<p>Keep tw")
    assert editor.post(f"{ADD}autosave/", data, headers=PASSIVE).status_code == 200
    assert not Article.objects.exists()
    answer, form = take_up(editor, ADD)
    assert answer.status_code == 200
    assert form.fields["title"] == "Naloxone at home"
    assert not Article.objects.exists()


def test_colleagues_are_told_that_somebody_types_and_read_none_of_it(editor):
    article, other = make_draft(), fully_signed_in("editor", name="Olive Other")
    type_into(editor, article, title="Not yet for others")
    told = other.post(page_of(article, "autosave"), {"_presence": "1"}, headers=PASSIVE).json()
    assert "Eddie Editor has typed something here" in " ".join(told["others"])
    page = other.get(page_of(article)).text
    assert "Eddie Editor has typed something here" in page
    assert "Not yet for others" not in page
    taken = other.post(page_of(article), {"_take_up": "1"}, follow=True)
    assert taken.status_code == 200
    assert "Not yet for others" not in taken.text
    assert Autosave.objects.get().user == editor.user
    other.post(page_of(article, "autosave/discard"))
    assert Autosave.objects.count() == 1


def test_what_is_kept_can_be_thrown_away(editor):
    article = make_draft()
    type_into(editor, article, title="Typed")
    answer = editor.post(page_of(article, "autosave/discard"), follow=True)
    assert "did not save it" not in answer.text
    assert not Autosave.objects.exists()


@pytest.mark.parametrize("role", ["front desk", "newsletter editor"])
def test_nobody_keeps_anything_in_what_they_may_not_change(role):
    article, client = make_draft(), fully_signed_in(role)
    for path in (page_of(article, "autosave"), page_of(article, "live"), f"{ADD}autosave/"):
        assert client.post(path, {"title": "x"}).status_code == 403
        assert client.get(path).status_code in (403, 404)
    assert not Autosave.objects.exists()


def test_keeping_does_not_count_as_being_there(editor):
    article = make_draft()
    form = form_on(editor, page_of(article)).filled(title="Typed")
    start = time.time()
    answers = []
    for minutes in (7, 14, 16):
        with time_machine.travel(start + 60 * minutes, tick=False):
            answers.append(
                editor.post(page_of(article, "autosave"), form, headers=PASSIVE).status_code
            )
    assert answers == [200, 200, 302]


def test_keeping_leaves_no_row_in_the_trail_and_what_is_odd_is_no_server_error(editor):
    article = make_draft()
    form = form_on(editor, page_of(article))
    before = AuditEvent.objects.count()
    for odd in ("a\0b", "\ud83d", "x" * 100_000):
        data = form.filled() | {"title": odd.encode("utf-8", "replace").decode()}
        assert editor.post(page_of(article, "autosave"), data).status_code == 200
    too_long = form.filled() | {"body": "x" * 3_000_000}
    assert editor.post(page_of(article, "autosave"), too_long).status_code == 413
    assert editor.post("/admin/articles/article/999999/autosave/", {}).status_code == 404
    assert AuditEvent.objects.count() == before


def test_what_nobody_came_back_for_is_deleted_after_a_month(editor):
    article = make_draft()
    type_into(editor, article, title="Typed")
    Autosave.objects.update(saved_at=Autosave.objects.get().saved_at - timedelta(days=31))
    purge()
    assert not Autosave.objects.exists()


def test_the_preview_shows_what_is_typed_without_saving_it_or_running_anything(editor):
    article = make_draft(title="Old")
    form = form_on(editor, page_of(article))
    typed = form.filled(
        title="Typed", body='<p>New [1].</p><script>alert(1)</script><p onclick="x()">Two.</p>'
    ) | {
        "sources-TOTAL_FORMS": "1",
        "sources-0-number": "1",
        "sources-0-title": "A label",
        "faq-TOTAL_FORMS": "1",
        "faq-0-position": "1",
        "faq-0-question": "Does it hurt?",
        "faq-0-answer": "No.",
    }
    shown = editor.post(page_of(article, "live"), typed).json()["html"]
    assert '<h1 id="title">Typed</h1>' in shown
    assert "A label" in shown
    assert "Does it hurt?" in shown
    assert "<script" not in shown
    assert "onclick" not in shown
    article.refresh_from_db()
    assert (article.title, article.revisions.count()) == ("Old", 1)
    nothing = editor.post(f"{ADD}live/", form_on(editor, ADD).filled()).json()
    assert "No title yet" in nothing["html"]
    assert nothing["problems"] == []
    assert not Article.objects.exclude(pk=article.pk).exists()
