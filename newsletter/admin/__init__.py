"""The newsletter in the admin. Every change of a status goes through the workflow modules."""

from newsletter.admin import consents, index_panels, issues, subscribers, topics

__all__ = ["consents", "index_panels", "issues", "subscribers", "topics"]
