"""Staff edit the pages of text: who may, what is kept, and what waits for whom."""

import re
from html import unescape

import pytest

from articles.publishing.rules import NotPossible
from core.staff.models import AuditEvent, Autosave
from pages.models import TextPage, TextPageStatus
from pages.text_pages import publishing
from tests.core.staff.people import fully_signed_in, make_staff
from tests.pages.factories import make_practice, make_text_page

pytestmark = pytest.mark.django_db
LIST = "/admin/pages/textpage/"


@pytest.fixture
def terms() -> TextPage:
    make_practice()
    return make_text_page()


def form(terms: TextPage, **values: str) -> dict[str, str]:
    given = {"title": terms.title, "summary": terms.summary, "body": terms.body, "note": ""}
    return given | values


def test_an_editor_writes_and_hands_in_and_a_manager_approves(terms):
    change = f"{LIST}{terms.pk}/change/"
    editor = fully_signed_in("editor")
    editor.post(change, form(terms, body="<p>Be on time.</p>", note="Shorter", _submit="1"))
    terms.refresh_from_db()
    assert terms.status == TextPageStatus.IN_REVIEW
    assert terms.newest.note == "Shorter"
    assert "Approve: readers" not in editor.get(change).text
    assert editor.post(f"{LIST}{terms.pk}/step/approve/").status_code == 403

    manager = fully_signed_in("manager")
    asked = manager.get(change).text
    assert "Approve: readers" in asked
    [changed] = re.findall(r'href="([^"]+)">See what changed', asked)
    assert "<ins>" in manager.get(unescape(changed)).text
    manager.post(f"{LIST}{terms.pk}/step/approve/", {"revision": terms.newest.number})
    terms.refresh_from_db()
    assert (terms.status, terms.online.number) == (TextPageStatus.PUBLISHED, 2)
    assert AuditEvent.objects.filter(model="pages.textpage", user_pk=manager.user.pk).exists()


def test_who_may_only_approve_cannot_change_a_word(terms):
    for role in ("clinician", "privacy officer"):
        reader = fully_signed_in(role)
        answer = reader.post(f"{LIST}{terms.pk}/change/", form(terms, body="<p>Mine.</p>"))
        assert answer.status_code == 403
        assert reader.post(f"{LIST}{terms.pk}/autosave/", form(terms)).status_code == 403
        assert reader.get(f"{LIST}{terms.pk}/revisions/").status_code == 200
    terms.refresh_from_db()
    assert "Be kind." in terms.body


@pytest.mark.parametrize("role", ["front desk", "newsletter editor"])
def test_it_is_no_business_of_other_roles(terms, role):
    other = fully_signed_in(role)
    for path in ("", f"{terms.pk}/change/", f"{terms.pk}/revisions/"):
        assert other.get(f"{LIST}{path}").status_code == 403
    assert other.post(f"{LIST}{terms.pk}/step/submit/").status_code == 403


@pytest.mark.parametrize("name", ["fone", "Phone", "phone "])
def test_a_name_in_braces_that_stands_for_nothing_is_told_beside_the_text(terms, name):
    editor = fully_signed_in("editor")
    answer = editor.post(f"{LIST}{terms.pk}/change/", form(terms, body=f"<p>Call {{{name}}}.</p>"))
    assert f"Nothing stands for {{{name}}}." in answer.text
    assert f"Call {{{name}}}." in answer.text


def test_the_preview_shows_what_stands_in_the_form_and_saves_nothing(terms):
    editor = fully_signed_in("editor")
    given = form(terms, body="<p>Call {phone}.</p><script>alert(1)</script>")
    shown = editor.post(f"{LIST}{terms.pk}/live/", given).json()
    assert "(615) 555-0142" in shown["html"]
    assert "alert(1)" not in shown["html"]
    assert "<script" not in shown["html"]
    terms.refresh_from_db()
    assert terms.body == "<p>Be kind.</p>"
    assert editor.get(f"{LIST}{terms.pk}/live/").status_code == 404


def test_what_is_typed_is_kept_and_offered_again(terms):
    editor = fully_signed_in("editor")
    editor.post(f"{LIST}{terms.pk}/autosave/", form(terms, body="<p>Half a sent</p>"))
    assert Autosave.objects.get().record == terms.pk
    assert "_take_up" in editor.get(f"{LIST}{terms.pk}/change/").text


def test_an_old_revision_comes_back_as_a_new_one(terms):
    publishing.save(terms, publishing.content_of(terms), by=None)
    editor = fully_signed_in("editor")
    editor.post(f"{LIST}{terms.pk}/change/", form(terms, body="<p>Worse.</p>"))
    compared = editor.get(f"{LIST}{terms.pk}/revisions/?from=1&to=2").text
    assert "<ins>Worse.</ins>" in compared
    editor.post(f"{LIST}{terms.pk}/revisions/1/restore/")
    terms.refresh_from_db()
    assert terms.body == "<p>Be kind.</p>"
    assert terms.newest.number == 3
    assert editor.get(f"{LIST}{terms.pk}/revisions/1/restore/").status_code == 404


def test_a_second_page_of_one_language_is_refused_and_spanish_can_be_added(terms):
    editor = fully_signed_in("editor")
    given = form(terms) | {"slug": "terms", "language": "en"}
    assert "there in this language already" in editor.post(f"{LIST}add/", given).text
    editor.post(f"{LIST}add/", given | {"language": "es", "title": "Términos"})
    spanish = TextPage.objects.get(slug="terms", language="es")
    assert (spanish.status, spanish.online) == (TextPageStatus.DRAFT, None)
    assert spanish.newest.number == 1


def test_staff_are_told_what_came_along_and_that_a_lawyer_must_read_it(terms):
    manager = fully_signed_in("manager")
    assert "A lawyer must read this text" in manager.get(f"{LIST}{terms.pk}/change/").text
    assert "1 page is shown as it came" in manager.get("/admin/to-do/").text
    manager.post(f"{LIST}{terms.pk}/step/confirm/")
    terms.refresh_from_db()
    assert terms.online.approved_by.is_active
    assert "A lawyer must read" not in manager.get(f"{LIST}{terms.pk}/change/").text
    assert "as it came" not in manager.get("/admin/to-do/").text


def test_who_wrote_it_is_not_asked_to_approve_it(terms):
    writer, other = make_staff("manager"), make_staff("manager")
    content = publishing.content_of(terms)
    publishing.save(terms, type(content)("Terms", "New", "<p>New.</p>"), by=writer)
    publishing.submit(terms)
    assert list(TextPage.objects.waiting_for(writer)) == []
    assert list(TextPage.objects.waiting_for(other)) == [terms]


@pytest.mark.parametrize(
    ("field", "value", "said"),
    [
        ("body", "<p> </p>", "The text is empty."),
        ("title", "Terms {until 2030-01-01}", "What ends on a day can stand in the text only."),
    ],
)
def test_what_no_page_can_say_is_told_beside_its_field(terms, field, value, said):
    editor = fully_signed_in("editor")
    assert said in editor.post(f"{LIST}{terms.pk}/change/", form(terms, **{field: value})).text
    terms.refresh_from_db()
    assert terms.newest.number == 1


def test_what_was_done_before_is_not_done_twice(terms):
    manager = make_staff("manager")
    publishing.confirm(terms, by=manager)
    with pytest.raises(NotPossible, match="approved it already"):
        publishing.confirm(terms, by=manager)
    with pytest.raises(NotPossible, match="says already"):
        publishing.restore(terms.newest, by=manager)
    with pytest.raises(NotPossible, match="Published"):
        publishing.approve(terms, revision=terms.newest, by=manager)
