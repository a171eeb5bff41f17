"""The kept pages that show providers, services, states or insurance."""

from core.cache import pages

TAG = "clinic"


def drop_pages() -> None:
    """Let them be made anew, once the transaction has committed."""
    pages.drop(TAG)
