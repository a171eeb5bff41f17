"""Who asked for the newsletter, when and how: proofs that are never changed or deleted."""

from typing import Self

from django.db import models
from django.db.models import Q
from django.db.models.functions import Now
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from modeltrans.fields import TranslationField

from core.database import database_time
from core.languages.columns import LanguageColumn
from newsletter.models.subscribers import Subscriber


class ConsentText(models.Model):
    """One version of what subscribers agree to. A change is a new version."""

    version = models.PositiveSmallIntegerField(_("version"), unique=True)
    text = models.TextField(_("text"))
    created = models.DateTimeField(_("in force since"), auto_now_add=True)
    i18n = TranslationField(fields=("text",))
    text_i18n: str  # in the language of the page

    append_only = True

    class Meta:
        ordering = ["-version"]
        verbose_name = _("consent text")
        verbose_name_plural = _("consent texts")

    def __str__(self) -> str:
        return f"{_('version')} {self.version}"


class Consent(models.Model):
    """One thing that was agreed to or taken back, by the owner of an address, for good."""

    class Kind(models.TextChoices):
        CONFIRMED = "confirmed", _("asked and confirmed")
        IMPORTED = "imported", _("brought in from another list")
        RETURNED = "returned", _("took leaving back")
        LEFT = "left", _("left")
        BOUNCED = "bounced", _("mail came back")
        RESTORED = "restored", _("mail came back by mistake: on the list again")
        COMPLAINED = "complained", _("complained")
        ERASED = "erased", _("erased")

    subscriber = models.ForeignKey(Subscriber, models.PROTECT, related_name="consents")
    kind = models.CharField(_("what"), max_length=10, choices=Kind)
    address_hash = models.CharField(_("keyed hash of the address"), max_length=64)
    text = models.ForeignKey(
        ConsentText, models.PROTECT, null=True, blank=True, verbose_name=_("text")
    )
    asked_at = models.DateTimeField(_("asked"), null=True, blank=True)
    at = models.DateTimeField(_("when"), default=timezone.now)
    page = models.CharField(
        _("page"), max_length=60, blank=True, help_text=_("The name of its route.")
    )
    language = LanguageColumn(help_text=_("In which the text was shown."))
    how = models.CharField(_("how"), max_length=200, blank=True)
    issue = models.BigIntegerField(_("issue"), default=0, help_text=_("0: not through an issue."))

    append_only = True

    class Meta:
        ordering = ["-pk"]
        verbose_name = _("consent")
        verbose_name_plural = _("consents")
        constraints = [
            models.CheckConstraint(
                name="newsletter_consent_names_its_text",
                condition=~Q(kind="confirmed") | Q(text__isnull=False, asked_at__isnull=False),
            ),
            models.CheckConstraint(
                name="newsletter_consent_import_names_its_source",
                condition=~Q(kind="imported") | ~Q(how=""),
            ),
        ]
        indexes = [
            models.Index(
                fields=["issue", "kind"], name="consent_by_issue", condition=Q(issue__gt=0)
            ),
            models.Index(fields=["address_hash"], name="consent_by_address"),
            models.Index(fields=["kind", "at"], name="consent_by_kind_and_time"),
        ]

    def __str__(self) -> str:
        return f"{self.get_kind_display()} {self.at:%Y-%m-%d}"

    @property
    def asked_is_unknown(self) -> bool:
        """Return whether they asked and the list they came with does not say when."""
        return self.kind == Consent.Kind.IMPORTED and self.asked_at is None


class Origin(models.Model):
    """Address and network of a consent. An erasure removes this row, and the proof stays."""

    consent = models.OneToOneField(Consent, models.PROTECT, related_name="origin")
    email = models.CharField(_("e-mail"), max_length=254, blank=True)
    network = models.CharField(_("network"), max_length=64, blank=True)

    class Meta:
        verbose_name = _("origin")
        verbose_name_plural = _("origins")

    def __str__(self) -> str:
        return f"{_('origin')} {self.pk}"


class ConfirmationQuerySet(models.QuerySet["Confirmation"]):
    def open(self) -> Self:
        """Return those whose link still works, by the clock of the database."""
        return self.filter(confirmed_at=None, ended_at=None, expires_at__gt=Now())

    def of(self, subscriber: Subscriber) -> Self:
        """Those mailed to this subscriber's address, or asked for by them to move to another."""
        return self.filter(Q(address_hash=subscriber.address_hash) | Q(mover=subscriber))


class Confirmation(models.Model):
    """A mail that asks the owner of an address to confirm. Nothing is subscribed before they do.

    Address and network go when it is confirmed, when it is erased, or some time after it ended.
    """

    email = models.CharField(_("e-mail"), max_length=254, blank=True)
    address_hash = models.CharField(_("keyed hash of the address"), max_length=64)
    token_hash = models.CharField(max_length=64, unique=True, editable=False)
    mover = models.ForeignKey(
        Subscriber,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="moves",
        verbose_name=_("who moves to this address"),
    )
    text = models.ForeignKey(ConsentText, models.PROTECT, verbose_name=_("text"))
    page = models.CharField(_("page"), max_length=60, help_text=_("The name of its route."))
    network = models.CharField(_("network"), max_length=64, blank=True)
    language = models.CharField(_("language"), max_length=10, default="en")
    asked_at = models.DateTimeField(_("asked"), default=timezone.now)
    expires_at = models.DateTimeField(_("expires"))
    confirmed_at = models.DateTimeField(_("confirmed"), null=True, blank=True)
    ended_at = models.DateTimeField(
        _("ended early"), null=True, blank=True, help_text=_("By leaving, or by an erasure.")
    )

    objects = ConfirmationQuerySet.as_manager()

    class Meta:
        ordering = ["-pk"]
        verbose_name = _("confirmation")
        verbose_name_plural = _("confirmations")
        indexes = [
            models.Index(fields=["address_hash", "asked_at"], name="confirmation_by_address"),
            models.Index(
                fields=["expires_at"], name="confirmation_to_empty", condition=~Q(email="")
            ),
        ]

    def __str__(self) -> str:
        return f"{_('confirmation')} {self.pk}"

    @property
    def is_open(self) -> bool:
        """Return whether its link still works."""
        ended = self.confirmed_at or self.ended_at
        return not ended and self.expires_at > database_time.now()
