"""How long things last and take at Stripe, and when it is asked again."""

from datetime import datetime, timedelta

KEYS_LAST = timedelta(hours=23)  # Stripe forgets the key of a request after 24
STAYS_OPEN = timedelta(minutes=40)  # Stripe's least is 30
STILL_USEFUL = timedelta(minutes=3)
MAKING_TAKES = timedelta(seconds=30)  # at most, see SECONDS of the client
# How soon Stripe is asked again of what is open, by how old it is.
LOOKS = ((timedelta(minutes=5), timedelta(minutes=1)), (timedelta(hours=1), timedelta(minutes=5)))
LOOKS_LATER = timedelta(minutes=15)


def next_look(created_at: datetime, now: datetime) -> datetime:
    """Return when to ask Stripe again of what was begun then."""
    age = now - created_at
    return now + next((pause for until, pause in LOOKS if age < until), LOOKS_LATER)
