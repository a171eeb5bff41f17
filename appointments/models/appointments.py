"""Who comes and when: booked visits, and the holds on the way to one. `booking` changes them."""

import uuid
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

import pghistory
from django.contrib.postgres.fields import DateTimeRangeField
from django.contrib.postgres.indexes import GinIndex, OpClass
from django.db import models
from django.db.models import Q
from django.db.models.functions import Lower, Upper
from django.utils.functional import cached_property
from django.utils.translation import gettext_lazy as _

from appointments.models import appointment_constraints
from appointments.models.appointment_status import LIVE, AppointmentQuerySet, Status
from appointments.models.keys import new_key
from appointments.scheduling.states import STATE_CHOICES, STATES, State
from core.languages.columns import LanguageColumn
from core.people.name_matching import Plain
from core.people.phone_numbers import PhoneColumn
from core.people.salutation import short_name


# Its rows are written by a trigger of a migration: one of pghistory's can be told to do nothing.
@pghistory.track(
    pghistory.ManualEvent("changed"),
    fields=["status", "starts_at", "provider", "sequence", "changed_by"],
    model_name="AppointmentEvent",
    attrs={"append_only": True},
)
class Appointment(models.Model):
    """A booked visit, or the hold on the way to one. Times are UTC."""

    LIVE = LIVE

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
        "appointments.Provider",
        models.PROTECT,
        related_name="appointments",
        db_index=False,
        verbose_name=_("provider"),
    )
    service = models.ForeignKey(
        "appointments.Service",
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
    language = LanguageColumn()

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
        "appointments.Patient",
        models.PROTECT,
        related_name="appointments",
        null=True,
        blank=True,
        verbose_name=_("patient"),
    )
    email = models.EmailField(_("e-mail"), blank=True)
    phone = PhoneColumn(_("phone"), blank=True)
    contact = models.CharField(_("how to reach"), max_length=7, choices=Contact.choices, blank=True)
    by_text = models.BooleanField(
        _("texts"),
        default=False,
        db_default=False,
        editable=False,
        help_text=_("Who booked agreed to texts at this number."),
    )
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
    # The program's that booked it: what it may see and change goes by that.
    api_key = models.ForeignKey(
        "api.ApiKey", models.PROTECT, related_name="+", null=True, editable=False, db_index=False
    )
    series = models.UUIDField(_("series"), null=True, blank=True, editable=False)
    status_reason = models.ForeignKey(
        "appointments.StatusReason",
        models.PROTECT,
        related_name="+",
        null=True,
        blank=True,
        db_index=False,
        verbose_name=_("reason"),
    )
    cancel_reason = models.CharField(_("reason in words"), max_length=200, blank=True)
    called_at = models.DateTimeField(
        _("called"), null=True, editable=False, help_text=_("When staff last called the patient.")
    )
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
        constraints = appointment_constraints.CONSTRAINTS
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
            # With all that figures count, so that they need not read the visits of a year.
            models.Index(
                fields=["starts_at"],
                include=[
                    *("id", "status", "provider", "service", "created", "made_by_staff"),
                    *("api_key", "sequence", "blocked", "status_reason"),
                ],
                name="appointment_counted_by_start",
            ),
            # How much was taken of late: `booking/pressure.py`.
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
            # What of the few that are not over staff choose by status.
            models.Index(
                fields=["status", "starts_at"],
                name="appointment_by_status",
                condition=Q(status__in=["held", "booked", "checked_in", "released", "expired"]),
            ),
            models.Index(
                fields=["api_key", "starts_at"],
                name="appointment_by_api_key",
                condition=Q(api_key__isnull=False),
            ),
            # What the purges of holds and of unconfirmed visits find: few.
            models.Index(
                fields=["created"],
                name="appointment_unconfirmed",
                condition=Q(status__in=["released", "expired"], erased_at=None),
            ),
            # What staff type is looked for anywhere in these: `admin.patient_search`.
            GinIndex(
                OpClass(Upper("email"), name="gin_trgm_ops"),
                OpClass("phone", name="gin_trgm_ops"),
                name="appointment_by_any_part",
                fastupdate=False,
            ),
            GinIndex(
                OpClass(Plain("booked_by"), name="gin_trgm_ops"),
                name="appointment_by_caller",
                condition=~Q(booked_by=""),
                fastupdate=False,
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
        """Whether the provider calls: a visit by phone."""
        return self.service.channel == self.service.Channel.PHONE

    @property
    def takes_place_here(self) -> bool:
        """Whether it takes place in a room of this site: by video, and in no room elsewhere."""
        return not self.by_call and not self.provider.video_room

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
