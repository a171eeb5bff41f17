"""The newsletter in the admin. Every change of a state goes through the workflow modules."""

from newsletter.admin import issues, panels, proofs, subscribers, topics

__all__ = ["issues", "panels", "proofs", "subscribers", "topics"]
