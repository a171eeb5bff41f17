"""One issue to one address, to look at. It counts for nothing, and nobody is looked up."""

from newsletter.delivery.mime import NoSuchAddress, Post, Recipient, recipient, return_path
from newsletter.delivery.smtp_client import Line
from newsletter.issues import rendering
from newsletter.issues.merge_tags import PATTERN
from newsletter.models import Issue
from newsletter.models.subscribers import new_key


class Refused(Exception):
    """The server does not take it. Its words say why."""


def send(issue: Issue, *, to: str) -> None:
    """As every reader gets it, but with links that belong to nobody. Raises Away or Refused."""
    try:
        address = recipient(to)
    except NoSuchAddress as error:
        raise Refused(str(error)) from error
    octets = Post(rendering.write(issue), issue=issue.pk).octets(Recipient(address, new_key()))
    line = Line(return_path())
    try:
        line.offer(address)
        sender, taken = line.taken()
        if taken is None or not taken.accepted:
            raise Refused((taken or sender).reason)
        leave = line.data()
        if leave.code != 354:
            raise Refused(leave.reason)
        line.finish(octets)
        verdict = line.verdict()
        if not verdict.accepted:
            raise Refused(verdict.reason)
    finally:
        line.close()


def readable(text: str) -> str:
    """A letter's text for a page of ours, its slots as what they stand for."""
    return PATTERN.sub(lambda found: f"[{found[1]}]", text)
