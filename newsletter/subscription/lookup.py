"""Finding the subscriber of a link, also after they moved to another address."""

from newsletter.models import Subscriber

MOST_MOVES = 20


def find_subscriber(key: str) -> Subscriber | None:
    """Return the subscriber with this key, or whom they became by moving; None for nobody's."""
    found = Subscriber.objects.filter(key=key).first()
    for _ in range(MOST_MOVES):
        if found is None or found.successor is None:
            break
        found = found.successor
    return found
