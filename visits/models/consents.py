"""What patients sign before visits: the exact words, who signed when, and what was taken back.

The proofs are never changed. The name that was typed, and the text with names filled in, stand in a
row of their own, encrypted, which an erasure removes: the proof keeps their hashes.
"""

from typing import Self

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _
from modeltrans.fields import TranslationField

from appointments.models import Appointment, Patient
from core.database.encrypted_field import EncryptedTextField
from core.languages.columns import LanguageColumn
from visits.intake.form_names import CONSENTS


class ConsentDocument(models.Model):
    """One version of a text that patients sign. A change is a new version."""

    kind = models.CharField(_("kind"), max_length=12, choices=list(CONSENTS.items()))
    version = models.PositiveSmallIntegerField(_("version"))
    text = models.TextField(
        _("text"),
        help_text=_(
            "Paragraphs are parted by empty lines; one that begins with # is a heading. {clinic}, "
            "{phone}, {patient}, {birth_date} and {date} are filled in when it is signed."
        ),
    )
    created = models.DateTimeField(_("in force since"), auto_now_add=True)
    i18n = TranslationField(fields=("text",))
    text_i18n: str  # in the language of the page

    append_only = True

    class Meta:
        ordering = ["kind", "-version"]
        verbose_name = _("text to sign")
        verbose_name_plural = _("texts to sign")
        default_permissions = ("view", "add")
        constraints = [
            models.UniqueConstraint(
                fields=["kind", "version"], name="consent_document_version_once"
            )
        ]

    def __str__(self) -> str:
        return f"{self.get_kind_display()}, {_('version')} {self.version}"

    @classmethod
    def current(cls, kind: str) -> "ConsentDocument | None":
        """Return the newest version of a kind; None where the clinic has none."""
        return cls.objects.filter(kind=kind).order_by("-version").first()


class ConsentSignatureQuerySet(models.QuerySet["ConsentSignature"]):
    def in_force(self) -> Self:
        """Return those that were not taken back, the last one first."""
        return self.filter(revocation=None).order_by("-signed_at", "-pk")

    def of_patient(self, patient: Patient) -> Self:
        """Return those of all visits of that record, and of records merged into it."""
        of = Q(appointment__patient=patient) | Q(appointment__patient__merged_into=patient)
        return self.filter(of)


class ConsentSignature(models.Model):
    """Proof that somebody signed exactly this text, when, and on which page."""

    class Signer(models.TextChoices):
        PATIENT = "patient", _("I am the patient")
        REPRESENTATIVE = "other", _("I sign for the patient: I am their parent or guardian")

    document = models.ForeignKey(ConsentDocument, models.PROTECT, related_name="signatures")
    appointment = models.ForeignKey(Appointment, models.PROTECT, related_name="signatures")
    signed_at = models.DateTimeField(_("signed"))
    signer = models.CharField(_("who signed"), max_length=7, choices=Signer.choices)
    page = models.CharField(_("page"), max_length=60, help_text=_("The name of its route."))
    language = LanguageColumn(help_text=_("In which the text was shown."))
    name_hash = models.CharField(_("keyed hash of the name"), max_length=64)
    text_hash = models.CharField(_("keyed hash of the text as it was shown"), max_length=64)

    objects = ConsentSignatureQuerySet.as_manager()

    append_only = True

    class Meta:
        ordering = ["-signed_at"]
        verbose_name = _("signature")
        verbose_name_plural = _("signatures")
        default_permissions = ("view",)
        permissions = [("revoke_consentsignature", _("Can note that a patient took it back"))]

    def __str__(self) -> str:
        return str(self.pk)


class SignedCopy(models.Model):
    """What was signed, word for word as it was shown, and the name that was typed under it."""

    signature = models.OneToOneField(ConsentSignature, models.PROTECT, related_name="copy")
    name = EncryptedTextField(_("name"))
    text = EncryptedTextField(_("text"))

    class Meta:
        verbose_name = _("signed copy")
        verbose_name_plural = _("signed copies")
        default_permissions = ()

    def __str__(self) -> str:
        return str(self.pk)


class ConsentRevocation(models.Model):
    """Proof that a signature was taken back: from then on nothing is shared by it."""

    signature = models.OneToOneField(ConsentSignature, models.PROTECT, related_name="revocation")
    revoked_at = models.DateTimeField(_("taken back"))
    page = models.CharField(_("page"), max_length=60, help_text=_("The name of its route."))
    # Who of the staff noted what the patient wrote or said; empty where the patient did it here.
    account = models.BigIntegerField(_("account"), null=True, editable=False)

    append_only = True

    class Meta:
        ordering = ["-revoked_at"]
        verbose_name = _("revocation")
        verbose_name_plural = _("revocations")
        default_permissions = ("view",)

    def __str__(self) -> str:
        return str(self.pk)
