"""The tables of texts: the outbox, who agreed, which numbers take none, and short links."""

from typing import Self

from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from modeltrans.fields import TranslationField

from core.languages.columns import LanguageColumn
from core.outbox.rows import OutboxQuerySet, OutboxRow, OutboxStatus

TASK = "core.sms.tasks.deliver"  # what a worker runs for one text
SWEEP = "core.sms.tasks.sweep"  # and for all whose time it is
# What a text looks like once nothing of a person may stay in it.
EMPTY = {"to": "", "text": "", "last_error": "", "undelivered_reason": ""}


class OutgoingTextQuerySet(OutboxQuerySet["OutgoingText"]):
    """What every outbox row can, and what providers report of texts."""

    def undelivered(self) -> Self:
        """Return those that a provider took and could not deliver."""
        return self.filter(undelivered_at__isnull=False)


class OutgoingText(OutboxRow):
    """A rendered text on its way. `outbox`, `delivery` and `reports` alone change it."""

    EMPTY, TASK, SWEEP = EMPTY, TASK, SWEEP
    BODY = ("text",)

    # What a provider tells us of it goes by this, also where its answer was lost on the way.
    reference = models.CharField(_("reference"), max_length=32)
    zone = models.CharField(
        _("time zone of its reader"),
        max_length=40,
        blank=True,
        help_text=_("It goes out by day on that clock; empty: at any hour."),
    )
    provider = models.CharField(_("provider"), max_length=20, blank=True)
    provider_id = models.CharField(_("the provider's name for it"), max_length=100, blank=True)
    parts = models.PositiveSmallIntegerField(_("parts"), default=1)
    cost = models.DecimalField(
        _("cost"),
        max_digits=9,
        decimal_places=5,
        null=True,
        blank=True,
        help_text=_("What the provider said that it costs, in its own currency."),
    )
    delivered_at = models.DateTimeField(_("delivered"), null=True, blank=True)
    undelivered_at = models.DateTimeField(_("could not be delivered"), null=True, blank=True)
    undelivered_reason = models.TextField(_("why it could not be delivered"), blank=True)

    objects = OutgoingTextQuerySet.as_manager()

    class Meta(OutboxRow.Meta):
        verbose_name = _("text")
        verbose_name_plural = _("texts")
        # `change` is the right to send a failed text again.
        default_permissions = ("view", "change")
        constraints = (
            *OutboxRow.Meta.constraints,
            models.CheckConstraint(
                name="sms_purged_holds_nobody",
                condition=Q(purged_at=None)
                | Q(to="", text="", last_error="", undelivered_reason=""),
            ),
        )
        indexes = (
            *OutboxRow.Meta.indexes,
            models.Index(fields=["reference"], name="sms_by_reference"),
            models.Index(
                fields=["to"],
                name="sms_waiting_for_a_number",
                condition=Q(status__in=[OutboxStatus.WAITING, OutboxStatus.SENDING]),
            ),
            models.Index(
                fields=["undelivered_at"],
                name="sms_undelivered",
                condition=Q(undelivered_at__isnull=False),
            ),
        )


class SmsConsentText(models.Model):
    """One version of what people agree to before they get texts. A change is a new version."""

    version = models.PositiveSmallIntegerField(_("version"), unique=True)
    text = models.TextField(_("text"))
    created = models.DateTimeField(_("in force since"), auto_now_add=True)
    i18n = TranslationField(fields=("text",))
    text_i18n: str  # in the language of the page

    append_only = True

    class Meta:
        ordering = ("-version",)
        verbose_name = _("consent text for texts")
        verbose_name_plural = _("consent texts for texts")

    def __str__(self) -> str:
        return f"{_('version')} {self.version}"


class SmsConsent(models.Model):
    """One thing that was agreed to or taken back for a phone number, for good."""

    class Kind(models.TextChoices):
        GIVEN = "given", _("agreed")
        WITHDRAWN = "withdrawn", _("took it back on the site")
        STOPPED = "stopped", _("answered STOP")
        STARTED = "started", _("answered START")

    kind = models.CharField(_("what"), max_length=10, choices=Kind)
    number_hash = models.CharField(_("keyed hash of the number"), max_length=64)
    text = models.ForeignKey(
        SmsConsentText, models.PROTECT, null=True, blank=True, verbose_name=_("text")
    )
    language = LanguageColumn(help_text=_("In which the text was shown."))
    page = models.CharField(
        _("page"), max_length=60, blank=True, help_text=_("The name of its route.")
    )
    about = models.CharField(_("about"), max_length=100, blank=True)
    # What the phone's own word came as: the same word told twice is one.
    event = models.CharField(_("the provider's name for it"), max_length=120, blank=True)
    at = models.DateTimeField(_("when"), default=timezone.now)

    append_only = True

    class Meta:
        ordering = ("-pk",)
        verbose_name = _("consent to texts")
        verbose_name_plural = _("consents to texts")
        default_permissions = ("view",)
        constraints = (
            models.CheckConstraint(
                name="sms_consent_names_its_text",
                condition=~Q(kind="given") | Q(text__isnull=False),
            ),
            models.UniqueConstraint(
                fields=["event"], name="sms_consent_of_an_event_once", condition=~Q(event="")
            ),
        )
        indexes = (
            models.Index(fields=["number_hash", "-id"], name="sms_consent_of_a_number"),
            models.Index(fields=["-at"], name="sms_consent_by_time"),
        )

    def __str__(self) -> str:
        return f"{self.get_kind_display()} {self.at:%Y-%m-%d}"


class PhoneState(models.Model):
    """What is known of a number that takes no texts, by its keyed hash."""

    class Unreachable(models.TextChoices):
        LANDLINE = "landline", _("a landline")
        WRONG_NUMBER = "wrong_number", _("nobody's number")

    number_hash = models.CharField(_("keyed hash of the number"), max_length=64, unique=True)
    unreachable = models.CharField(_("what it is"), max_length=12, choices=Unreachable, blank=True)
    unreachable_at = models.DateTimeField(_("found out"), null=True, blank=True)
    stopped_at = models.DateTimeField(_("answered STOP"), null=True, blank=True)

    class Meta:
        verbose_name = _("number without texts")
        verbose_name_plural = _("numbers without texts")
        default_permissions = ("view",)
        constraints = (
            models.CheckConstraint(
                name="sms_unreachable_has_its_time",
                condition=Q(unreachable="", unreachable_at=None)
                | (~Q(unreachable="") & Q(unreachable_at__isnull=False)),
            ),
        )

    def __str__(self) -> str:
        return f"{_('number')} {self.pk}"


class ShortLink(models.Model):
    """One link that a text carries, stored hashed: what it opens, and until when."""

    key_hash = models.CharField(max_length=64, unique=True, editable=False)
    purpose = models.CharField(_("purpose"), max_length=40)
    payload = models.CharField(_("what it opens"), max_length=100)
    created_at = models.DateTimeField(_("written"), default=timezone.now)
    expires_at = models.DateTimeField(_("ends"))

    class Meta:
        verbose_name = _("short link")
        verbose_name_plural = _("short links")
        default_permissions = ()
        indexes = (
            models.Index(fields=["expires_at"], name="sms_short_link_to_purge"),
            models.Index(fields=["purpose", "payload"], name="sms_short_link_of_a_thing"),
        )

    def __str__(self) -> str:
        return f"{self.purpose} {self.pk}"
