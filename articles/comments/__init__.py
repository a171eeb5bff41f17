"""The workflow of comments: it alone writes one or changes whether readers see it.

`submission` takes in what readers and staff write, `moderation` is staff's word about it, `threads`
what the page shows, `links` the writer's secret address, `emails` the mails, `retention` what is
deleted when.
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
