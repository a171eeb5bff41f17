"""One issue to one address, to look at: it is counted nowhere, and no reader is looked up."""

from newsletter.delivery.mime import (
    InvalidAddress,
    IssueMessage,
    Recipient,
    return_path,
    smtp_address,
)
from newsletter.delivery.smtp_client import SMTPClient
from newsletter.issues import rendering
from newsletter.issues.merge_tags import PATTERN
from newsletter.models import Issue
from newsletter.models.subscribers import new_key


class NotAccepted(Exception):
    """The server does not take it. Its text says why."""


def send(issue: Issue, *, to: str) -> None:
    """Send it as every reader gets it, but with links that belong to nobody.

    Raises ServerUnavailable or NotAccepted.
    """
    try:
        address = smtp_address(to)
    except InvalidAddress as error:
        raise NotAccepted(str(error)) from error
    message = IssueMessage(rendering.render(issue), issue=issue.pk)
    text = message.octets(Recipient(address, new_key()))
    client = SMTPClient(return_path())
    try:
        _send(client, address, text)
    finally:
        client.close()


def _send(client: SMTPClient, address: str, text: bytes) -> None:
    client.offer_recipient(address)
    sender, recipient = client.read_recipient_reply()
    if recipient is None or not recipient.accepted:
        raise NotAccepted((recipient or sender).reason)
    go_on = client.start_text()
    if go_on.code != 354:
        raise NotAccepted(go_on.reason)
    client.send_text(text)
    reply = client.read_text_reply()
    if not reply.accepted:
        raise NotAccepted(reply.reason)


def readable(text: str) -> str:
    """Return an issue's text for a page of ours: `[unsubscribe]` for its merge tag."""
    return PATTERN.sub(lambda found: f"[{found[1]}]", text)
