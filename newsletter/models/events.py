"""Reports of mail providers and mail servers about e-mails of issues."""

from typing import Self

from django.db import models
from django.db.models import Count, Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from newsletter.models.subscribers import Subscriber


class EventQuerySet(models.QuerySet["Event"]):
    def of_issue(self, issue_pk: int) -> Self:
        """Return those about this issue."""
        return self.filter(issue=issue_pk)

    def counted(self) -> dict[str, int]:
        """Count them by kind: `{"bounced": 3}`."""
        rows = self.order_by().values_list("kind").annotate(number=Count("pk"))
        return dict(rows)


class Event(models.Model):
    """One report about one e-mail, kept once however often it is told. It holds no address."""

    class Kind(models.TextChoices):
        DELIVERED = "delivered", _("arrived")
        BOUNCED = "bounced", _("came back for good")
        DEFERRED = "deferred", _("came back for now")
        REFUSED = "refused", _("refused because of us")
        COMPLAINED = "complained", _("reported as spam")

    source = models.CharField(_("told by"), max_length=20)
    event_id = models.CharField(max_length=64, help_text=_("A hash of the name they gave it."))
    kind = models.CharField(_("what"), max_length=10, choices=Kind)
    issue = models.BigIntegerField(_("issue"), default=0, help_text=_("0: not an issue."))
    delivery = models.BigIntegerField(_("delivery"), default=0)
    subscriber = models.ForeignKey(
        Subscriber, models.PROTECT, null=True, blank=True, related_name="events"
    )
    why = models.CharField(_("reason"), max_length=300, blank=True)
    at = models.DateTimeField(_("when"), default=timezone.now)

    objects = EventQuerySet.as_manager()

    class Meta:
        ordering = ["-pk"]
        verbose_name = _("report about a letter")
        verbose_name_plural = _("reports about letters")
        constraints = [
            models.UniqueConstraint(fields=["source", "event_id"], name="event_counted_once")
        ]
        indexes = [
            models.Index(fields=["issue", "kind"], name="event_by_issue", condition=Q(issue__gt=0))
        ]

    def __str__(self) -> str:
        return f"{self.get_kind_display()} {self.pk}"
