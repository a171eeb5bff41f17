"""The workflow of calendar addresses: made and shown once, read by programs, revoked."""

from datetime import datetime

from django.db import transaction
from django.urls import reverse

from appointments.calendars import feed_files, ics
from appointments.calendars.feed_files import Listing
from appointments.models import Appointment
from core.database import database_time
from core.practice.models import Practice
from core.signed_links import absolute_url
from portal.models import CalendarSubscription, PatientAccount

MOST = 5  # of one account: a phone, a computer, and those that were forgotten


class TooMany(Exception):
    """The account has as many addresses as it may: one has to be revoked first."""


@transaction.atomic
def make(account: PatientAccount) -> str:
    """Return a new address, in the language of the page. Raises TooMany.

    It cannot be read again later: show it at once.
    """
    # Of two who make one at once the second counts the first.
    PatientAccount.objects.select_for_update(no_key=True).get(pk=account.pk)
    if account.calendar_subscriptions.count() >= MOST:
        raise TooMany
    token = feed_files.new_token()
    CalendarSubscription.objects.create(
        account=account,
        token_hash=feed_files.hashed(token),
        created_at=database_time.now(),
    )
    return absolute_url(reverse("portal:calendar_feed", args=[token]))


@transaction.atomic
def revoke(account: PatientAccount, pk: int) -> bool:
    """Let an address of this account lead nowhere from now on. False where it has no such one."""
    if not account.calendar_subscriptions.filter(pk=pk).delete()[0]:
        return False
    account.note_removal()
    return True


def find(token: str) -> CalendarSubscription | None:
    """Return the subscription at that address, with its account; None for a wrong or revoked one.

    None, too, once the account was ended.
    """
    rows = CalendarSubscription.objects.readable().select_related("account")
    return rows.filter(token_hash=feed_files.hashed(token)).first()


def listing(subscription: CalendarSubscription, now: datetime) -> Listing:
    """Return the visits that the account may see now, by the names that their own files have."""
    own = Appointment.objects.filter(patient__in=subscription.account.record_pks, erased_at=None)
    # Not the time of the last change: a visit that is not seen any more would leave none.
    return Listing(Practice.current().time_zone, feed_files.entries(own, now), ics.uid_of)
