"""Reading the reports that mail servers send: RFC 3464 (not delivered), RFC 5965 (spam). Pure."""

import email
import email.policy
import hashlib
import re
from dataclasses import dataclass
from email.message import EmailMessage, Message

LONGEST_WHY = 300
_ADDRESS = re.compile(r"<?[^\s<>@;]+@[^\s<>;]+>?")
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
    """What a mail reports. Nothing for other mails, and for mere delays: the server still tries."""
    message = email.message_from_bytes(octets, policy=email.policy.default)
    kind = str(message.get_param("report-type", "")).lower()
    if message.get_content_type() != "multipart/report":
        return []
    if kind == "feedback-report":
        return _complaint(message, octets)
    return _failures(message, octets) if kind == "delivery-status" else []


def _failures(message: EmailMessage, octets: bytes) -> list[Returned]:
    found = []
    for place, block in enumerate(_blocks(message)):
        if str(block.get("Action", "")).strip().lower() != "failed":
            continue
        status = str(block.get("Status", ""))
        diagnosis = _value(block, "Diagnostic-Code")
        found.append(
            Returned(
                event_id=f"{_name(message, octets)}/{place}",
                recipient=_value(block, "Original-Recipient") or _value(block, "Final-Recipient"),
                quoted=_quoted(message),
                why=without_addresses(f"{status.strip()} {diagnosis}"),
                passing=passes(status),
            )
        )
    return found


def _complaint(message: EmailMessage, octets: bytes) -> list[Returned]:
    fields = next(_parts(message, "message/feedback-report"), None)
    said = _headers_within(fields) if fields is not None else message
    kind = str(said.get("Feedback-Type", "abuse")).strip().lower()
    if kind == "not-spam":
        return []
    return [
        Returned(
            event_id=_name(message, octets),
            recipient=str(said.get("Original-Rcpt-To", "")).strip(" <>"),
            quoted=_quoted(message),
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
    return " ".join(_ADDRESS.sub("…", text).replace("\0", "").split())[:LONGEST_WHY]


def _blocks(message: EmailMessage) -> list[Message]:
    """The fields of each recipient; those about the whole message come first and are left out."""
    for part in _parts(message, "message/delivery-status"):
        blocks = part.get_payload()
        return [each for each in blocks if isinstance(each, Message)] if blocks else []
    return []


def _parts(message: EmailMessage, kind: str):
    return (part for part in message.walk() if part.get_content_type() == kind)


def _headers_within(part: Message) -> Message:
    """A part's text, or its only part, read as header fields."""
    inner = part.get_payload()
    if isinstance(inner, list):
        first = inner[0] if inner else part
        return first if isinstance(first, Message) else part
    return email.message_from_string(str(inner))


def _quoted(message: EmailMessage) -> str:
    """The Message-ID of the mail that this is about, from the copy of its headers."""
    for part in message.walk():
        if part.get_content_type() in ("message/rfc822", "text/rfc822-headers"):
            inner = _headers_within(part)
            return str(inner.get("Message-ID", ""))
    return ""


def _value(block: Message, field: str) -> str:
    """What stands after `rfc822;` or `smtp;`."""
    return str(block.get(field, "")).partition(";")[2].strip().strip("<>")


def _name(message: EmailMessage, octets: bytes) -> str:
    """Its own Message-ID; where a server gives none, a hash of it all."""
    return str(message.get("Message-ID", "")).strip() or hashlib.sha256(octets).hexdigest()
