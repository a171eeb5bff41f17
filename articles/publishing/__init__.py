"""The workflow of articles: it alone changes a status or what readers see.

`revisions` keeps every save, `review` takes it through the hands of a clinician, `publication` puts
it before readers and takes it away, `slugs` keeps old links working.
"""

from articles.publishing.publication import (
    archive,
    backdate,
    publish_due,
    publish_now,
    unarchive,
)
from articles.publishing.review import (
    approve,
    can_approve,
    confirm_review,
    reschedule,
    send_back,
    submit,
)
from articles.publishing.revisions import clean_content, create, record_revision, restore, save
from articles.publishing.rules import NotPossible, Refused
from articles.publishing.slugs import rename
from articles.publishing.stored_content import content_of

__all__ = [
    "NotPossible",
    "Refused",
    "approve",
    "archive",
    "backdate",
    "can_approve",
    "clean_content",
    "confirm_review",
    "content_of",
    "create",
    "publish_due",
    "publish_now",
    "record_revision",
    "rename",
    "reschedule",
    "restore",
    "save",
    "send_back",
    "submit",
    "unarchive",
]
