"""Who comes and when: patients and appointments. `booking` alone changes an appointment."""

import hashlib
import secrets
import uuid
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

import pghistory
from django.contrib.postgres.constraints import ExclusionConstraint
from django.contrib.postgres.fields import DateTimeRangeField, RangeOperators
from django.db import models
from django.db.models import Expression, F, Q
from django.db.models.functions import Lower
from django.utils.functional import cached_property
from django.utils.translation import gettext_lazy as _

from appointments.models.schedule import Provider, Service
from appointments.scheduling.states import STATE_CHOICES, STATES, State
from core.people.name_matching import Plain
from core.people.phone_numbers import PhoneColumn
from core.people.salutation import short_name


class PatientQuerySet(models.QuerySet["Patient"]):
    def kept(self):
        """One record for each person: those that were not merged into another."""
        return self.filter(merged_into=None)


class Patient(models.Model):
    """Who a visit is for. The same person booking again is the same row: see `match_key`."""

    first_name = models.CharField(_("first name"), max_length=60)
    last_name = models.CharField(_("last name"), max_length=60, blank=True)
    birth_date = models.DateField(_("date of birth"))
    email = models.EmailField(_("e-mail"))
    phone = PhoneColumn(_("phone"))
    match_key = models.CharField(
        max_length=64,
        editable=False,
        help_text="Hash of e-mail, name and date of birth, in one spelling: see patients.py.",
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

    objects = PatientQuerySet.as_manager()

    class Meta:
        ordering = ["last_name", "first_name"]
        verbose_name = _("patient")
        verbose_name_plural = _("patients")
        constraints = [models.UniqueConstraint(fields=["match_key"], name="patient_known_once")]
        indexes = [models.Index(Lower("email"), name="patient_by_email")]

    def __str__(self) -> str:
        return f"{self.first_name} {self.last_name}".strip()

    @property
    def short_name(self) -> str:
        """What they are called by."""
        return short_name(self.first_name, self.last_name)


class Status(models.TextChoices):
    HELD = "held", _("Held")
    BOOKED = "booked", _("Booked")
    CHECKED_IN = "checked_in", _("Checked in")
    COMPLETED = "completed", _("Completed")
    NO_SHOW = "no_show", _("No-show")
    CANCELLED = "cancelled", _("Cancelled")
    RELEASED = "released", _("Released")
    EXPIRED = "expired", _("Expired")


class AppointmentQuerySet(models.QuerySet["Appointment"]):
    def live(self):
        """Appointments and holds that keep their time."""
        return self.filter(status__in=Appointment.LIVE)

    def blocking(self, now: "datetime | Expression"):
        """Live ones without the holds that have run out by `now`."""
        return self.live().exclude(status=Status.HELD, held_until__lte=now)

    def overlapping(self, start: datetime, end: datetime):
        """Those that, buffers included, share any instant with [start, end)."""
        return self.filter(blocked__overlap=(start, end))

    def expired(self, now: datetime):
        """Holds that have run out and still keep their time in the table."""
        return self.filter(status=Status.HELD, held_until__lte=now)

    def abandoned(self):
        """Holds that came to nothing. They carry no personal data."""
        return self.unconfirmed().filter(patient__isnull=True)

    def unconfirmed(self):
        """What ended before it was booked: holds, and visits that nobody confirmed."""
        return self.filter(status__in=[Status.RELEASED, Status.EXPIRED], erased_at=None)

    def holds(self):
        """Times kept while somebody fills in the form. A row with a patient is a visit."""
        return self.filter(status=Status.HELD, patient__isnull=True)

    def upcoming(self, now: datetime):
        """Booked and not begun."""
        return self.filter(status=Status.BOOKED, starts_at__gt=now)

    def changeable(self, now: datetime):
        """Visits that their patient can still move: booked, or kept until they are confirmed."""
        waiting = Q(status=Status.HELD, patient__isnull=False, held_until__gt=now)
        return self.filter(waiting | Q(status=Status.BOOKED), starts_at__gt=now)

    def visits(self):
        """Those with a patient: without holds, but with visits that wait to be confirmed."""
        return self.filter(patient__isnull=False)

    def of_address(self, email: str):
        """Those booked with that e-mail address, whatever its case."""
        # Said as the index says it.
        found = self.exclude(email="").alias(address=Lower("email"))
        return found.filter(address=email.strip().lower())


def new_key() -> str:
    """128 random bits, for the links to one appointment."""
    return secrets.token_urlsafe(16)


# Its rows are written by a trigger of a migration: one of pghistory's can be told to do nothing.
@pghistory.track(
    pghistory.ManualEvent("changed"),
    fields=["status", "starts_at", "provider", "sequence", "changed_by"],
    model_name="AppointmentEvent",
    attrs={"append_only": True},
)
class Appointment(models.Model):
    """A booked visit, or the hold on the way to one. Times are UTC."""

    LIVE = (Status.HELD, Status.BOOKED, Status.CHECKED_IN)

    class Contact(models.TextChoices):
        EMAIL = "email", _("E-mail is safe for me")
        CALL = "call", _("Call me, but leave no message")
        MESSAGE = "message", _("Call me, a message is fine")

    class BookedFor(models.TextChoices):
        SELF = "self", _("For me")
        OTHER = "other", _("For someone else")

    uid = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    key = models.CharField(max_length=32, default=new_key, editable=False)
    status = models.CharField(_("status"), max_length=10, choices=Status.choices)
    # Each index is paid for by every booking: the provider's is in those of Meta, and whole
    # services are deleted too rarely for one.
    provider = models.ForeignKey(
        Provider,
        models.PROTECT,
        related_name="appointments",
        db_index=False,
        verbose_name=_("provider"),
    )
    service = models.ForeignKey(
        Service,
        models.PROTECT,
        related_name="appointments",
        db_index=False,
        verbose_name=_("service"),
    )
    starts_at = models.DateTimeField(_("starts"))
    ends_at = models.DateTimeField(_("ends"))
    blocked = DateTimeRangeField(_("blocked"), help_text=_("The visit with its buffers."))
    state = models.CharField(
        _("state"), max_length=2, choices=STATE_CHOICES, help_text=_("Where the patient will be.")
    )
    zone = models.CharField(_("the patient’s time zone"), max_length=60)

    price_cents = models.PositiveIntegerField(_("price in cents"), null=True, blank=True)

    # A hold's own
    held_until = models.DateTimeField(_("held until"), null=True, blank=True)
    extended = models.BooleanField(default=False, editable=False)
    visitor = models.CharField(max_length=64, blank=True, editable=False)

    # A link that went through the mailbox, or a member of the staff, stands for the address.
    proved = models.BooleanField(
        _("e-mail address confirmed"), default=False, db_default=False, editable=False
    )
    # The done page said that the time is kept until the mailed link is used.
    told_to_confirm = models.BooleanField(default=False, db_default=False, editable=False)

    # A visit's own: what was typed for it, and what was promised
    patient = models.ForeignKey(
        Patient,
        models.PROTECT,
        related_name="appointments",
        null=True,
        blank=True,
        verbose_name=_("patient"),
    )
    email = models.EmailField(_("e-mail"), blank=True)
    phone = PhoneColumn(_("phone"), blank=True)
    contact = models.CharField(_("how to reach"), max_length=7, choices=Contact.choices, blank=True)
    booked_for = models.CharField(
        _("booked for"), max_length=5, choices=BookedFor.choices, default=BookedFor.SELF
    )
    booked_by = models.CharField(_("booked by"), max_length=120, blank=True)
    sequence = models.PositiveIntegerField(_("changes"), default=0)
    changed_by = models.CharField(_("last changed by"), max_length=80, default="patient")
    made_by_staff = models.BooleanField(_("booked by staff"), default=False)
    staff_reason = models.CharField(
        _("why outside the rules"), max_length=200, blank=True, help_text=_("For staff only.")
    )
    series = models.UUIDField(_("series"), null=True, blank=True, editable=False)
    cancel_reason = models.CharField(_("reason"), max_length=200, blank=True)
    erased_at = models.DateTimeField(
        _("erased"),
        null=True,
        blank=True,
        editable=False,
        help_text=_("Since then nothing in this row names a person."),
    )
    created = models.DateTimeField(_("created"), auto_now_add=True)

    objects = AppointmentQuerySet.as_manager()

    class Meta:
        ordering = ["-starts_at"]
        verbose_name = _("appointment")
        verbose_name_plural = _("appointments")
        constraints = [
            ExclusionConstraint(
                name="appointment_no_double_booking",
                expressions=[
                    ("provider", RangeOperators.EQUAL),
                    ("blocked", RangeOperators.OVERLAPS),
                ],
                condition=Q(status__in=["held", "booked", "checked_in"]),
                violation_error_message=_("This provider is already booked at that time."),
            ),
            models.UniqueConstraint(fields=["key"], name="appointment_key_once"),
            models.UniqueConstraint(
                fields=["visitor"],
                condition=Q(status="held", patient__isnull=True),
                name="appointment_one_hold_per_visitor",
            ),
            models.CheckConstraint(
                condition=Q(ends_at__gt=F("starts_at")), name="appointment_ends_after_it_starts"
            ),
            models.CheckConstraint(
                condition=Q(
                    blocked__startswith__lte=F("starts_at"), blocked__endswith__gte=F("ends_at")
                ),
                name="appointment_blocks_its_own_time",
            ),
            models.CheckConstraint(
                condition=Q(status="held", held_until__isnull=False) | ~Q(status="held"),
                name="hold_has_an_end",
            ),
            models.CheckConstraint(
                condition=Q(status__in=["held", "released", "expired"])
                | Q(patient__isnull=False) & ~Q(email="")
                | Q(erased_at__isnull=False),
                name="visit_has_a_patient",
            ),
            models.CheckConstraint(
                condition=Q(erased_at=None)
                | Q(
                    patient=None,
                    email="",
                    phone="",
                    contact="",
                    booked_by="",
                    cancel_reason="",
                    staff_reason="",
                    visitor="",
                ),
                name="erased_visit_names_nobody",
            ),
        ]
        indexes = [
            # The slot grid reads one provider's live times in order.
            models.Index(
                fields=["provider", "starts_at"],
                name="appointment_live_by_provider",
                condition=Q(status__in=["held", "booked", "checked_in"]),
            ),
            # A provider's feed reads what became of the others. Costs a booking nothing.
            models.Index(
                fields=["provider", "starts_at"],
                name="appointment_over_by_provider",
                condition=Q(status__in=["completed", "no_show", "cancelled"]),
            ),
            models.Index(fields=["starts_at"], name="appointment_by_start"),
            # How much was taken of late: `booking.pressure`.
            models.Index(
                fields=["created"],
                name="appointment_taken_of_late",
                condition=Q(status__in=["held", "booked", "checked_in"], made_by_staff=False),
            ),
            models.Index(
                Lower("email"),
                name="appointment_by_email",
                condition=~Q(email=""),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.starts_at:%Y-%m-%d %H:%M} UTC"

    @property
    def is_live(self) -> bool:
        return self.status in self.LIVE

    @cached_property
    def place(self) -> State:
        return STATES[self.state]

    @property
    def patient_zone(self) -> ZoneInfo:
        return ZoneInfo(self.zone)

    @property
    def local_start(self) -> datetime:
        """The start on the patient's wall clock."""
        return self.starts_at.astimezone(self.patient_zone)

    @property
    def local_end(self) -> datetime:
        return self.ends_at.astimezone(self.patient_zone)

    @property
    def local_held_until(self) -> datetime | None:
        return self.held_until and self.held_until.astimezone(self.patient_zone)

    @property
    def greeting_name(self) -> str:
        """What we call who booked, for themselves or for another."""
        if self.booked_by:
            return short_name(self.booked_by)
        return self.patient.short_name if self.patient else ""

    @property
    def by_call(self) -> bool:
        """Whether the provider calls: a visit by phone, or by video while they have no room."""
        return self.service.channel == Service.Channel.PHONE or not self.provider.video_room

    @property
    def length(self) -> timedelta:
        return self.ends_at - self.starts_at

    @property
    def changes_close_at(self) -> datetime:
        """From then on the patient moves or cancels it by phone only."""
        return self.starts_at - timedelta(hours=self.service.cutoff_hours)

    @property
    def waits_for_the_patient(self) -> bool:
        """Typed in full, and kept for a while: until somebody uses the link in the mail."""
        return self.status == Status.HELD and self.patient_id is not None

    @property
    def minutes(self) -> int:
        return int(self.length.total_seconds() // 60)


class FormerKey(models.Model):
    """The key that a visit had before its address was corrected, so that old links can say so.

    Nothing else about the visit, and no key: a hash of one.
    """

    key_hash = models.CharField(max_length=64, primary_key=True, editable=False)

    class Meta:
        default_permissions = ()

    def __str__(self) -> str:
        return self.key_hash

    @staticmethod
    def hashed(key: str) -> str:
        # Plain, because nobody can try 2^128 keys.
        return hashlib.sha256(key.encode()).hexdigest()
