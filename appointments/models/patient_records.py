"""What staff write about a patient's record, and what they did with it: notes, merges, privacy."""

from datetime import datetime, timedelta
from typing import Self

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from appointments.models.patients import Patient

# So long a merge can be taken back.
TAKEN_BACK_WITHIN = timedelta(days=1)


class PatientNoteQuerySet(models.QuerySet["PatientNote"]):
    def in_reading_order(self) -> Self:
        """Pinned ones first, then the newest; what was struck out stands where it stood."""
        return self.order_by("-pinned", "-written_at", "-pk")


class PatientNote(models.Model):
    """A word of the staff to one another about a patient. Never edited: struck out, it stays."""

    patient = models.ForeignKey("appointments.Patient", models.CASCADE, related_name="notes")
    # The visit at which it was written, if it was one.
    appointment = models.ForeignKey(
        "appointments.Appointment",
        models.CASCADE,
        related_name="notes",
        null=True,
        blank=True,
    )
    text = models.TextField(_("note"))
    pinned = models.BooleanField(_("pinned"), default=False)
    written_by = models.CharField(_("written by"), max_length=100)
    written_at = models.DateTimeField(_("written"))
    struck_by = models.CharField(_("struck out by"), max_length=100, blank=True)
    struck_at = models.DateTimeField(_("struck out"), null=True, blank=True)

    objects = PatientNoteQuerySet.as_manager()

    class Meta:
        verbose_name = _("note about a patient")
        verbose_name_plural = _("notes about patients")
        default_permissions = ()
        constraints = [
            models.CheckConstraint(
                condition=Q(struck_at=None, struck_by="")
                | Q(struck_at__isnull=False, pinned=False),
                name="patient_note_struck_out_is_not_pinned",
            )
        ]

    def __str__(self) -> str:
        return f"{self.written_at:%Y-%m-%d} {self.written_by}"


class RecordMergeQuerySet(models.QuerySet["RecordMerge"]):
    def reversible(self, now: datetime) -> Self:
        """Those that can still be taken back, unless something is in the way."""
        return self.filter(undone_at=None, merged_at__gt=now - TAKEN_BACK_WITHIN)


class RecordMerge(models.Model):
    """Two records that became one, and what moved: enough to take it back."""

    into = models.ForeignKey("appointments.Patient", models.CASCADE, related_name="merges")
    gone = models.ForeignKey("appointments.Patient", models.CASCADE, related_name="+")
    visits = ArrayField(models.BigIntegerField(), default=list)
    notes = ArrayField(models.BigIntegerField(), default=list)
    # Records that had been merged into the one that is gone.
    records = ArrayField(models.BigIntegerField(), default=list)
    merged_by = models.CharField(_("merged by"), max_length=100)
    merged_at = models.DateTimeField(_("merged"))
    undone_by = models.CharField(_("taken back by"), max_length=100, blank=True)
    undone_at = models.DateTimeField(_("taken back"), null=True, blank=True)

    objects = RecordMergeQuerySet.as_manager()

    class Meta:
        verbose_name = _("merge of two records")
        verbose_name_plural = _("merges of two records")
        default_permissions = ()

    def __str__(self) -> str:
        return f"{self.gone_id} → {self.into_id}"

    @property
    def ends_at(self) -> datetime:
        """Until when it can be taken back."""
        return self.merged_at + TAKEN_BACK_WITHIN


class RequestStatus(models.TextChoices):
    ASKED = "asked", _("Waits for a second person")
    DONE = "done", _("Done")
    REFUSED = "refused", _("Refused")
    WITHDRAWN = "withdrawn", _("Taken back")


ALONE_AFTER = timedelta(days=7)


class PrivacyRequestQuerySet(models.QuerySet["PrivacyRequest"]):
    def open_for(self, patient: Patient) -> "PrivacyRequest | None":
        """Return what was asked for this record and waits for a second person."""
        return self.filter(patient=patient, status=RequestStatus.ASKED).first()


class PrivacyRequest(models.Model):
    """What somebody asked to be done with a record, and who confirmed it: never the same person,
    or not before ALONE_AFTER, for a clinic in which one person alone has the right.

    It stays when the record is erased, without a word about whose it was.
    """

    class Kind(models.TextChoices):
        ERASE = "erase", _("Erase")
        RESTRICT = "restrict", _("Restrict")
        LIFT = "lift", _("Lift the restriction")

    # The number of the record, which stays when the record is gone.
    patient = models.ForeignKey(
        "appointments.Patient", models.DO_NOTHING, related_name="requests", db_constraint=False
    )
    kind = models.CharField(_("what"), max_length=8, choices=Kind.choices)
    status = models.CharField(
        _("status"), max_length=9, choices=RequestStatus.choices, default=RequestStatus.ASKED
    )
    reason = models.TextField(_("why"), blank=True)
    asked_by = models.CharField(_("asked by"), max_length=100)
    asked_by_pk = models.BigIntegerField()
    asked_at = models.DateTimeField(_("asked"))
    decided_by = models.CharField(_("decided by"), max_length=100, blank=True)
    decided_by_pk = models.BigIntegerField(null=True)
    decided_at = models.DateTimeField(_("decided"), null=True, blank=True)

    objects = PrivacyRequestQuerySet.as_manager()

    class Meta:
        verbose_name = _("privacy request")
        verbose_name_plural = _("privacy requests")
        ordering = ["-asked_at", "-pk"]
        default_permissions = ()
        constraints = [
            models.UniqueConstraint(
                fields=["patient"],
                condition=Q(status="asked"),
                name="privacy_request_one_at_a_time",
            ),
            models.CheckConstraint(
                condition=Q(status="asked", decided_at=None) | ~Q(status="asked"),
                name="privacy_request_decided_is_dated",
            ),
            models.CheckConstraint(
                condition=~Q(status__in=["done", "refused"])
                | Q(decided_by_pk__isnull=False)
                & (
                    ~Q(decided_by_pk=F("asked_by_pk"))
                    | Q(decided_at__gte=F("asked_at") + ALONE_AFTER)
                ),
                name="privacy_request_takes_two_people_or_time",
            ),
        ]
        indexes = [
            models.Index(
                fields=["asked_at"], name="privacy_request_open", condition=Q(status="asked")
            ),
            models.Index(fields=["decided_at"], name="privacy_request_by_time"),
        ]

    def __str__(self) -> str:
        return f"{self.get_kind_display()} {self.patient_id}"
