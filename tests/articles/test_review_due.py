from datetime import date, timedelta

import pytest

from articles.emails import review_due
from articles.models import Article
from core.mail.models import OutgoingEmail
from tests.articles.factories import approve, make_article, make_contributor, make_draft

pytestmark = pytest.mark.django_db
TODAY = date(2026, 11, 1)


def due_in(days: int, **values) -> Article:
    article = make_article(**values)
    Article.objects.filter(pk=article.pk).update(next_review=TODAY + timedelta(days=days))
    return article


def test_the_reviewer_is_told_once_when_a_review_falls_due():
    article = due_in(20)
    due_in(90)
    review_due.email_reviewers(TODAY)
    review_due.email_reviewers(TODAY + timedelta(days=1))
    mail = OutgoingEmail.objects.get()
    assert mail.to == article.reviewer.user.email
    assert f"/admin/articles/article/{article.pk}/change/" in mail.text
    assert "November 21, 2026" in " ".join(mail.text.split())


def test_and_once_more_when_it_is_overdue_by_a_month():
    due_in(0)
    review_due.email_reviewers(TODAY)
    review_due.email_reviewers(TODAY + timedelta(days=40))
    review_due.email_reviewers(TODAY + timedelta(days=41))
    assert OutgoingEmail.objects.count() == 2


def test_the_mail_names_no_article_and_no_medicine():
    due_in(0, title="What naltrexone does")
    review_due.email_reviewers(TODAY)
    mail = OutgoingEmail.objects.get()
    for word in ("naltrexone", "opioid", "addiction", "medic"):
        assert word not in (mail.subject + mail.text + mail.html).lower()


def test_who_has_left_is_not_written_to():
    gone = make_contributor()
    article = approve(make_draft(), by=gone)
    Article.objects.filter(pk=article.pk).update(next_review=TODAY)
    gone.user.is_active = False
    gone.user.save()
    review_due.email_reviewers(TODAY)
    assert not OutgoingEmail.objects.exists()
