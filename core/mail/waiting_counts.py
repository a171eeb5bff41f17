"""Mails to staff that something waits for them: how many, since when, and where. Never whose."""

from datetime import datetime

from django.utils.formats import date_format

from core.mail import outbox
from core.practice.models import Practice
from core.signed_links import absolute_url


def tell(
    template: str,
    *,
    key: str,
    to: str,
    about: str,
    count: int,
    first: datetime,
    page: str,
    overtakes: bool = False,
) -> None:
    """Say how many wait, the `first` since then on the practice's clock, with a link to `page`."""
    outbox.enqueue(
        template,
        key=key,
        to=to,
        about=about,
        overtakes=overtakes,
        count=count,
        since=date_format(first.astimezone(Practice.current().zone), "F j, g:i A"),
        link=absolute_url(page),
    )
