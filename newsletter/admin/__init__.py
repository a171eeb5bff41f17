"""The newsletter in the admin."""

from newsletter.admin import proofs, subscribers, topics

__all__ = ["proofs", "subscribers", "topics"]
