"""Whose link it is."""

from newsletter.models import Subscriber

MOST_MOVES = 20


def find(key: str) -> Subscriber | None:
    """The subscriber of a link's key, or who they have become by moving; None for nobody's."""
    found = Subscriber.objects.filter(key=key).first()
    for _ in range(MOST_MOVES):
        if found is None or found.successor is None:
            break
        found = found.successor
    return found
