"""Who may publish what."""

from datetime import date, timedelta

import pytest
from django.db import IntegrityError, transaction
from django.db.utils import InternalError
from django.utils import timezone

from articles.models import Approval, Article, Status
from articles.publishing import publication, review, stored_content
from articles.publishing.review import months_later
from articles.publishing.rules import NotPossible
from tests.articles.factories import (
    approve,
    edit,
    make_article,
    make_content,
    make_contributor,
    make_draft,
)

pytestmark = pytest.mark.django_db


def test_an_article_goes_from_draft_over_review_to_readers(client):
    article = make_draft(slug="naltrexone")
    assert client.get("/articles/naltrexone/").status_code == 404
    review.submit(article)
    assert article.status == Status.IN_REVIEW
    assert client.get("/articles/naltrexone/").status_code == 404
    approve(article)
    assert article.status == Status.PUBLISHED
    assert client.get("/articles/naltrexone/").status_code == 200


def test_the_author_cannot_approve_their_own_article():
    author = make_contributor()
    article = make_draft(author=author)
    with pytest.raises(NotPossible, match="other than the author"):
        approve(article, by=author)
    with pytest.raises(IntegrityError, match="author_does_not_review"), transaction.atomic():
        Article.objects.filter(pk=article.pk).update(reviewer=author)


def test_nobody_approves_without_credentials():
    with pytest.raises(NotPossible, match="credentials"):
        approve(make_draft(), by=make_contributor(credentials=""))


def test_an_approval_counts_for_the_revision_that_was_read():
    article = make_draft()
    review.submit(article)
    read = article.revisions.first()
    edit(article, title="Something else entirely")
    with pytest.raises(NotPossible, match="since you opened it"):
        review.approve(article, revision=read, by=make_contributor())


def test_an_edit_of_substance_goes_back_to_review_while_readers_keep_what_was_approved(
    client, commits
):
    article = make_article(slug="naltrexone")
    with commits():
        edit(article, body="<p>Wait 3 days [1].</p>")
    assert article.status == Status.IN_REVIEW
    html = client.get("/articles/naltrexone/").text
    assert "sits on the receptors" in html
    assert "Wait 3 days" not in html
    with commits():
        approve(article)
    assert "Wait 3 days" in client.get("/articles/naltrexone/").text


def test_a_slip_of_the_pen_goes_online_at_once(client):
    article = make_article(slug="naltrexone", body="<p>It sits on teh receptors [1].</p>")
    edit(article, body="<p>It sits on the receptors [1].</p>", small=True)
    assert article.status == Status.PUBLISHED
    assert "sits on the receptors" in client.get("/articles/naltrexone/").text
    assert article.online.approvals.get().given == Approval.objects.order_by("pk").first().given


@pytest.mark.parametrize(
    "after",
    [
        "<p>Wait 14 days. Do not drink [1].</p>",  # a number
        "<p>Wait 7 days. Do drink [1].</p>",  # a turning word
        "<h2>Wait 7 days. Do not drink [1].</h2>",  # another form
        "<p>Wait 7 days. Do not drink [1]. " + "And more of this. " * 5 + "</p>",  # more text
    ],
)
def test_what_could_change_the_meaning_is_no_slip_of_the_pen(after):
    article = make_article(body="<p>Wait 7 days. Do not drink [1].</p>")
    edit(article, body=after, small=True)
    assert article.status == Status.IN_REVIEW


def test_a_correction_is_shown_with_its_date_once_it_is_approved(client, commits):
    article = make_article(slug="naltrexone")
    edit(article, body="<p>Wait 7 days [1].</p>", correction="We gave a wrong waiting time.")
    assert "We gave a wrong" not in client.get("/articles/naltrexone/").text
    with commits():
        approve(article)
    html = client.get("/articles/naltrexone/").text
    assert f"Corrected on {timezone.now():%B} {timezone.now().day}, " in html
    assert html.count("We gave a wrong waiting time.") == 1
    with commits():
        approve(edit(article, body="<p>Wait 8 days [1].</p>"))
    assert client.get("/articles/naltrexone/").text.count("We gave a wrong waiting time.") == 1


def test_a_review_is_due_again_after_a_year():
    article = make_article()
    today = timezone.now().date()
    assert article.last_reviewed == today
    assert article.next_review == months_later(today, 12)
    assert months_later(date(2024, 2, 29), 12) == date(2025, 2, 28)
    assert months_later(date(2026, 8, 31), 6) == date(2027, 2, 28)


def test_the_next_review_is_not_promised_when_only_a_part_was_reviewed(client, commits):
    article = make_article(slug="naltrexone")
    assert "Next review" in client.get("/articles/naltrexone/").text
    with commits():
        approve(edit(article, body="<p>A part is new [1].</p>"), whole=False)
    html = client.get("/articles/naltrexone/").text
    assert "A part is new" in html
    assert "Next review" not in html


def test_reading_it_again_without_a_change_renews_the_review():
    article = make_article()
    Article.objects.filter(pk=article.pk).update(
        last_reviewed=date(2020, 1, 1), next_review=date(2021, 1, 1)
    )
    reviewer = make_contributor()
    review.confirm_review(article, by=reviewer)
    assert article.last_reviewed == timezone.now().date()
    assert article.reviewer == reviewer
    assert article.revisions.count() == 1


def test_a_text_without_sources_or_with_a_citation_of_none_cannot_be_submitted():
    with pytest.raises(NotPossible, match="at least one source"):
        review.submit(make_draft(sources=(), body="<p>Trust us.</p>"))
    with pytest.raises(NotPossible, match=r"cites \[4\]"):
        review.submit(make_draft(body="<p>So they say [1, 4].</p>"))


def test_a_reviewer_can_send_an_article_back():
    article = make_article()
    edit(article, title="Another title")
    review.send_back(article)
    assert article.status == Status.DRAFT
    assert article.online.title == "What naltrexone does"


def test_an_archived_article_is_gone_from_the_site_and_needs_a_review_to_return(client, commits):
    article = make_article(slug="naltrexone")
    assert client.get("/articles/naltrexone/").status_code == 200
    with commits():
        publication.archive(article)
    assert client.get("/articles/naltrexone/").status_code == 404
    publication.unarchive(article)
    assert client.get("/articles/naltrexone/").status_code == 404
    approve(article)
    assert client.get("/articles/naltrexone/").status_code == 200


def test_a_step_that_does_not_fit_the_status_is_refused():
    article = make_article()
    for step in (review.submit, review.send_back, publication.publish_now):
        with pytest.raises(NotPossible):
            step(article)


def test_the_database_itself_keeps_approvals_and_revisions():
    article = make_article()
    for rows in (article.revisions, Approval.objects.filter(revision=article.online)):
        with pytest.raises(InternalError), transaction.atomic():
            rows.all()._raw_delete("default")
    with pytest.raises(InternalError), transaction.atomic():
        article.revisions.update(title="Never said")
    with pytest.raises(IntegrityError, match="has_a_revision_online"), transaction.atomic():
        Article.objects.filter(pk=article.pk).update(online=None)


def test_editing_an_approved_article_before_its_time_voids_the_approval():
    article = approve(make_draft(publish_at=timezone.now() + timedelta(days=1)))
    assert article.status == Status.SCHEDULED
    edit(article, body="<p>All new [1].</p>")
    assert article.status == Status.IN_REVIEW
    assert article.approved is None


def test_content_is_cleaned_on_the_way_in():
    article = make_draft(
        body='<p onclick="x()">Text <script>alert(1)</script><a href="javascript:x">link</a></p>'
    )
    assert article.body == '<p>Text <a rel="noopener">link</a></p>'
    assert make_content() != stored_content.content_of(article)
