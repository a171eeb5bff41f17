"""How staff decide about comments and answer them, through the admin's own pages."""

import re

import pytest

from articles.comments import moderation, submission
from articles.models import Comment
from core.mail.models import OutgoingEmail
from core.staff.models import AuditEvent
from tests.articles.factories import make_article, make_contributor
from tests.core.staff.people import fully_signed_in

pytestmark = pytest.mark.django_db
LIST = "/admin/articles/comment/"


@pytest.fixture
def article():
    return make_article(slug="open")


@pytest.fixture
def comment(article) -> Comment:
    return submission.submit(article, name="Sam", email="sam@example.org", text="It <i>helped</i>.")


def status(comment: Comment) -> str:
    comment.refresh_from_db()
    return comment.status


def test_the_list_shows_what_waits_first_and_the_first_page_says_how_much(editor, comment):
    gone = submission.submit(comment.article, name="Spammy", email="", text="Buy now.")
    moderation.mark_as_spam(gone, by=editor.user)
    html = editor.get(LIST).text
    assert "It &lt;i&gt;helped" in html
    assert "Buy now." not in html
    assert "Buy now." in editor.get(f"{LIST}?status=spam").text
    assert "Buy now." in editor.get(f"{LIST}?status=any").text
    assert editor.get(f"{LIST}?status=nonsense").status_code == 200
    assert "1 comment waits to be read" in editor.get("/admin/").text


@pytest.mark.parametrize(
    ("step", "becomes"), [("approve", "approved"), ("reject", "rejected"), ("spam", "spam")]
)
def test_one_press_decides_and_leads_on_to_the_next(editor, comment, step, becomes):
    following = submission.submit(comment.article, name="Kim", email="", text="Next.")
    page = editor.get(f"{LIST}{comment.pk}/change/").text
    assert f"/step/{step}/" in page
    response = editor.post(f"{LIST}{comment.pk}/step/{step}/")
    assert status(comment) == becomes
    assert comment.decided_by == editor.user
    assert response["Location"] == f"{LIST}{following.pk}/change/"
    assert f"/step/{step}/" not in editor.get(f"{LIST}{comment.pk}/change/").text
    row = AuditEvent.objects.filter(model="articles.comment", action="change").latest("pk")
    assert row.object_pks == [str(comment.pk)]


def test_many_are_decided_at_once(editor, comment, article):
    others = [submission.submit(article, name="Kim", email="", text="More.") for _ in range(2)]
    withdrawn = others.pop()
    submission.withdraw(withdrawn)
    data = {"action": "spam_chosen", "_selected_action": [comment.pk, others[0].pk, withdrawn.pk]}
    html = editor.post(f"{LIST}?status=any", data, follow=True).text
    assert {status(comment), status(others[0])} == {"spam"}
    assert status(withdrawn) == "withdrawn"
    assert "2 comments are decided." in html
    assert "“Withdrawn by its writer” already" in html


def test_an_answer_of_the_author_is_marked_and_lets_readers_see_the_comment(
    client, commits, comment, article
):
    author = article.author
    doctor = fully_signed_in("editor")
    author.user = doctor.user
    author.save()
    with commits():
        response = doctor.post(f"{LIST}{comment.pk}/answer/", {"text": "Thank you, Sam."})
    assert response.status_code == 302
    assert status(comment) == "approved"
    html = client.get("/articles/open/").text
    assert html.index("It &lt;i&gt;helped") < html.index("Thank you, Sam.")
    assert '<span class="mark">Author</span>' in html
    assert OutgoingEmail.objects.get().template == "comment_answered"


def test_an_empty_answer_is_refused_beside_the_field(editor, comment):
    response = editor.post(f"{LIST}{comment.pk}/answer/", {"text": " "})
    assert response.status_code == 200
    assert "Write your answer first." in response.text
    long = editor.post(f"{LIST}{comment.pk}/answer/", {"text": "y" * 3001})
    assert "y" * 3001 in long.text
    assert not Comment.objects.filter(by_staff=True).exists()


def test_a_withdrawn_comment_cannot_be_answered_or_shown(editor, comment):
    submission.withdraw(comment)
    page = editor.get(f"{LIST}{comment.pk}/change/").text
    assert "/answer/" not in page
    assert "/step/" not in page
    editor.post(f"{LIST}{comment.pk}/answer/", {"text": "Too late."})
    editor.post(f"{LIST}{comment.pk}/step/approve/")
    assert status(comment) == "withdrawn"
    assert not Comment.objects.filter(by_staff=True).exists()


def test_a_clinician_answers_what_is_online_and_decides_nothing(comment):
    clinician = fully_signed_in("clinician")
    make_contributor("Dana Doc", user=clinician.user)
    answer, step = f"{LIST}{comment.pk}/answer/", f"{LIST}{comment.pk}/step/approve/"
    assert clinician.post(answer, {"text": "Hello."}).status_code == 403
    assert clinician.post(step).status_code == 403
    moderation.approve(comment, by=clinician.user)
    assert clinician.post(answer, {"text": "Hello."}).status_code == 302
    assert Comment.objects.get(by_staff=True).name == "Dana Doc, MD"


def test_nobody_edits_the_words_of_a_comment(editor, comment):
    page = f"{LIST}{comment.pk}/change/"
    assert editor.post(page, {"text": "Other words."}).status_code == 403
    assert editor.post(f"{LIST}{comment.pk}/delete/", {"post": "yes"}).status_code == 403
    assert editor.get(f"{LIST}add/").status_code == 403
    comment.refresh_from_db()
    assert comment.text == "It <i>helped</i>."


def test_a_step_needs_a_post_and_its_name(editor, comment):
    assert editor.get(f"{LIST}{comment.pk}/step/approve/").status_code == 404
    assert editor.post(f"{LIST}{comment.pk}/step/publish/").status_code == 404
    assert editor.get(f"{LIST}{comment.pk}/answer/").status_code == 404
    assert editor.post(f"{LIST}0/step/approve/").status_code == 404
    assert status(comment) == "held"


def test_the_pages_of_comments_need_nothing_inline(editor, comment):
    for page in (LIST, f"{LIST}{comment.pk}/change/", "/admin/articles/feedback/"):
        html = editor.get(page).text
        assert not re.search(r"<style[ >]|<script(?![^>]*\bsrc=)[^>]*>|\son\w+=", html)
