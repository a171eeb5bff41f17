"""The workflow of articles: it alone changes a status or what readers see.

`saving` keeps every save as a revision, `review` takes them through the hands of a clinician,
`online` puts them before readers and takes them away, `addresses` keeps old links working.
"""

from articles.publishing.publication import (
    archive,
    date_back,
    publish_due,
    publish_now,
    take_back_from_archive,
)
from articles.publishing.review import (
    approve,
    can_approve,
    confirm,
    reschedule,
    send_back,
    submit,
)
from articles.publishing.revisions import cleaned, create, record, restore, save
from articles.publishing.rules import NotPossible, Refused
from articles.publishing.slugs import rename
from articles.publishing.stored_content import content_of

__all__ = [
    "NotPossible",
    "Refused",
    "approve",
    "archive",
    "can_approve",
    "cleaned",
    "confirm",
    "content_of",
    "create",
    "date_back",
    "publish_due",
    "publish_now",
    "record",
    "rename",
    "reschedule",
    "restore",
    "save",
    "send_back",
    "submit",
    "take_back_from_archive",
]
