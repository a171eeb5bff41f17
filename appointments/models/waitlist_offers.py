"""The times that were offered to who waits. `waitlist` alone changes an offer."""

from datetime import datetime
from typing import Self

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _


class OfferStatus(models.TextChoices):
    OPEN = "open", _("Open")
    ACCEPTED = "accepted", _("Accepted")
    TAKEN = "taken", _("Taken by somebody else")
    DECLINED = "declined", _("Declined")
    LAPSED = "lapsed", _("Ran out")


class OfferQuerySet(models.QuerySet["WaitlistOffer"]):
    def open(self, now: datetime) -> Self:
        """Those that can still be accepted."""
        return self.filter(status=OfferStatus.OPEN, until__gt=now)

    def run_out(self, now: datetime) -> Self:
        """Those whose time is over and that nobody has closed yet."""
        return self.filter(status=OfferStatus.OPEN, until__lte=now)


class WaitlistOffer(models.Model):
    """A time offered to one who waits, until `until`. Up to three share one `hold`."""

    entry = models.ForeignKey("appointments.WaitlistEntry", models.CASCADE, related_name="offers")
    hold = models.ForeignKey(
        "appointments.Appointment",
        models.SET_NULL,
        related_name="+",
        null=True,
        help_text="Keeps the time for all to whom it is offered. Booked by the first.",
    )
    provider = models.ForeignKey(
        "appointments.Provider", models.CASCADE, related_name="+", db_index=False
    )
    starts_at = models.DateTimeField(_("starts"))
    status = models.CharField(
        _("status"), max_length=8, choices=OfferStatus.choices, default=OfferStatus.OPEN
    )
    created = models.DateTimeField(_("offered"))
    until = models.DateTimeField(_("offered until"))

    objects = OfferQuerySet.as_manager()

    class Meta:
        ordering = ["-created"]
        verbose_name = _("offer")
        verbose_name_plural = _("offers")
        constraints = [
            models.UniqueConstraint(
                fields=["entry", "starts_at"], name="waitlist_no_time_offered_twice"
            ),
            models.UniqueConstraint(
                fields=["entry"], condition=Q(status="open"), name="waitlist_one_offer_at_a_time"
            ),
            models.UniqueConstraint(
                fields=["hold"],
                condition=Q(status="accepted"),
                name="waitlist_time_accepted_once",
            ),
        ]
        indexes = [
            models.Index(fields=["until"], name="waitlist_open_offers", condition=Q(status="open")),
            models.Index(fields=["provider", "starts_at"], name="waitlist_offers_of_a_time"),
        ]

    def __str__(self) -> str:
        return f"{self.starts_at:%Y-%m-%d %H:%M} UTC"

    @property
    def local_start(self) -> datetime:
        """The start on the patient's wall clock."""
        return self.starts_at.astimezone(self.entry.patient_zone)

    @property
    def local_until(self) -> datetime:
        return self.until.astimezone(self.entry.patient_zone)
