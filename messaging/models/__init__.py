"""The tables of messages between patients and the clinic."""

from messaging.models.danger_alerts import DangerAlert
from messaging.models.drafts import Attachment, AttachmentContent, Draft
from messaging.models.rules import MessagingRules, ReplyTemplate
from messaging.models.threads import Message, Team, Thread, ThreadStatus, Topic

__all__ = [
    "Attachment",
    "AttachmentContent",
    "DangerAlert",
    "Draft",
    "Message",
    "MessagingRules",
    "ReplyTemplate",
    "Team",
    "Thread",
    "ThreadStatus",
    "Topic",
]
