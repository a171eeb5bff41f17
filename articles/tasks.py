"""What Celery runs for the articles. Arguments are ids; each task may run twice."""

from celery import shared_task
from django.utils import timezone

from articles import images, links, publishing, reminders
from articles.models import Article, ImageAsset


@shared_task
def publish_due() -> None:
    """Put online what is due. Every minute."""
    publishing.publish_due()


@shared_task
def make_sizes(asset_id: int) -> None:
    asset = ImageAsset.objects.filter(pk=asset_id).first()
    if asset is not None:
        images.make_sizes(asset)


@shared_task
def tidy() -> None:
    """Find pictures whose sizes were never made. Every ten minutes."""
    for asset in ImageAsset.objects.waiting()[:20]:
        images.make_sizes(asset)


@shared_task
def remind_of_reviews() -> None:
    """Write to reviewers whose articles are due. Every day."""
    reminders.remind(timezone.now().date())


@shared_task(soft_time_limit=600, time_limit=660)
def check_links(article_id: int) -> None:
    """Look whether the sources' addresses answer. Started by staff."""
    article = Article.objects.filter(pk=article_id).first()
    if article is not None:
        links.check(article)
