"""One edition of the newsletter, and that edition for each subscriber."""

from datetime import datetime, time
from typing import Self
from zoneinfo import ZoneInfo

from django.conf import settings
from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import Q
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from core.languages.columns import LanguageColumn
from core.practice.models import US_ZONES, Practice
from newsletter.models.subscribers import Subscriber, SubscriberQuerySet, Topic


class IssueQuerySet(models.QuerySet["Issue"]):
    def archived(self) -> Self:
        """Return what everybody may read, newest first: sent, and not kept out of the archive."""
        ended = self.filter(in_archive=True, finished_at__isnull=False)
        shown = ended.exclude(status=Issue.Status.CANCELLED)
        return shown.order_by("-started_at", "-pk")

    def read_in(self, language: str) -> Self:
        """Return those that were written in this language; before the first, those in English."""
        own = self.filter(language=language)
        return own if own.exists() else self.filter(language=settings.LANGUAGE_CODE)

    def running(self) -> Self:
        """Return those that workers send now."""
        return self.filter(status=Issue.Status.SENDING)


class Issue(models.Model):
    """One edition. `issues.workflow` alone changes its status.

    What is sent is frozen when sending starts: the recipients as rows of Delivery, the e-mail as
    `email_html` and `email_text` with merge tags for what differs between recipients.
    """

    class Status(models.TextChoices):
        DRAFT = "draft", _("draft")
        SCHEDULED = "scheduled", _("scheduled")
        HELD = "held", _("held: its time was missed")
        SENDING = "sending", _("being sent")
        PAUSED = "paused", _("paused")
        SENT = "sent", _("sent")
        CANCELLED = "cancelled", _("cancelled")

    EDITABLE = (Status.DRAFT, Status.SCHEDULED, Status.HELD)

    subject = models.CharField(_("subject"), max_length=150)
    preview = models.CharField(
        _("preview text"),
        max_length=150,
        blank=True,
        help_text=_("Mail programs show it after the subject. One sentence that adds to it."),
    )
    slug = models.SlugField(_("address"), max_length=80, unique=True)
    language = LanguageColumn(help_text=_("Only subscribers who read this language get it."))
    body = models.TextField(_("text"), blank=True)
    articles = ArrayField(
        models.BigIntegerField(),
        verbose_name=_("articles"),
        default=list,
        blank=True,
        help_text=_("Shown as cards below the text, in this order."),
    )
    topics = models.ManyToManyField(
        Topic,
        verbose_name=_("topics"),
        blank=True,
        help_text=_("Only subscribers who chose one of these. None: everybody."),
    )
    joined_since = models.DateField(
        _("joined since"),
        null=True,
        blank=True,
        help_text=_("Only subscribers who joined on this day or later."),
    )
    in_archive = models.BooleanField(
        _("in the archive"), default=True, help_text=_("Everybody can read it once it is sent.")
    )

    status = models.CharField(_("status"), max_length=10, choices=Status, default=Status.DRAFT)
    send_at = models.DateTimeField(_("to be sent"), null=True, blank=True)
    zone = models.CharField(_("time zone"), max_length=40, choices=US_ZONES, blank=True)
    reason = models.CharField(_("why it does not run"), max_length=300, blank=True)
    resumes_at = models.DateTimeField(_("goes on by itself"), null=True, blank=True)
    retries = models.PositiveSmallIntegerField(default=0, editable=False)

    created_at = models.DateTimeField(_("written"), default=timezone.now)
    started_at = models.DateTimeField(_("sending began"), null=True, blank=True)
    frozen_at = models.DateTimeField(_("recipients frozen"), null=True, blank=True)
    finished_at = models.DateTimeField(_("sending ended"), null=True, blank=True)
    total = models.PositiveIntegerField(_("recipients"), default=0)
    # Addresses that it showed to be dead, since staff last decided; whether more of them wait.
    bounced = models.PositiveIntegerField(default=0, db_default=0, editable=False)
    holds_bounces = models.BooleanField(default=False, db_default=False, editable=False)
    cards = models.JSONField(default=list, blank=True, editable=False)
    email_html = models.TextField(blank=True, editable=False)
    email_text = models.TextField(blank=True, editable=False)

    objects = IssueQuerySet.as_manager()

    class Meta:
        ordering = ["-pk"]
        verbose_name = _("issue")
        verbose_name_plural = _("issues")
        constraints = [
            models.CheckConstraint(
                name="issue_scheduled_has_a_time",
                condition=~Q(status="scheduled") | Q(send_at__isnull=False, zone__gt=""),
            ),
            models.CheckConstraint(
                name="issue_on_its_way_has_started",
                condition=Q(status__in=["draft", "scheduled", "held", "cancelled"])
                | Q(started_at__isnull=False),
            ),
            models.CheckConstraint(
                name="issue_sent_has_ended",
                condition=~Q(status="sent") | Q(finished_at__isnull=False),
            ),
        ]

    def __str__(self) -> str:
        return self.subject

    def get_absolute_url(self) -> str:
        return reverse("newsletter:issue", args=[self.slug])

    @property
    def editable(self) -> bool:
        """Return whether its text may still change."""
        return self.status in self.EDITABLE

    def audience(self) -> SubscriberQuerySet:
        """Return who would get it now."""
        return self.chosen_readers().filter(language__in=self.reaches_languages())

    def reaches_languages(self) -> set[str]:
        """Return its language; where that is the default one, those without an issue so far, too.

        Who reads Spanish is written to in English until the first issue in Spanish.
        """
        if self.language != settings.LANGUAGE_CODE:
            return {self.language}
        begun = Issue.objects.filter(started_at__isnull=False).exclude(pk=self.pk)
        written = set(begun.order_by().values_list("language", flat=True).distinct())
        return {self.language} | set(dict(settings.LANGUAGES)) - written

    def chosen_readers(self) -> SubscriberQuerySet:
        """Return the same, whatever language they read."""
        chosen = Subscriber.objects.mailable()
        if self.joined_since:
            day = datetime.combine(self.joined_since, time.min, Practice.current().zone)
            chosen = chosen.filter(joined_at__gte=day)
        topics = list(self.topics.values_list("pk", flat=True)) if self.pk else []
        if topics:
            chosen = chosen.about(topics)
        return chosen

    @property
    def send_at_there(self) -> datetime | None:
        """Return when it is to be sent, on the wall clock it was planned by: without a zone."""
        if self.send_at is None:
            return None
        return self.send_at.astimezone(ZoneInfo(self.zone or "UTC")).replace(tzinfo=None)


class DeliveryQuerySet(models.QuerySet["Delivery"]):
    def of(self, issue: Issue) -> Self:
        """Return those of this issue."""
        return self.filter(issue=issue)

    def uncertain(self) -> Self:
        """Return those of which nobody knows whether the mail server has them: staff decide."""
        return self.with_a_reason().filter(status=Delivery.Status.UNCERTAIN)

    def with_a_reason(self) -> Self:
        """Return those that did not go out, not for sure, or not yet: few."""
        return self.filter(reason__gt="")


class Delivery(models.Model):
    """One issue for one subscriber. `newsletter.delivery` and `issues.workflow` alone change it.

    A million are written in one statement, so the row is slim and has no foreign keys in the
    database: each would be looked up and locked a million times. Subscribers are never deleted
    (an erasure empties the row), nor are issues that have recipients.
    """

    class Status(models.TextChoices):
        WAITING = "waiting", _("waiting")
        IN_FLIGHT = "in flight", _("in flight")
        SENT = "sent", _("sent")
        FAILED = "failed", _("failed")
        DEFERRED = "deferred", _("tried again later")
        UNCERTAIN = "uncertain", _("uncertain")
        SKIPPED = "skipped", _("not wanted any more")

    issue = models.ForeignKey(
        Issue, models.DO_NOTHING, related_name="deliveries", db_constraint=False, db_index=False
    )
    subscriber = models.ForeignKey(
        Subscriber,
        models.DO_NOTHING,
        related_name="deliveries",
        db_constraint=False,
        db_index=False,
    )
    batch = models.ForeignKey(
        "Batch", models.DO_NOTHING, null=True, db_constraint=False, db_index=False
    )
    due_at = models.DateTimeField(_("due"))
    settled_at = models.DateTimeField(_("settled"), null=True)
    tries = models.PositiveSmallIntegerField(_("attempts"), default=0)
    status = models.CharField(_("status"), max_length=10, choices=Status, default=Status.WAITING)
    domain = models.CharField(_("domain"), max_length=253)
    reason = models.CharField(_("reason"), max_length=300, blank=True)

    objects = DeliveryQuerySet.as_manager()

    class Meta:
        verbose_name = _("delivery")
        verbose_name_plural = _("deliveries")
        constraints = [
            models.UniqueConstraint(
                fields=["issue", "subscriber"], name="delivery_once_per_issue_and_subscriber"
            ),
        ]
        # None of them names the status: so the two changes of it for each mail touch no index.
        indexes = [
            # Who is next. A claimed row leaves it, for good or until it is given back.
            models.Index(
                fields=["issue", "due_at", "id"],
                name="delivery_unclaimed",
                condition=Q(batch=None),
            ),
            models.Index(
                fields=["issue", "reason"],
                name="delivery_with_a_reason",
                condition=Q(reason__gt=""),
            ),
        ]

    def __str__(self) -> str:
        return f"{_('delivery')} {self.pk}"


class BatchQuerySet(models.QuerySet["Batch"]):
    def open(self) -> Self:
        """Return those that a worker still holds."""
        return self.filter(finished_at=None)


class Batch(models.Model):
    """What one worker claimed at once, until when it may keep it, and what became of it.

    The counts of an issue are the sums of its batches: a million rows need not be counted.
    """

    issue = models.ForeignKey(Issue, models.DO_NOTHING, related_name="batches")
    worker = models.CharField(max_length=120)
    started_at = models.DateTimeField()
    lease_until = models.DateTimeField()
    finished_at = models.DateTimeField(null=True)
    size = models.PositiveIntegerField()
    # Whose they are while it is open, so that nothing has to be searched after a crash.
    ids = ArrayField(models.BigIntegerField(), default=list)
    sent = models.PositiveIntegerField(default=0)
    failed = models.PositiveIntegerField(default=0)
    uncertain = models.PositiveIntegerField(default=0)
    skipped = models.PositiveIntegerField(default=0)

    objects = BatchQuerySet.as_manager()

    class Meta:
        verbose_name = _("batch")
        verbose_name_plural = _("batches")
        indexes = [
            models.Index(fields=["lease_until"], name="batch_open", condition=Q(finished_at=None)),
            models.Index(fields=["finished_at"], name="batch_ended"),
        ]

    def __str__(self) -> str:
        return f"{_('batch')} {self.pk}"
