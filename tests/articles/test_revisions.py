import pytest

from articles.models import Status
from articles.publishing import revisions, stored_content
from articles.publishing.rules import NotPossible
from articles.revisions.content import QuestionAnswer, SourceLine, differing_fields
from tests.articles.factories import LABEL, edit, make_article, make_contributor, make_draft

pytestmark = pytest.mark.django_db


def test_every_save_is_a_revision_with_its_writer_and_note():
    writer = make_contributor().user
    article = make_draft(by=writer)
    edit(article, title="A better title", by=writer, note="Clearer")
    newest, first = article.revisions.all()
    assert (newest.number, newest.title, newest.note) == (2, "A better title", "Clearer")
    assert (first.number, first.title) == (1, "What naltrexone does")
    assert newest.saved_by == first.saved_by == writer


def test_saving_without_a_change_makes_no_revision():
    article = make_article()
    edit(article)
    assert article.revisions.count() == 1
    assert article.status == Status.PUBLISHED


def test_a_revision_can_be_restored_with_all_its_parts():
    article = make_draft(
        key_points=("One thing.",),
        faq=(QuestionAnswer("Is it addictive?", "No."),),
        sources=(LABEL, SourceLine("A trial")),
    )
    first = article.revisions.get()
    edit(article, title="Other", key_points=(), faq=(), sources=(LABEL,))
    revisions.restore(first, by=None)
    article.refresh_from_db()
    assert stored_content.content_of(article) == stored_content.content_of(first)
    assert [source.title for source in article.sources.all()] == [LABEL.title, "A trial"]
    assert article.revisions.first().number == 3
    with pytest.raises(NotPossible):
        revisions.restore(first, by=None)


def test_two_revisions_say_in_which_parts_they_differ():
    article = make_draft()
    edit(article, title="Other", faq=(QuestionAnswer("Why?", "Because."),))
    newest, first = map(stored_content.content_of, article.revisions.all())
    assert list(differing_fields(first, newest)) == ["title", "faq"]


def test_reading_time_counts_all_that_is_read():
    assert make_draft(body="<p>" + "word " * 1101 + "</p>").revisions.get().minutes == 6
    assert make_draft().revisions.get().minutes == 1
