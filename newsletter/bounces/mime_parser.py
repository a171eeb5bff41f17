"""Cut a mail of a stranger into its fields and parts. Pure.

Python's own parser takes seconds for 50 kB that somebody made for it: it looks at every line once
for each part around it, and at every parameter once for each other one. A report needs none of
that: its parts stand side by side (RFC 6522), a few levels deep where somebody forwards it. Here
each byte is looked at a fixed number of times.
"""

import binascii
import quopri
import re
from collections.abc import Collection
from dataclasses import dataclass
from email.message import Message
from email.utils import collapse_rfc2231_value

LONGEST_HEAD = 64 * 1024
LONGEST_VALUE = 1000
MOST_PARTS = 20
Fields = dict[str, str]
_BEGINS_A_PART = re.compile(r"^--([^\n]{1,200})\ncontent-", re.IGNORECASE | re.MULTILINE)


class TooOdd(ValueError):
    """No mail server writes such a mail."""


@dataclass(frozen=True)
class ContentType:
    kind: str  # such as multipart/report
    report: str  # such as delivery-status
    boundary: str


@dataclass(frozen=True)
class Part:
    """One part; `text` is decoded, and `boundary` parts what is inside it, where something is."""

    kind: str
    text: str
    boundary: str = ""


def opened(octets: bytes) -> tuple[Fields, str]:
    """Return the fields of a mail and the text below them. Raises TooOdd where no head ends."""
    octets = octets.replace(b"\r\n", b"\n")
    if b"\n" not in octets:
        octets = octets.replace(b"\r", b"\n")
    head, body = _split(octets.decode("utf-8", "replace"))
    if len(head) > LONGEST_HEAD:
        raise TooOdd("Its head is too long")
    return fields(head), body


def fields(text: str, known: Collection[str] = ()) -> Fields:
    """Return the fields at the top of `text`, unfolded, by their names in small letters.

    Of several with one name the first counts. A value is cut after LONGEST_VALUE characters. Where
    the names that can come are `known`, another line goes on with the value above it, as some
    servers write: no blank at its beginning. `X-` fields are always known.
    """
    found: dict[str, list[str]] = {}
    value: list[str] = []
    for line in _split(text)[0][:LONGEST_HEAD].split("\n"):
        name, colon, first = line.partition(":")
        name = name.strip().lower()
        strange = known and name not in known and not name.startswith("x-")
        if line[:1] in (" ", "\t") or strange:
            value.append(f" {line}" if strange else line)
            continue
        value = [first]
        if colon:
            found.setdefault(name, value)
    return {name: " ".join("".join(lines).split())[:LONGEST_VALUE] for name, lines in found.items()}


def content_type(head: Fields) -> ContentType:
    """Return what the Content-Type says; text/plain where there is none, as RFC 2045 has it."""
    # The library knows all spellings. It is slow only where a value is long, and none is.
    reader = Message()
    reader["Content-Type"] = head.get("content-type", "text/plain")
    report = collapse_rfc2231_value(reader.get_param("report-type", "") or "")
    return ContentType(reader.get_content_type(), report.lower(), reader.get_boundary("") or "")


def parts(body: str, boundary: str) -> list[Part]:
    """Return what stands between the lines of `boundary`. Raises TooOdd beyond MOST_PARTS.

    Where none stands there, what the first line looks like that begins a part is taken for it:
    gateways rewrite the head of a mail.
    """
    found = _between(body, boundary)
    if not found and (other := _BEGINS_A_PART.search(body)):
        found = _between(body, other[1].rstrip())
    return found


def _between(body: str, boundary: str) -> list[Part]:
    found: list[list[str]] = []
    inside: list[str] = []  # before the first boundary: nobody reads it
    for line in body.split("\n"):
        if not line.startswith(f"--{boundary}"):
            inside.append(line)
            continue
        rest = line[len(boundary) + 2 :].rstrip()
        if rest == "--":
            break
        if rest:  # another boundary that begins alike
            inside.append(line)
            continue
        if len(found) == MOST_PARTS:
            raise TooOdd("It has too many parts")
        inside = []
        found.append(inside)
    return [_part("\n".join(lines)) for lines in found]


def _part(text: str) -> Part:
    head, body = fields(text), _split(text)[1]
    says = content_type(head)
    if says.boundary:
        return Part(says.kind, body, says.boundary)
    return Part(says.kind, _decoded(body, head.get("content-transfer-encoding", "").lower()))


def _decoded(body: str, encoding: str) -> str:
    """The text behind base64 or quoted-printable; another is as it is, and so is a broken one."""
    octets = body.encode()
    try:
        if encoding == "base64":
            octets = binascii.a2b_base64(octets)
        elif encoding == "quoted-printable":
            octets = quopri.decodestring(octets)
        else:
            return body
    except ValueError:
        return body
    return octets.decode("utf-8", "replace").replace("\r\n", "\n")


def _split(text: str) -> tuple[str, str]:
    """What stands before the first empty line, and what stands after it."""
    if text.startswith("\n"):
        return "", text[1:]
    head, _empty, body = text.partition("\n\n")
    return head, body
