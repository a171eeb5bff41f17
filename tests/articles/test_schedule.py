from datetime import timedelta

import pytest
import time_machine
from django.utils import timezone

from articles import tasks
from articles.models import Status
from articles.publishing import publication, review
from articles.publishing.rules import NotPossible
from tests.articles.factories import approve, make_draft

pytestmark = pytest.mark.django_db


@pytest.fixture
def scheduled():
    """Approved, and due in two hours."""
    return approve(make_draft(slug="later", publish_at=timezone.now() + timedelta(hours=2)))


def in_hours(hours: float):
    return time_machine.travel(timezone.now() + timedelta(hours=hours), tick=False)


def test_an_approved_article_waits_for_its_time(client, scheduled, commits):
    assert scheduled.status == Status.SCHEDULED
    tasks.publish_due()
    assert client.get("/articles/later/").status_code == 404
    with in_hours(2.01), commits():
        tasks.publish_due()
        tasks.publish_due()  # safe to run twice
        assert client.get("/articles/later/").status_code == 200
        scheduled.refresh_from_db()
        assert scheduled.status == Status.PUBLISHED
        assert scheduled.published_at == timezone.now()


def test_a_schedule_that_was_slept_through_waits_for_staff(client, scheduled):
    with in_hours(8.1):
        assert publication.publish_due() == []
        scheduled.refresh_from_db()
        assert (scheduled.status, scheduled.held) == (Status.SCHEDULED, True)
        assert client.get("/articles/later/").status_code == 404
        publication.publish_now(scheduled)
        assert (scheduled.status, scheduled.held) == (Status.PUBLISHED, False)


def test_a_held_article_can_get_another_time(scheduled):
    with in_hours(10):
        publication.publish_due()
        review.reschedule(scheduled, at=timezone.now() + timedelta(hours=1))
        assert not scheduled.held
        with pytest.raises(NotPossible, match="past"):
            review.reschedule(scheduled, at=timezone.now())
    with in_hours(11.1):
        assert [article.slug for article in publication.publish_due()] == ["later"]


def test_a_scheduled_article_can_go_online_before_its_time(scheduled):
    publication.publish_now(scheduled)
    assert scheduled.status == Status.PUBLISHED
