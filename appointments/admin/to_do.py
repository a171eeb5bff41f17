"""What of visits and providers waits for somebody at the desk."""

from datetime import timedelta

from django.contrib import admin
from django.core.cache import cache
from django.db.models import CharField, Exists, OuterRef, Q, QuerySet, Value
from django.db.models.functions import Cast, Concat
from django.http import HttpRequest

from appointments.admin import practice_time
from appointments.conflicts import detection
from appointments.emails import visit_outbox
from appointments.models import Appointment, License
from core.circuit_breaker import cache_breaker
from core.database import database_time
from core.mail.models import OutgoingEmail

LICENSE_DAYS = 60  # before a license ends, its renewal is due
# Every page counts them, and each count reads all that is booked: a number as old as this will do.
CONFLICTS_FOR = 60  # seconds
_CONFLICTS = "to-do:conflicts"


@admin.site.register_to_do  # type: ignore[attr-defined]  # our site: core.staff
def failed_mails(request: HttpRequest) -> QuerySet[Appointment] | None:
    """Return the visits ahead whose patient did not get the last e-mail, nor a call since."""
    if not request.user.has_perm("appointments.change_appointment"):
        return None
    # Both are read once, and compared: asked for by number, each visit of years would be looked up.
    own = Concat(Value(visit_outbox.ABOUT), Cast(OuterRef("pk"), CharField()))
    ahead = Appointment.objects.filter(starts_at__gt=database_time.now())
    ours = OutgoingEmail.objects.failed().filter(overtaken=False, about=own).order_by()
    uncalled = Q(called_at=None) | Q(Exists(ours.filter(created_at__gt=OuterRef("called_at"))))
    return ahead.filter(uncalled, Exists(ours))


@admin.site.register_to_do  # type: ignore[attr-defined]  # our site: core.staff
def conflicts(request: HttpRequest) -> int | None:
    """Return how many visits cannot take place as booked."""
    if not request.user.has_perm("appointments.change_appointment"):
        return None
    count = cache_breaker.attempt(lambda: cache.get(_CONFLICTS))
    if count is None:
        count = len(detection.standing())
        cache_breaker.attempt(lambda: cache.set(_CONFLICTS, count, CONFLICTS_FOR))
    return count


@admin.site.register_to_do  # type: ignore[attr-defined]  # our site: core.staff
def licenses(request: HttpRequest) -> QuerySet[License] | None:
    """Return the licenses that end soon and that no later one follows."""
    if not request.user.has_perm("appointments.change_license"):
        return None
    today = practice_time.today()
    later = License.objects.filter(
        provider=OuterRef("provider"), state=OuterRef("state"), expires__gt=OuterRef("expires")
    )
    ends = License.objects.filter(
        provider__active=True,
        expires__range=(today, today + timedelta(days=LICENSE_DAYS)),
    )
    return ends.exclude(Exists(later.order_by()))
