"""What a reviewer gave back to its author, and why."""

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

from articles.models.articles import Article, Status
from articles.models.revisions import Revision


class SentBackQuerySet(models.QuerySet["SentBack"]):
    """Those that a page asks for."""

    def open(self) -> "SentBackQuerySet":
        """Return those whose author has not handed the article in again."""
        return self.filter(closed_at=None, article__status=Status.DRAFT)


class SentBack(models.Model):
    """A reviewer's answer that is no approval. Closed once the article is handed in again."""

    article = models.ForeignKey(Article, models.CASCADE, related_name="sent_back")
    revision = models.ForeignKey(Revision, models.CASCADE, related_name="+")
    by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.SET_NULL, null=True, verbose_name=_("sent back by")
    )
    note = models.TextField(_("what should change"), max_length=2000, blank=True)
    at = models.DateTimeField(_("sent back"))
    closed_at = models.DateTimeField(null=True)

    objects = SentBackQuerySet.as_manager()

    class Meta:
        default_permissions = ()
        ordering = ["-at"]
        indexes = [
            models.Index(fields=["-at"], name="sent_back_open", condition=models.Q(closed_at=None))
        ]

    def __str__(self) -> str:
        return f"{self.article}, {self.at:%Y-%m-%d}"
