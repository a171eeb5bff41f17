"""Reading the reports that mail servers send: RFC 3464 and 6533 (not delivered), 5965 (spam). Pure.

Reports also come without a report-type, as multipart/mixed (OpenSMTPD), and inside another mail.
flufl.bounce knows more shapes, but tells addresses only, not the reason nor which mail it was.
"""

import hashlib
import re
from collections.abc import Iterator
from dataclasses import dataclass

from core.mail import bounce_classification
from newsletter.bounces.mime_parser import (
    ContentType,
    Fields,
    Part,
    content_type,
    fields,
    opened,
    parts,
)

LONGEST_WHY = 300
LONGEST_READ = 2000
MOST_RECIPIENTS = 20  # each of our mails has one
DEEPEST = 4
LONGEST_NOTICE = 16 * 1024  # of a head that is asked who sent it
_ADDRESS = re.compile(r"(?<![^\s<>@;])<?[^\s<>@;]+@[^\s<>;]+>?")
_TYPE = re.compile(r"\s*[a-z0-9-]{1,40}\s*;", re.IGNORECASE)  # `rfc822;` or `smtp;`
_WORD = re.compile(r"\s*([a-z]+)", re.IGNORECASE)
_STATUS = ("message/delivery-status", "message/global-delivery-status")
_FEEDBACK = ("message/feedback-report",)
_MAILS = ("message/rfc822", "message/global")
_COPIES = (*_MAILS, "text/rfc822-headers", "message/global-headers")
# RFC 5965 and the registry of feedback types: the others say nothing against our mail.
COMPLAINTS = {"", "abuse", "opt-out"}
# RFC 3464, 2 and 3461; a line with another name goes on with the line above it.
_FIELDS = {
    *("original-envelope-id", "reporting-mta", "dsn-gateway", "received-from-mta", "arrival-date"),
    *("original-recipient", "final-recipient", "action", "status", "remote-mta", "diagnostic-code"),
    *("last-attempt-date", "final-log-id", "will-retry-until", "localized-diagnostic-code"),
}
_NAMES_ITSELF = re.compile(r"^message-id:", re.IGNORECASE | re.MULTILINE)
_THREAD = re.compile(
    r"^(?:references|in-reply-to):[^\n]*(?:\n[ \t][^\n]*)*", re.IGNORECASE | re.MULTILINE
)


@dataclass(frozen=True)
class ReportedRecipient:
    """One recipient of one mail that did not arrive, or who reported it as spam."""

    event_id: str
    recipient: str
    quoted: str  # where the Message-ID of that mail stands
    why: str  # without an address
    complaint: bool = False
    bounce: bounce_classification.Bounce = bounce_classification.Bounce.SOFT

    @property
    def harmless(self) -> bool:
        """Return whether it says nothing against the reader's address."""
        return not self.complaint and self.bounce != bounce_classification.Bounce.HARD


def read(octets: bytes) -> list[ReportedRecipient]:
    """Return what a mail reports: nothing for other mails, nor for delays (the server still tries).

    Raises TooOdd for a report that no mail server writes.
    """
    head, body = opened(octets)
    says = content_type(head)
    found = list(_reports(says, body, DEEPEST))
    if not found:
        return []
    name = head.get("message-id") or hashlib.sha256(octets).hexdigest()
    around = "\n".join(head.values())
    return [
        reported
        for nth, report in enumerate(found)
        for reported in _read(report, head, around, f"{name}+{nth}" if nth else name)
    ]


def is_notice(octets: bytes) -> bool:
    """Return whether a program sent this mail about another one: it has no sender.

    So RFC 5321, 4.5.5 has it. Reports in plain words are such, too, and only a person can tell
    whose they are.
    """
    head = fields(octets[:LONGEST_NOTICE].replace(b"\r\n", b"\n").decode("utf-8", "replace"))
    return head.get("return-path", "").replace(" ", "") == "<>" or "x-failed-recipients" in head


def strip_addresses(text: str) -> str:
    """Return one line without any address: equal reasons are counted, and outlive an erasure."""
    if len(text) > LONGEST_READ:  # the last word is cut: it may be half an address
        text = text[:LONGEST_READ].rpartition(" ")[0]
    return " ".join(_ADDRESS.sub("…", text).replace("\0", "").split())[:LONGEST_WHY]


def _reports(says: ContentType, body: str, deeper: int) -> Iterator[list[Part]]:
    """The parts of each report in a mail: it is one, or holds some, as a part or as an attachment.

    What a report is about is no report: a copy beside it is not looked into.
    """
    if not says.boundary or not says.kind.startswith("multipart/"):
        return
    found = parts(body, says.boundary)
    if _first(found, *_STATUS, *_FEEDBACK) or says.report == "feedback-report":
        yield found
        return
    for part in found if deeper else ():
        inner, text = ContentType(part.kind, "", part.boundary), part.text
        if part.kind in _MAILS:
            head, text = opened(text.encode())
            inner = content_type(head)
        for report in _reports(inner, text, deeper - 1):
            # Its copy may stand beside it, one level up.
            yield [*report, *(each for each in found if each is not part)]


def _read(report: list[Part], head: Fields, around: str, name: str) -> list[ReportedRecipient]:
    quoted = "\n".join([*map(_named, _in_order(report)), around])
    said = _first(report, *_STATUS)
    if said is None:
        return _complaint(report, head, name, quoted)
    return [
        ReportedRecipient(
            event_id=f"{name}/{place}",
            recipient=_value(block, "original-recipient") or _value(block, "final-recipient"),
            quoted=quoted,
            why=strip_addresses(f"{block.get('status', '')} {_value(block, 'diagnostic-code')}"),
            bounce=bounce_classification.classify(
                block.get("status", ""), _value(block, "diagnostic-code")
            ),
        )
        for place, block in enumerate(_blocks(said))
        if _failed(block)
    ]


def _failed(block: Fields) -> bool:
    """`failed`, and how some servers write it; without any action, a code for good says so."""
    word = _WORD.match(block.get("action", ""))
    if word is None:
        return "final-recipient" in block and block.get("status", "").startswith("5")
    action = word[1].lower()
    return action.startswith("fail") or action in ("expired", "undeliverable", "bounced")


def _complaint(report: list[Part], head: Fields, name: str, quoted: str) -> list[ReportedRecipient]:
    feedback = _first(report, *_FEEDBACK)
    said = head if feedback is None else fields(feedback.text)
    kind = said.get("feedback-type", "").strip().lower()
    if kind not in COMPLAINTS:
        return []
    return [
        ReportedRecipient(
            event_id=name,
            recipient=said.get("original-rcpt-to", "").strip(" <>"),
            quoted=quoted,
            why=strip_addresses(kind or "abuse"),
            complaint=True,
        )
    ]


def _blocks(said: Part) -> list[Fields]:
    """The fields about the whole mail, and then those of each recipient."""
    blocks = said.text.strip("\n").split("\n\n", MOST_RECIPIENTS + 1)
    return [fields(block.lstrip("\n"), _FIELDS) for block in blocks[: MOST_RECIPIENTS + 1]]


def _in_order(report: list[Part]) -> list[Part]:
    """The copy of the mail first: it names itself for sure."""
    return sorted(report, key=lambda part: part.kind not in _COPIES)


def _named(part: Part) -> str:
    """Return where a part may name our mail. The thread that another mail belongs to is no name.

    A colleague's answer to an issue quotes us in its References. That it bounced says nothing about
    the issue.
    """
    text = part.text
    if part.kind in _COPIES:
        text = text.lstrip("\n").partition("\n\n")[0]
    return _THREAD.sub("", text) if _NAMES_ITSELF.search(text) else text


def _first(parts: list[Part], *kinds: str) -> Part | None:
    return next((part for part in parts if part.kind in kinds), None)


def _value(block: Fields, field: str) -> str:
    """What stands after `rfc822;` or `smtp;`, where such a type is named."""
    text = block.get(field, "")
    kind = _TYPE.match(text)
    return (text[kind.end() :] if kind else text).strip().strip("<>")
