"""The statuses of an article, and the questions that pages ask about articles."""

from datetime import date, datetime

from django.db import models
from django.db.models import Exists, OuterRef, Q
from django.utils.translation import gettext_lazy as _

from articles.models.contributors import Contributor
from articles.models.topics import Topic


class Status(models.TextChoices):
    """Where an article is in the workflow."""

    DRAFT = "draft", _("Draft")
    IN_REVIEW = "in_review", _("In review")
    SCHEDULED = "scheduled", _("Scheduled")
    PUBLISHED = "published", _("Published")
    ARCHIVED = "archived", _("Archived")


class ArticleQuerySet(models.QuerySet["Article"]):
    """The articles that a page or a task asks for."""

    def published(self):
        """Return those that readers can see.

        An approved revision is online, whatever is being written.
        """
        return self.filter(online__isnull=False)

    def about(self, topic: Topic):
        """Return those with this topic, as their main one or as one of several."""
        more = self.model.topics.through.objects.filter(article=OuterRef("pk"), topic=topic)
        return self.filter(Q(topic=topic) | Exists(more))

    def by_contributor(self, contributor: Contributor):
        """Return those that this person wrote or reviewed."""
        return self.filter(Q(author=contributor) | Q(reviewer=contributor))

    def newest(self):
        """Return them by the day on which they were published, the newest first."""
        return self.order_by("-published_at", "-pk")

    def most_useful(self):
        """Return them by their feedback, the most useful first."""
        return self.order_by("-usefulness", "-published_at", "-pk")

    def as_cards(self, *also: str):
        """Return them with what a card shows, of the long texts only those named in `also`."""
        return self.select_related("online", "topic").only(
            *also,
            "slug",
            "published_at",
            "updated_at",
            "last_reviewed",
            "online__title",
            "online__summary",
            "online__minutes",
            "topic__name",
            "topic__slug",
            "topic__icon",
            "topic__tint",
        )

    def expiring(self, by: date):
        """Return those that say something which holds no longer than this day."""
        return self.published().filter(true_until__lte=by)

    def due(self, now: datetime):
        """Return approved ones whose time has come, and which nobody holds back."""
        return self.filter(status=Status.SCHEDULED, publish_at__lte=now, held=False)
