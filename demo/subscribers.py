"""Invented subscribers of the newsletter: most get it, some left, a few addresses are gone."""

from datetime import datetime, timedelta
from random import Random

from core.people import email_addresses
from demo import patients
from newsletter.models import Consent, Origin, Subscriber, Topic
from newsletter.subscription import preferences
from newsletter.subscription.signup import consent_text

COUNT = 320
TOPICS = [
    ("Recovery", "recovery", "Small steps, cravings, sleep, and a return to use."),
    ("Medicine news", "medicine-news", "What is new, what is safe, and what it costs."),
    ("For families", "for-families", "How to help somebody, and yourself."),
]
Status = Subscriber.Status
# Of a hundred: the rest get it.
GONE = {Status.LEFT: 9, Status.BOUNCED: 3, Status.COMPLAINED: 1}


def create_subscribers(now: datetime) -> int:
    """Add the topics and the subscribers once; how many subscribers there were to add."""
    topics = [_topic(*each, position) for position, each in enumerate(TOPICS)]
    if Subscriber.objects.filter(email__endswith=f"@{patients.DOMAIN}").exists():
        return 0
    chance = Random("readers")  # noqa: S311  the same each time
    readers = [_reader(number, now, chance) for number in range(COUNT)]
    Subscriber.objects.bulk_create(readers)
    for reader in readers:
        _proof(reader)
        if chance.random() < 0.4:
            preferences.choose_topics(reader, chance.sample(topics, chance.choice([1, 2])))
    return COUNT


def _topic(name: str, slug: str, description: str, position: int) -> Topic:
    values = {"name": name, "description": description, "position": position}
    return Topic.objects.get_or_create(slug=slug, defaults=values)[0]


def _reader(number: int, now: datetime, chance: Random) -> Subscriber:
    first = chance.choice(patients.FIRST_NAMES.split()).lower()
    email = f"{first}.reads{number}@{patients.DOMAIN}"
    joined = now - timedelta(days=chance.randrange(1, 300), minutes=chance.randrange(1440))
    statuses = [*GONE, Status.ACTIVE]
    status = chance.choices(statuses, [*GONE.values(), 100 - sum(GONE.values())])[0]
    left = joined + (now - joined) * chance.random() if status != Status.ACTIVE else None
    pauses = status == Status.ACTIVE and chance.random() < 0.04
    return Subscriber(
        email=email_addresses.normalized(email),
        address_hash=email_addresses.keyed_hash(email),
        status=status,
        created_at=joined,
        joined_at=joined,
        left_at=left,
        paused_until=now + timedelta(weeks=3) if pauses else None,
    )


def _proof(reader: Subscriber) -> None:
    joined = reader.created_at
    came = Consent.objects.create(
        subscriber=reader,
        address_hash=reader.address_hash,
        kind=Consent.Kind.CONFIRMED,
        text=consent_text(),
        asked_at=joined - timedelta(minutes=3),
        at=joined,
        page="pages:home",
    )
    Origin.objects.create(consent=came, email=reader.email, network="192.0.2.1")
    if reader.left_at:
        Consent.objects.create(
            subscriber=reader,
            address_hash=reader.address_hash,
            kind=reader.status,
            at=reader.left_at,
            how="demo",
        )
