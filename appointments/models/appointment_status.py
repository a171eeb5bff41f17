"""Which status a visit or hold can have, and the questions that are asked by it."""

from datetime import datetime, timedelta
from typing import Any, Self

from django.db import models
from django.db.models import Q
from django.db.models.functions import Lower, Now
from django.utils.translation import gettext_lazy as _


class Status(models.TextChoices):
    HELD = "held", _("Held")
    BOOKED = "booked", _("Booked")
    CHECKED_IN = "checked_in", _("Checked in")
    COMPLETED = "completed", _("Completed")
    NO_SHOW = "no_show", _("No-show")
    CANCELLED = "cancelled", _("Cancelled")
    RELEASED = "released", _("Released")
    EXPIRED = "expired", _("Expired")


# What went wrong is noticed on the day, or when staff look the week over.
STAFF_CHANGE_FOR = timedelta(days=7)
# Those that keep their time.
LIVE = (Status.HELD, Status.BOOKED, Status.CHECKED_IN)


# Who changed a visit, where it was none of the staff.
PATIENT, SYSTEM = "patient", "system"
LATE_AFTER = timedelta(minutes=1)  # then somebody who was expected is late
PATIENT, SYSTEM = "patient", "system"  # who changed it, where no member of the staff did
SEES_RESTRICTED = "appointments.view_restricted_patient"


class AppointmentQuerySet(models.QuerySet):
    def live(self) -> Self:
        """Appointments and holds that keep their time."""
        return self.filter(status__in=LIVE)

    def blocking(self, now: datetime) -> Self:
        """Live ones without the holds that have run out by `now`."""
        return self.live().exclude(status=Status.HELD, held_until__lte=now)

    def overlapping(self, start: datetime, end: datetime) -> Self:
        """Those that, buffers included, share any instant with [start, end)."""
        return self.filter(blocked__overlap=(start, end))

    def expired(self, now: datetime) -> Self:
        """Holds that have run out and still keep their time in the table."""
        return self.filter(status=Status.HELD, held_until__lte=now)

    def abandoned(self) -> Self:
        """Holds that came to nothing. They carry no personal data."""
        return self.unconfirmed().filter(patient__isnull=True)

    def unconfirmed(self) -> Self:
        """What ended before it was booked: holds, and visits that nobody confirmed."""
        return self.filter(status__in=[Status.RELEASED, Status.EXPIRED], erased_at=None)

    def holds(self) -> Self:
        """Times kept while somebody fills in the form. A row with a patient is a visit."""
        return self.filter(status=Status.HELD, patient__isnull=True)

    def upcoming(self, now: datetime) -> Self:
        """Booked and not begun."""
        return self.filter(status=Status.BOOKED, starts_at__gt=now)

    def open_to_staff(self, now: datetime) -> Self:
        """Visits that staff still move and cancel, begun or not: nothing came of them yet."""
        nothing_yet = self.filter(status__in=[Status.BOOKED, Status.CHECKED_IN])
        return nothing_yet.filter(ends_at__gt=now - STAFF_CHANGE_FOR)

    def changeable(self, now: datetime) -> Self:
        """Visits that their patient can still move: booked, or kept until they are confirmed."""
        waiting = Q(status=Status.HELD, patient__isnull=False, held_until__gt=now)
        return self.filter(waiting | Q(status=Status.BOOKED), starts_at__gt=now)

    def visits(self) -> Self:
        """Those with a patient: without holds, but with visits that wait to be confirmed."""
        return self.filter(patient__isnull=False)

    def visible_to(self, user: Any) -> Self:
        """Those that this member of the staff may find: of restricted records only what is ahead
        or was within a day, unless they have the right to see them."""
        if user.has_perm(SEES_RESTRICTED):
            return self
        of_the_day = Q(ends_at__gt=Now() - timedelta(days=1))
        return self.filter(Q(patient__restricted_at=None) | of_the_day)

    def of_address(self, email: str) -> Self:
        """Those booked with that e-mail address, whatever its case."""
        # Said as the index says it.
        found = self.exclude(email="").alias(address=Lower("email"))
        return found.filter(address=email.strip().lower())
