"""Handing in reaches those who may approve; only a manager makes somebody one of them."""

import pytest

from articles.models import Contributor, Status
from articles.publishing import review
from core.mail.models import EmailStatus, OutgoingEmail
from tests.articles.factories import approve, edit, make_article, make_contributor, make_draft
from tests.articles.test_admin import page_of, step
from tests.core.staff.people import fully_signed_in, make_staff
from tests.page_forms import read_forms

pytestmark = pytest.mark.django_db
ADD = "/admin/articles/contributor/add/"


def make_reviewer(name: str = "Dana Doc") -> Contributor:
    return make_contributor(name, user=make_staff("clinician", name=name))


def mails() -> list[str]:
    waiting = OutgoingEmail.objects.filter(template="article_in_review", status=EmailStatus.WAITING)
    return sorted(waiting.values_list("to", flat=True))


def test_those_who_may_approve_are_told_by_mail_and_on_the_first_page():
    reviewer, other = make_reviewer(), make_reviewer("Olu Other")
    make_contributor("No Right")  # credentials, and an account without a role
    make_contributor("No Letters", credentials="", user=make_staff("clinician"))
    author = make_reviewer("Ann Author")
    editor, article = fully_signed_in("editor"), make_draft(author=author)
    said = step(editor, article, "submit").text
    assert "Those who may approve it are told by e-mail." in said
    assert mails() == sorted([reviewer.user.email, other.user.email])
    assert "Dana Doc, MD; Olu Other, MD" in editor.get(page_of(article)).text
    mail = OutgoingEmail.objects.filter(template="article_in_review").first()
    assert article.title not in mail.text
    clinician = fully_signed_in("clinician")
    make_contributor("Clara Clinician", user=clinician.user)
    desk = clinician.get("/admin/to-do/").text
    assert "Waits for you to read:" in desk
    assert page_of(article) in desk
    assert "Articles in review" not in editor.get("/admin/").text


def test_it_says_when_nobody_can_approve():
    editor = fully_signed_in("editor")
    author = make_reviewer("Ann Author")
    article = make_draft(author=author)
    assert "nobody here can approve it" in step(editor, article, "submit").text
    assert article.status == Status.IN_REVIEW
    assert mails() == []
    assert "Nobody here can approve it" in editor.get(page_of(article)).text
    assert "1 article waits, and nobody here can approve it" in editor.get("/admin/").text


def test_a_change_that_goes_back_to_review_tells_them_too_and_once():
    reviewer = make_reviewer()
    article = make_article()
    edit(article, title="Another title")
    edit(article, title="A third title")
    assert article.status == Status.IN_REVIEW
    assert mails() == [reviewer.user.email]


def test_what_is_decided_before_the_mail_left_is_not_mailed_about():
    reviewer = make_reviewer()
    article = make_draft()
    review.submit(article)
    assert mails() == [reviewer.user.email]
    approve(article, by=reviewer)
    assert mails() == []
    back = make_draft()
    review.submit(back)
    review.send_back(back)
    assert mails() == []


def filled(client, url: str, **answers: str) -> dict:
    form = next(f for f in read_forms(client.get(url).text) if f.id == "contributor_form")
    return form.filled() | answers


def test_an_editor_gives_nobody_credentials_or_an_account():
    editor, accomplice = fully_signed_in("editor"), make_staff("clinician")
    forged = {"credentials": "MD", "user": str(accomplice.pk)}
    assert editor.post(ADD, filled(editor, ADD, name="New Name", slug="new", **forged)).url
    added = Contributor.objects.get(slug="new")
    assert (added.credentials, added.user) == ("", None)
    url = f"/admin/articles/contributor/{added.pk}/change/"
    editor.post(url, filled(editor, url, name="Newer Name", **forged))
    added.refresh_from_db()
    assert (added.name, added.credentials, added.user) == ("Newer Name", "", None)


def test_an_editor_gives_nobody_the_credentials_of_somebody_else():
    editor, doctor = fully_signed_in("editor"), make_reviewer()
    url = f"/admin/articles/contributor/{doctor.pk}/change/"
    forged = {"name": "Not A Doctor", "profile_url": "https://example.org/"}
    editor.post(url, filled(editor, url, specialty="pain", **forged))
    doctor.refresh_from_db()
    assert (doctor.name, doctor.profile_url, doctor.specialty) == ("Dana Doc", "", "pain")


def test_a_manager_gives_both():
    manager, account = fully_signed_in("manager"), make_staff("clinician")
    given = {"credentials": "MD", "user": str(account.pk)}
    manager.post(ADD, filled(manager, ADD, name="New Name", slug="new", **given))
    added = Contributor.objects.get(slug="new")
    assert (added.credentials, added.user) == ("MD", account)
