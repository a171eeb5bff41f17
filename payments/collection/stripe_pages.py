"""How long Stripe's own pages stand open, and how long it may take to have one made. Pure."""

from datetime import timedelta

STAYS_OPEN = timedelta(minutes=40)  # Stripe's least is 30
STILL_USEFUL = timedelta(minutes=3)
MAKING_TAKES = timedelta(seconds=30)  # at most, see SECONDS of the client
