"""The newsletter in the admin. Every change of a status goes through the workflow modules."""

from newsletter.admin import (
    consents,
    figures,
    index_panels,
    issues,
    list_uploads,
    subscribers,
    topics,
)

__all__ = ["consents", "figures", "index_panels", "issues", "list_uploads", "subscribers", "topics"]
