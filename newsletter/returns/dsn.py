"""Reading the reports that mail servers send: RFC 3464 (not delivered), RFC 5965 (spam). Pure."""

import hashlib
import re
from dataclasses import dataclass

from newsletter.returns.mime import Fields, Part, content_type, fields, opened, parts

LONGEST_WHY = 300
LONGEST_READ = 2000
MOST_RECIPIENTS = 20  # each of our letters has one
_ADDRESS = re.compile(r"(?<![^\s<>@;])<?[^\s<>@;]+@[^\s<>;]+>?")
_STATUS = re.compile(r"^\s*([245])\.(\d{1,3})\.(\d{1,3})\b")
# A full mailbox, a mail too big, a full system: another letter may arrive.
_PASSES = {("2", "2"), ("2", "3"), ("3", "1"), ("3", "4")}


@dataclass(frozen=True)
class Returned:
    """One recipient of one mail that did not arrive, or who reported it as spam."""

    event_id: str
    recipient: str
    quoted: str  # where the Message-ID of that mail stands
    why: str  # without an address
    complaint: bool = False
    passing: bool = False


def read(octets: bytes) -> list[Returned]:
    """Return what a mail reports: nothing for other mails, nor for delays (the server still tries).

    Raises TooOdd for a report that no mail server writes.
    """
    head, body = opened(octets)
    says = content_type(head)
    if says.kind != "multipart/report" or not says.boundary:
        return []
    if says.report not in ("feedback-report", "delivery-status"):
        return []
    found = parts(body, says.boundary)
    name = head.get("message-id") or hashlib.sha256(octets).hexdigest()
    if says.report == "feedback-report":
        return _complaint(found, head, name)
    return _failures(found, name)


def _failures(parts: list[Part], name: str) -> list[Returned]:
    return [
        Returned(
            event_id=f"{name}/{place}",
            recipient=_value(block, "original-recipient") or _value(block, "final-recipient"),
            quoted=_quoted(parts),
            why=without_addresses(f"{block.get('status', '')} {_value(block, 'diagnostic-code')}"),
            passing=passes(block.get("status", "")),
        )
        for place, block in enumerate(_blocks(parts))
        if block.get("action", "").lower() == "failed"
    ]


def _complaint(parts: list[Part], head: Fields, name: str) -> list[Returned]:
    report = _first(parts, "message/feedback-report")
    said = head if report is None else fields(report.text)
    kind = said.get("feedback-type", "abuse").lower()
    if kind == "not-spam":
        return []
    return [
        Returned(
            event_id=name,
            recipient=said.get("original-rcpt-to", "").strip(" <>"),
            quoted=_quoted(parts),
            why=without_addresses(kind),
            complaint=True,
        )
    ]


def passes(status: str) -> bool:
    """Whether this enhanced status code (RFC 3463) may be better next time."""
    found = _STATUS.match(status)
    return found is not None and (found[1] == "4" or (found[2], found[3]) in _PASSES)


def without_addresses(text: str) -> str:
    """One line without any address: reasons are counted together and outlive an erasure."""
    if len(text) > LONGEST_READ:  # the last word is cut: it may be half an address
        text = text[:LONGEST_READ].rpartition(" ")[0]
    return " ".join(_ADDRESS.sub("…", text).replace("\0", "").split())[:LONGEST_WHY]


def _blocks(parts: list[Part]) -> list[Fields]:
    """The fields about the whole mail, and then those of each recipient."""
    status = _first(parts, "message/delivery-status")
    if status is None:
        return []
    blocks = status.text.strip("\n").split("\n\n", MOST_RECIPIENTS + 1)
    return [fields(block) for block in blocks[: MOST_RECIPIENTS + 1]]


def _quoted(parts: list[Part]) -> str:
    """The Message-ID of the mail that this is about, from the copy of its head."""
    copy = _first(parts, "message/rfc822", "text/rfc822-headers")
    return "" if copy is None else fields(copy.text).get("message-id", "")


def _first(parts: list[Part], *kinds: str) -> Part | None:
    return next((part for part in parts if part.kind in kinds), None)


def _value(block: Fields, field: str) -> str:
    """What stands after `rfc822;` or `smtp;`."""
    return block.get(field, "").partition(";")[2].strip().strip("<>")
