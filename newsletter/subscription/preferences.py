"""Changing preferences: topics, the language, and a pause."""

from collections.abc import Iterable
from datetime import timedelta
from typing import Any

from django.db import transaction

from core.database import database_time
from core.languages.speaking import supported
from newsletter.models import Subscriber, Topic

MOST_WEEKS = 26


@transaction.atomic
def choose_topics(subscriber: Subscriber, topics: Iterable[Topic]) -> None:
    """Send only issues about these topics; all of them where all are chosen, or none.

    All is kept as no choice, so that a topic that is new tomorrow belongs to it.
    """
    chosen = set(topics)
    offered = set(Topic.objects.filter(offered=True))
    subscriber.topics.set([] if offered <= chosen else chosen)


def choose_language(subscriber: Subscriber, language: str) -> None:
    """Send issues and mails in this language from now on. Raises ValueError for none of ours."""
    if language != supported(language):
        raise ValueError(f"{language} is no language of this site")
    Subscriber.objects.active().filter(pk=subscriber.pk).update(language=language)
    subscriber.refresh_from_db()


def pause(subscriber: Subscriber, *, weeks: int) -> None:
    """Send no issue for so many weeks. Raises ValueError for none, or more than half a year."""
    if not 1 <= weeks <= MOST_WEEKS:
        raise ValueError(f"{weeks} weeks is no pause")
    _set_pause(subscriber, database_time.now() + timedelta(weeks=weeks))


def resume(subscriber: Subscriber) -> None:
    """End a pause now."""
    _set_pause(subscriber, None)


def _set_pause(subscriber: Subscriber, until: Any) -> None:
    Subscriber.objects.active().filter(pk=subscriber.pk).update(paused_until=until)
    subscriber.refresh_from_db()
