"""The approvals that reviewers gave."""

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from articles.models.contributors import Contributor


class Approval(models.Model):
    """Proof that this person approved exactly this revision. Never changed."""

    revision = models.ForeignKey("articles.Revision", models.PROTECT, related_name="approvals")
    reviewer = models.ForeignKey(Contributor, models.PROTECT, related_name="approvals")
    credentials = models.CharField(max_length=40)
    whole = models.BooleanField(_("the whole article"), default=True)
    given = models.DateTimeField(_("given"))

    append_only = True

    class Meta:
        ordering = ["-given"]
        verbose_name = _("approval")
        verbose_name_plural = _("approvals")
        constraints = [
            models.CheckConstraint(condition=~Q(credentials=""), name="approval_by_credentials")
        ]

    def __str__(self) -> str:
        return f"{self.reviewer}, {self.given:%Y-%m-%d}"
