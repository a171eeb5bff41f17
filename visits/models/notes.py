"""What a clinician writes of a visit: a note that is signed once, ratings, and what was agreed.

None of these tables is append-only, because keys of the record ring change: a trigger keeps a
signed note from changing in anything but its ciphertext, and its seal shows whether that holds
what was signed.
"""

from typing import Any, Self

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from appointments.models import Appointment, Patient
from core.database.encrypted_field import EncryptedJSONField, EncryptedTextField


class OfVisitsQuerySet(models.QuerySet[Any]):
    """Rows that belong to an appointment each."""

    def of_patient(self, patient: Patient) -> Self:
        """Return those of all visits of that record, and of records merged into it."""
        of = Q(appointment__patient=patient) | Q(appointment__patient__merged_into=patient)
        return self.filter(of)


class VisitNote(models.Model):
    """The clinician's note of one visit: a draft until it is signed, then only added to.

    `content` is what was typed: `text`, and when and where the prescription monitoring program was
    looked at. It counts its saves, so that two pages cannot write over one another unseen.
    """

    appointment = models.OneToOneField(
        Appointment, models.PROTECT, related_name="visit_note", editable=False
    )
    content = EncryptedJSONField(default=dict)
    saves = models.PositiveIntegerField(default=0)
    author = models.CharField(_("written by"), max_length=100)
    author_account = models.BigIntegerField(_("account"))
    saved_at = models.DateTimeField(_("saved"))
    signed_at = models.DateTimeField(_("signed"), null=True)
    # Of the content, the author and the moment, keyed: see `visits.notes`.
    seal = models.CharField(max_length=64, blank=True)

    objects = OfVisitsQuerySet.as_manager()

    class Meta:
        verbose_name = _("note of a visit")
        verbose_name_plural = _("notes of visits")
        default_permissions = ("view",)
        constraints = [
            models.CheckConstraint(
                condition=Q(signed_at=None, seal="") | Q(signed_at__isnull=False) & ~Q(seal=""),
                name="visit_note_signed_is_sealed",
            )
        ]

    def __str__(self) -> str:
        return str(self.pk)


class NoteAddendum(models.Model):
    """What was added to a signed note, by whom. Never edited."""

    note = models.ForeignKey(VisitNote, models.PROTECT, related_name="addenda", editable=False)
    text = EncryptedTextField(_("addendum"))
    author = models.CharField(_("written by"), max_length=100)
    author_account = models.BigIntegerField(_("account"))
    written_at = models.DateTimeField(_("written"))

    class Meta:
        verbose_name = _("addendum to a note")
        verbose_name_plural = _("addenda to notes")
        ordering = ["written_at", "pk"]
        default_permissions = ()

    def __str__(self) -> str:
        return str(self.pk)


class CowsRating(models.Model):
    """Opioid withdrawal as the clinician rated it at one moment. A visit may have several.

    `points` has those of each item that could be seen; `score` is what they came to.
    """

    appointment = models.ForeignKey(
        Appointment, models.PROTECT, related_name="cows_ratings", editable=False
    )
    version = models.PositiveSmallIntegerField(_("version"))
    points = EncryptedJSONField(default=dict)
    score = EncryptedJSONField(default=dict)
    author = models.CharField(_("rated by"), max_length=100)
    author_account = models.BigIntegerField(_("account"))
    rated_at = models.DateTimeField(_("rated"))

    objects = OfVisitsQuerySet.as_manager()

    class Meta:
        verbose_name = _("COWS rating")
        verbose_name_plural = _("COWS ratings")
        ordering = ["rated_at", "pk"]
        default_permissions = ()

    def __str__(self) -> str:
        return str(self.pk)


class VisitSummary(models.Model):
    """What the patient reads after the visit on their own page: a draft, and what was shared."""

    appointment = models.OneToOneField(
        Appointment, models.PROTECT, related_name="visit_summary", editable=False
    )
    draft = EncryptedJSONField(default=dict)
    shared = EncryptedJSONField(null=True)
    saves = models.PositiveIntegerField(default=0)
    times_shared = models.PositiveIntegerField(default=0)
    author = models.CharField(_("written by"), max_length=100)
    author_account = models.BigIntegerField(_("account"))
    saved_at = models.DateTimeField(_("saved"))
    shared_at = models.DateTimeField(_("shared"), null=True)

    objects = OfVisitsQuerySet.as_manager()

    class Meta:
        verbose_name = _("summary for the patient")
        verbose_name_plural = _("summaries for patients")
        default_permissions = ()

    def __str__(self) -> str:
        return str(self.pk)


class StartCheckWaiver(models.Model):
    """Why a visit ended without its first-minute check. Written once."""

    class Reason(models.TextChoices):
        CUT_OFF = "cut_off", _("The line broke before it could be asked")
        EMERGENCY = "emergency", _("An emergency came first")
        REFUSED = "refused", _("The patient would not say")
        IN_THE_NOTE = "in_the_note", _("It was asked, and stands in the note")

    appointment = models.ForeignKey(
        Appointment, models.PROTECT, related_name="start_check_waivers", editable=False
    )
    reason = models.CharField(_("why"), max_length=11, choices=Reason.choices)
    account = models.BigIntegerField(_("account"))
    at = models.DateTimeField(_("when"))

    append_only = True

    class Meta:
        verbose_name = _("visit without a first-minute check")
        verbose_name_plural = _("visits without a first-minute check")
        default_permissions = ()

    def __str__(self) -> str:
        return str(self.pk)
