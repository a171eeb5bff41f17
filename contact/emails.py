"""The one mail that contact requests owe: to the front desk, a count, a time and a link."""

from datetime import datetime, timedelta

from django.conf import settings
from django.contrib.auth import get_user_model
from django.db import transaction
from django.db.models import Count, Max, Min
from django.urls import reverse
from django.utils.formats import date_format

from contact.models import ContactRequest
from core.mail import outbox
from core.practice.models import Practice
from core.signed_links import absolute_url

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
    since = waiting["first"].astimezone(Practice.current().zone)
    to_whom = recipients()
    for to in to_whom:
        outbox.enqueue(
            "contact_requests_open",
            key=f"contact-requests:{waiting['last']}:{to}",
            to=to,
            about="contact-requests",
            count=waiting["count"],
            since=date_format(since, "F j, g:i A"),
            link=absolute_url(reverse("admin:contact_requests")),
        )
    return len(to_whom)


def recipients() -> list[str]:
    """Return CONTACT_REQUEST_RECIPIENTS, or else the front desk, or else whoever may answer."""
    if settings.CONTACT_REQUEST_RECIPIENTS:
        return settings.CONTACT_REQUEST_RECIPIENTS
    answering = get_user_model().objects.filter(
        is_active=True,
        is_staff=True,
        groups__permissions__codename="change_contactrequest",
        groups__permissions__content_type__app_label="contact",
    )
    addresses = answering.values_list("email", flat=True).distinct()
    return sorted(addresses.filter(groups__name=DESK)) or sorted(addresses)
