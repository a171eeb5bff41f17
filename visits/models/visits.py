"""What happened at the booked time. `visits.encounter` alone changes it."""

import secrets
from typing import Self

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from appointments.models import Appointment


def new_room() -> str:
    """Return 128 random bits that name a room to the signalling process, and to nobody else."""
    return secrets.token_urlsafe(16)


class Seat(models.TextChoices):
    """A place in a room, by the name that it has in tickets and messages."""

    PATIENT = "patient", _("Patient")
    CLINICIAN = "clinician", _("Clinician")
    GUEST_1 = "guest-1", _("First guest")
    GUEST_2 = "guest-2", _("Second guest")


GUESTS = (Seat.GUEST_1, Seat.GUEST_2)


class VisitQuerySet(models.QuerySet["Visit"]):
    def waiting(self) -> Self:
        """Return those whose patient has knocked and was not let in, who waits longest first."""
        open_ = self.filter(knocked_at__isnull=False, admitted_at=None, ended_at=None)
        live = open_.filter(appointment__status__in=["booked", "checked_in"])
        return live.order_by("knocked_at")


class Visit(models.Model):
    """One appointment as it took place, made at the first knock. Times are UTC."""

    class Outcome(models.TextChoices):
        COMPLETED = "completed", _("Completed by video")
        BY_PHONE = "by_phone", _("Completed by phone")
        FAILED = "failed", _("Could not take place")
        NO_SHOW = "no_show", _("Nobody came")

    class Path(models.TextChoices):
        NONE = "none", _("Never connected")
        DIRECT = "direct", _("Direct")
        RELAY = "relay", _("By relay")

    class Medium(models.TextChoices):
        NONE = "none", _("None")
        AUDIO = "audio", _("Sound only")
        VIDEO = "video", _("Sound and picture")

    appointment = models.OneToOneField(Appointment, models.PROTECT, related_name="encounter")
    # The time and the provider that this room is for: another of either makes it another room.
    starts_at = models.DateTimeField(_("for the time"), editable=False)
    provider = models.ForeignKey(
        "appointments.Provider",
        models.PROTECT,
        related_name="+",
        db_index=False,
        editable=False,
        verbose_name=_("provider"),
    )
    room = models.CharField(max_length=32, unique=True, default=new_room, editable=False)
    # How often what holds in the room has changed: what is older is not believed any more.
    changes = models.PositiveIntegerField(default=0, editable=False)
    opened_at = models.DateTimeField(_("room opened"), editable=False)
    knocked_at = models.DateTimeField(_("patient came"), null=True, editable=False)
    admitted_at = models.DateTimeField(_("let in"), null=True, editable=False)
    admitted_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.SET_NULL,
        related_name="+",
        null=True,
        editable=False,
        verbose_name=_("let in by"),
    )
    connected_at = models.DateTimeField(_("first connected"), null=True, editable=False)
    by_phone_at = models.DateTimeField(_("by phone since"), null=True, editable=False)
    # Since when the patient of this room has another time; empty once they have come again.
    moved_at = models.DateTimeField(_("moved"), null=True, editable=False)
    ended_at = models.DateTimeField(_("ended"), null=True, editable=False)
    ended_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.SET_NULL,
        related_name="+",
        null=True,
        editable=False,
        verbose_name=_("ended by"),
    )
    outcome = models.CharField(_("outcome"), max_length=9, choices=Outcome.choices, blank=True)
    seconds_connected = models.PositiveIntegerField(_("seconds connected"), default=0)
    path = models.CharField(_("path"), max_length=6, choices=Path.choices, default=Path.NONE)
    medium = models.CharField(_("medium"), max_length=5, choices=Medium.choices, default="none")

    objects = VisitQuerySet.as_manager()

    class Meta:
        verbose_name = _("visit")
        verbose_name_plural = _("visits")
        default_permissions = ("view",)
        permissions = [
            ("conduct_visit", _("Can hold the visits of their own calendar")),
            ("conduct_any_visit", _("Can hold everybody’s visits")),
        ]
        constraints = [
            models.CheckConstraint(
                condition=Q(ended_at=None, outcome="") | Q(ended_at__isnull=False) & ~Q(outcome=""),
                name="visit_ends_with_an_outcome",
            ),
        ]
        indexes = [
            models.Index(
                fields=["knocked_at"],
                name="visit_waiting",
                condition=Q(knocked_at__isnull=False, admitted_at=None, ended_at=None),
            ),
        ]

    def __str__(self) -> str:
        return str(self.pk)


class VisitEvent(models.Model):
    """One thing that happened in or around a room. Written once; no words of anybody, no address.

    Like the audit trail it holds keys of accounts without a foreign key.
    """

    class Kind(models.TextChoices):
        KNOCKED = "knocked", _("Came")
        CHECK_PASSED = "check_passed", _("Camera and sound work")
        CHECK_FAILED = "check_failed", _("Camera or sound do not work")
        ADMITTED = "admitted", _("Let in")
        SENT_BACK = "sent_back", _("Sent back to wait")
        CONNECTED = "connected", _("Connected")
        LOST = "lost", _("Connection lost")
        PATH = "path", _("Path of the connection")
        MEDIUM = "medium", _("Sound or picture")
        BY_PHONE = "by_phone", _("Went on by phone")
        LEFT = "left", _("Left")
        MOVED = "moved", _("Moved to another time")
        HANDED_OVER = "handed_over", _("Handed over to another provider")
        CANCELLED = "cancelled", _("Cancelled")
        REOPENED = "reopened", _("Opened again")
        FINISHED = "finished", _("Ended")

    visit = models.ForeignKey(Visit, models.PROTECT, related_name="events", editable=False)
    at = models.DateTimeField(_("when"), editable=False)
    seat = models.CharField(_("who"), max_length=9, choices=Seat.choices, blank=True)
    account = models.BigIntegerField(_("account"), null=True, editable=False)
    kind = models.CharField(_("what"), max_length=12, choices=Kind.choices, editable=False)
    number = models.IntegerField(_("number"), null=True, editable=False)

    append_only = True

    class Meta:
        verbose_name = _("visit event")
        verbose_name_plural = _("visit events")
        ordering = ["at", "pk"]
        default_permissions = ("view",)

    def __str__(self) -> str:
        return self.get_kind_display()
