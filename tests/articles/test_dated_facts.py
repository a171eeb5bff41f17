"""A sentence or a source may hold only up to a day: the review comes by then, and staff see it."""

from datetime import UTC, date, datetime, timedelta

import pytest
from django.utils import timezone

from articles.emails import review_due
from articles.models import Article, Status
from articles.publishing import publication, review, stored_content
from articles.publishing.rules import NotPossible
from articles.revisions.content import DatedFact, SourceLine
from articles.seed_library import LIBRARY, load_library, read_file
from tests.articles.factories import (
    LABEL,
    approve,
    edit,
    make_article,
    make_contributor,
    make_draft,
)
from tests.core.staff.people import make_staff, sign_in

pytestmark = pytest.mark.django_db
SAYS = "<p>The rule runs through the end [1].</p>"
TODAY = timezone.now().date()


def fact(days: int) -> DatedFact:
    return DatedFact("The rule runs through the end.", TODAY + timedelta(days=days))


def test_the_review_comes_by_the_last_day_on_which_all_of_it_holds():
    article = make_article(body=SAYS, facts=(fact(35),))
    assert article.next_review == article.true_until == TODAY + timedelta(days=35)
    source = SourceLine(**LABEL.__dict__ | {"true_until": TODAY + timedelta(days=20)})
    edit(article, sources=(source,))
    assert approve(article).next_review == TODAY + timedelta(days=20)


def test_a_day_after_the_review_changes_nothing_about_it():
    assert make_article(body=SAYS, facts=(fact(3000),)).next_review < TODAY + timedelta(days=400)
    assert make_article().true_until is None


def test_what_has_ended_is_not_approved_nor_confirmed():
    article = make_draft(body=SAYS, facts=(fact(-1),))
    review.submit(article)
    with pytest.raises(NotPossible, match="was true until"):
        approve(article)
    shown = make_article(body=SAYS, facts=(fact(0),))  # today it still holds
    edit(shown, facts=(fact(-1),))
    approve(shown, dated=True)
    with pytest.raises(NotPossible, match="was true until"):
        review.confirm_review(shown, by=make_contributor())


def test_it_must_hold_on_the_day_the_article_goes_online(time_machine):
    at = timezone.now() + timedelta(days=30)
    article = make_draft(body=SAYS, facts=(fact(10),), publish_at=at)
    review.submit(article)
    with pytest.raises(NotPossible, match="was true until"):
        approve(article)
    planned = approve(make_draft(body=SAYS, facts=(fact(40),), publish_at=at))
    with pytest.raises(NotPossible, match="was true until"):
        review.reschedule(planned, at=at + timedelta(days=30))
    Article.objects.filter(pk=planned.pk).update(publish_at=at + timedelta(days=30))
    time_machine.move_to(at + timedelta(days=30, minutes=1))
    assert publication.publish_due() == []
    planned.refresh_from_db()
    assert (planned.status, planned.held) == (Status.SCHEDULED, True)
    with pytest.raises(NotPossible, match="was true until"):
        publication.publish_now(planned)


def test_a_dated_sentence_has_to_stand_in_the_text():
    article = make_draft(facts=(fact(10),))
    with pytest.raises(NotPossible, match="the text does not say it"):
        review.submit(article)


def test_a_change_of_the_day_is_no_slip_of_the_pen():
    article = make_article(body=SAYS, facts=(fact(35),))
    edit(article, facts=(fact(900),), small=True)
    assert article.status == Status.IN_REVIEW
    assert article.true_until == TODAY + timedelta(days=35)  # readers see what was approved


def test_an_old_revision_without_dates_reads_as_before():
    article = make_article()
    assert article.online.facts is None
    assert stored_content.content_of(article.online).facts == ()


def test_readers_are_told_once_it_has_ended(client, time_machine, commits):
    make_article(slug="rule", body=SAYS, facts=(fact(35),))
    notice = "Part of this page may be out of date"
    assert notice not in client.get("/articles/rule/").text
    time_machine.move_to(datetime.now(UTC) + timedelta(days=36))
    with commits():
        # every day: it forgets the page that was kept
        review_due.email_reviewers(timezone.now().date())
    assert notice in client.get("/articles/rule/").text


def test_staff_see_what_ages_on_the_first_page_and_in_the_list(client):
    make_article(title="About a rule", body=SAYS, facts=(fact(20),))
    make_article(title="About a label", body=SAYS, facts=(fact(200),))
    sign_in(client, make_staff("editor"))
    assert "1 article says something that ends within weeks" in client.get("/admin/").text
    html = client.get("/admin/articles/article/?expiring=soon").text
    assert "About a rule" in html
    assert "About a label" not in html
    form = client.get(f"/admin/articles/article/{Article.objects.first().pk}/change/").text
    assert "The rule runs through the end." in form
    assert 'name="facts-0-true_until"' in form


@pytest.mark.parametrize("path", sorted(LIBRARY.glob("*.md")), ids=lambda path: path.stem)
def test_every_dated_sentence_of_the_library_stands_in_its_text(path):
    content = read_file(path).content
    assert [fact for fact in content.facts if not content.contains(fact.sentence)] == []


def test_the_library_dates_what_is_known_to_end():
    ends = {path.stem: read_file(path).content.true_until for path in LIBRARY.glob("*.md")}
    for slug in ("your-first-telehealth-visit", "what-suboxone-costs", "ways-to-save-on-vivitrol"):
        assert ends[slug] == date(2026, 12, 31)


def test_the_library_loads_after_its_dates_too(client, time_machine, tmp_path):
    source = LIBRARY / "your-first-telehealth-visit.md"
    (tmp_path / source.name).write_text(source.read_text())
    time_machine.move_to(datetime(2027, 3, 1, 12, tzinfo=UTC))
    load_library(tmp_path)
    html = client.get("/articles/your-first-telehealth-visit/").text
    assert "Part of this page may be out of date" in html
