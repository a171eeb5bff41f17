"""What Celery runs for the articles. Arguments are ids; each task may run twice."""

import logging
from typing import Any

from celery import shared_task
from django.db import transaction

from articles.comments import emails, retention
from articles.emails import review_due
from articles.links import source_checker
from articles.models import Article, ImageAsset
from articles.pictures import library
from articles.publishing import publication
from core import broker
from core.database import database_time

log = logging.getLogger(__name__)


def queue_sizes(*, file_name: str, new: list, old: list, **more: Any) -> None:
    """Queue the making of sizes after an upload is committed: what django-pictures calls.

    Until then, or while no worker runs, pages show the upload itself. `tidy` finds those that were
    never made.
    """

    def publish() -> None:
        asset = ImageAsset.objects.filter(file=file_name).only("pk").first()
        if asset is not None:
            broker.publish("articles.tasks.make_sizes", asset.pk)

    if new:
        transaction.on_commit(publish)


@shared_task
def publish_due() -> None:
    """Put online what is due. Every minute."""
    publication.publish_due()


@shared_task
def make_sizes(asset_id: int) -> None:
    """Write the smaller sizes of a picture. Queued after its upload."""
    asset = ImageAsset.objects.filter(pk=asset_id).first()
    if asset is not None:
        library.make_sizes(asset)


@shared_task
def make_missing_sizes() -> None:
    """Find pictures whose sizes were never made. Every ten minutes. One that fails stops none."""
    for asset in ImageAsset.objects.waiting()[:20]:
        try:
            library.make_sizes(asset)
        except Exception as error:  # its file is gone, or no memory for it: readers see the upload
            log.warning("picture %s has no sizes: %s", asset.pk, type(error).__name__)


@shared_task
def email_review_reminders() -> None:
    """Write to reviewers whose articles are due. Every day."""
    review_due.email_reviewers(database_time.now().date())


@shared_task(soft_time_limit=600, time_limit=660)
def check_links(article_id: int) -> None:
    """Look whether the sources' addresses answer. Started by staff."""
    article = Article.objects.filter(pk=article_id).first()
    if article is not None:
        source_checker.check_sources(article)


@shared_task
def email_moderators() -> None:
    """Write to moderators that comments wait, unless they heard so lately. Every five minutes."""
    emails.email_moderators(database_time.now())


@shared_task
def purge_comments() -> None:
    """Delete what of comments has had its time. Every night."""
    retention.purge(database_time.now())
