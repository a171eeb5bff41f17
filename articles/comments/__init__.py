"""The workflow of comments: it alone writes one or changes whether readers see it.

`writing` takes in what readers and staff write, `deciding` is staff's word about it, `threads` what
the page shows, `links` the writer's secret address, `notices` the mails, `keeping` what goes when.
"""

from articles.comments.moderation import NotPossible, approve, mark_as_spam, reject
from articles.comments.retention import purge
from articles.comments.submission import answer, import_comment, is_open, submit, withdraw

__all__ = [
    "NotPossible",
    "answer",
    "approve",
    "import_comment",
    "is_open",
    "mark_as_spam",
    "purge",
    "reject",
    "submit",
    "withdraw",
]
