"""What a patient agreed to, word for word. Rows that are never changed or deleted."""

from django.db import models
from django.utils.translation import gettext_lazy as _


class ConsentText(models.Model):
    """One version of a text that patients are asked to agree to. A change is a new version."""

    class Kind(models.TextChoices):
        TELEHEALTH = "telehealth", _("Care by video or phone")
        EMAIL = "email", _("E-mail")

    kind = models.CharField(_("kind"), max_length=10, choices=Kind.choices)
    version = models.PositiveSmallIntegerField(_("version"))
    text = models.TextField(_("text"))
    created = models.DateTimeField(_("in force since"), auto_now_add=True)

    append_only = True

    class Meta:
        ordering = ["kind", "-version"]
        verbose_name = _("consent text")
        verbose_name_plural = _("consent texts")
        constraints = [
            models.UniqueConstraint(fields=["kind", "version"], name="consent_text_version_once")
        ]

    def __str__(self) -> str:
        return f"{self.get_kind_display()}, {_('version')} {self.version}"

    @classmethod
    def current(cls) -> "list[ConsentText]":
        """The newest version of each kind."""
        return list(cls.objects.order_by("kind", "-version").distinct("kind"))


class Consent(models.Model):
    """Proof that the person who booked agreed to exactly `text`, when, and on which page."""

    text = models.ForeignKey(ConsentText, models.PROTECT, related_name="consents")
    appointment = models.ForeignKey(
        "appointments.Appointment", models.PROTECT, related_name="consents"
    )
    given = models.DateTimeField(_("given"))
    page = models.CharField(_("page"), max_length=60, help_text=_("The name of its route."))
    address_hash = models.CharField(_("keyed hash of the e-mail address"), max_length=64)

    append_only = True

    class Meta:
        ordering = ["-given"]
        verbose_name = _("consent")
        verbose_name_plural = _("consents")
        constraints = [
            models.UniqueConstraint(fields=["appointment", "text"], name="consent_given_once")
        ]

    def __str__(self) -> str:
        return f"{self.text} {self.given:%Y-%m-%d}"
