"""The one mail that contact requests owe: to the front desk, a count, a time and a link."""

from datetime import datetime, timedelta

from django.conf import settings
from django.db import transaction
from django.db.models import Count, Max, Min
from django.urls import reverse

from contact.models import ContactRequest
from core.mail import waiting_counts
from core.staff.models import User

AT_MOST_ONE_IN = timedelta(minutes=15)
DESK = "front desk"


@transaction.atomic
def email_front_desk(now: datetime) -> int:
    """Tell the desk how many requests are open, and return how many mails that makes.

    That is where one is new and the last mail is a quarter of an hour old. Safe to run twice, and
    at the same time.
    """
    untold = ContactRequest.objects.open().filter(told_at=None)
    if ContactRequest.objects.filter(told_at__gt=now - AT_MOST_ONE_IN).exists():
        return 0
    if not untold.update(told_at=now):  # of two at once the second finds none
        return 0
    waiting = ContactRequest.objects.open().aggregate(
        count=Count("pk"), first=Min("created_at"), last=Max("pk")
    )
    to_whom = recipients()
    for to in to_whom:
        waiting_counts.tell(
            "contact_requests_open",
            key=f"contact-requests:{waiting['last']}:{to}",
            to=to,
            about="contact-requests",
            count=waiting["count"],
            first=waiting["first"],
            page=reverse("admin:contact_requests"),
        )
    return len(to_whom)


def recipients() -> list[str]:
    """Return CONTACT_REQUEST_RECIPIENTS, or else the front desk, or else whoever may answer."""
    if settings.CONTACT_REQUEST_RECIPIENTS:
        return settings.CONTACT_REQUEST_RECIPIENTS
    answering = User.objects.whose_role_may("contact.change_contactrequest")
    addresses = answering.values_list("email", flat=True)
    return sorted(addresses.filter(groups__name=DESK)) or sorted(addresses)
