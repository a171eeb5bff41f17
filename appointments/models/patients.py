"""Who visits are for, and what was agreed to, word for word: in rows that are never changed."""

from typing import Any, Self

from django.contrib.postgres.indexes import GinIndex, OpClass
from django.db import models
from django.db.models.functions import Lower, Upper
from django.utils.translation import gettext_lazy as _
from modeltrans.fields import TranslationField

from appointments.models.appointment_status import SEES_RESTRICTED
from core.languages.columns import LanguageColumn
from core.people.name_matching import Plain, Words
from core.people.phone_numbers import PhoneColumn
from core.people.salutation import short_name


class PatientQuerySet(models.QuerySet["Patient"]):
    def kept(self) -> Self:
        """One record for each person: those that were not merged into another."""
        return self.filter(merged_into=None)

    def whole_record(self, patient: "Patient") -> Self:
        """Return this one with those that were merged into it."""
        return self.filter(models.Q(pk=patient.pk) | models.Q(merged_into=patient.pk))

    def visible_to(self, user: Any) -> Self:
        """Those that this member of the staff may find: restricted ones only with that right."""
        return self if user.has_perm(SEES_RESTRICTED) else self.filter(restricted_at=None)

    def of_address(self, email: str) -> Self:
        """Those with that e-mail address, whatever its case."""
        return self.alias(address=Lower("email")).filter(address=email.strip().lower())

    def restricted(self) -> Self:
        """Those that nobody is mailed about, that few may find, and that nobody books for."""
        return self.filter(restricted_at__isnull=False)


class Patient(models.Model):
    """Who a visit is for. The same person booking again is the same row: see `match_key`."""

    first_name = models.CharField(_("first name"), max_length=60)
    last_name = models.CharField(_("last name"), max_length=60, blank=True)
    birth_date = models.DateField(_("date of birth"))
    email = models.EmailField(
        _("e-mail"), blank=True, help_text=_("Empty where they have none: then the desk calls.")
    )
    phone = PhoneColumn(_("phone"))
    language = LanguageColumn(help_text=_("In which they last booked, or staff chose."))
    match_key = models.CharField(
        max_length=64,
        editable=False,
        help_text="Hash of e-mail or phone, name and date of birth: see patients.py.",
    )
    merged_into = models.ForeignKey(
        "self",
        models.CASCADE,
        related_name="merged",
        null=True,
        blank=True,
        editable=False,
        help_text="The record of the same person that has the visits. Who books leads there.",
    )
    search_name = models.GeneratedField(
        expression=Plain("first_name", "last_name"),
        output_field=models.TextField(),
        db_persist=True,
    )
    created = models.DateTimeField(_("first seen"), auto_now_add=True)
    restricted_at = models.DateTimeField(
        _("restricted"),
        null=True,
        blank=True,
        editable=False,
        help_text=_("Since then nobody is mailed, and few may find the record."),
    )

    objects = PatientQuerySet.as_manager()

    class Meta:
        ordering = ["last_name", "first_name"]
        verbose_name = _("patient")
        verbose_name_plural = _("patients")
        permissions = [
            ("merge_patient", _("Can merge two records of one person")),
            ("export_patient", _("Can export all that is held about a patient")),
            ("request_erasure_patient", _("Can ask for a record to be erased or restricted")),
            ("confirm_erasure_patient", _("Can confirm what another asked for")),
            ("view_restricted_patient", _("Can find restricted records")),
        ]
        constraints = [models.UniqueConstraint(fields=["match_key"], name="patient_known_once")]
        indexes = [
            models.Index(Lower("email"), name="patient_by_email"),
            models.Index(fields=["last_name", "first_name"], name="patient_by_name"),
            models.Index(fields=["birth_date"], name="patient_by_birth_date"),
            # What staff type is looked for anywhere in these: `admin.patient_search`.
            GinIndex(
                OpClass("search_name", name="gin_trgm_ops"),
                OpClass(Upper("email"), name="gin_trgm_ops"),
                OpClass("phone", name="gin_trgm_ops"),
                name="patient_by_any_part",
                fastupdate=False,
            ),
            # And what they mistype.
            GinIndex(
                OpClass(Words("first_name", "last_name"), name="gin_trgm_ops"),
                name="patient_by_similar_name",
                fastupdate=False,
            ),
            # Few: asked for with each mail to who waits.
            models.Index(
                fields=["match_key"],
                name="patient_restricted",
                condition=models.Q(restricted_at__isnull=False),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.first_name} {self.last_name}".strip()

    @property
    def is_restricted(self) -> bool:
        return self.restricted_at is not None

    @property
    def short_name(self) -> str:
        """What they are called by."""
        return short_name(self.first_name, self.last_name)


class ConsentText(models.Model):
    """One version of a text that patients are asked to agree to. A change is a new version."""

    class Kind(models.TextChoices):
        TELEHEALTH = "telehealth", _("Care by video or phone")
        EMAIL = "email", _("E-mail")

    kind = models.CharField(_("kind"), max_length=10, choices=Kind.choices)
    version = models.PositiveSmallIntegerField(_("version"))
    text = models.TextField(_("text"))
    created = models.DateTimeField(_("in force since"), auto_now_add=True)
    i18n = TranslationField(fields=("text",))
    text_i18n: str  # in the language of the page

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

    # Found by the index below that begins with it.
    text = models.ForeignKey(ConsentText, models.PROTECT, related_name="consents", db_index=False)
    appointment = models.ForeignKey(
        "appointments.Appointment", models.PROTECT, related_name="consents"
    )
    given = models.DateTimeField(_("given"))
    page = models.CharField(_("page"), max_length=60, help_text=_("The name of its route."))
    language = LanguageColumn(help_text=_("In which the text was shown."))
    address_hash = models.CharField(_("keyed hash of the e-mail address"), max_length=64)

    append_only = True

    class Meta:
        ordering = ["-given"]
        verbose_name = _("consent")
        verbose_name_plural = _("consents")
        constraints = [
            models.UniqueConstraint(fields=["appointment", "text"], name="consent_given_once")
        ]
        indexes = [
            models.Index(fields=["-given"], name="visit_consent_by_time"),
            models.Index(fields=["text", "-given"], name="visit_consent_by_text"),
            models.Index(fields=["address_hash"], name="visit_consent_by_address"),
        ]

    def __str__(self) -> str:
        return f"{self.text} {self.given:%Y-%m-%d}"
