"""A clinic to look at: fictitious people, real rules. `load` fills an empty database.

Everything follows from names and dates by seeded chance, so that two people see the same clinic.
Loading again on the same day adds nothing; on a later day it fills up the weeks ahead.
"""

from dataclasses import dataclass
from datetime import datetime

from django.db import transaction

from articles.seed_library import load_library
from demo import (
    clinic,
    comments,
    contact,
    days_off,
    issues,
    mails,
    messages,
    spanish,
    states,
    subscribers,
    texts,
    visits,
    waitlist,
)
from pages.text_pages import loading as text_pages


@dataclass(frozen=True)
class Loaded:
    """What loading did."""

    providers: int
    visits: int
    articles: int
    readers: int


@transaction.atomic
def load(now: datetime) -> Loaded:
    """Fill the database up to four weeks after `now`; how much there was to add."""
    clinic.create_practice()
    providers = clinic.create_providers(now.date())
    services = clinic.create_services(providers)
    states.create_states()
    days_off.create_days_off(now.date(), providers)
    visits.settle_past_visits(now)
    booked = visits.book_visits(providers, services, now)
    mails.create_mails(now)
    texts.create_texts(now)
    waitlist.create_waitlist(services, now)
    contact.create_requests(now)
    messages.create_messages(now)
    articles = load_library()
    text_pages.load()
    clinic.link_reviewer()
    comments.create_comments(now)
    new_readers = subscribers.create_subscribers(now)
    issues.create_issues(now)
    spanish.write_spanish()
    return Loaded(len(providers), booked, articles.new, new_readers)
