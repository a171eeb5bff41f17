"""The text of an export, read in its own encoding and cut at its entries, however large it is."""

import codecs
import re
from collections.abc import Iterator
from pathlib import Path

CHUNK, LONGEST_ENTRY, LONGEST_HEAD = 1 << 20, 8_000_000, 50_000_000
TOKEN = re.compile(r"<item(?:\s[^<>]*)?>|</item>|<!\[CDATA\[|\]\]>")
LONGEST_TOKEN = 200
UNREADABLE = "\ufffd"
# What XML cannot hold, and WordPress exports all the same.
NOT_XML = dict.fromkeys([*range(0x09), 0x0B, 0x0C, *range(0x0E, 0x20), 0xFFFE, 0xFFFF])
# Text of Windows that went through a database as Latin-1 has its quotes among these controls.
NOT_XML |= {code: bytes([code]).decode("cp1252", errors="replace") for code in range(0x80, 0xA0)}
NAMED_NOT_XML = re.compile(
    r"&#(?:x0*(?:[0-8bcef]|1[0-9a-f])|0*(?:[0-8]|1[124-9]|2\d|3[01]));", re.I
)
BEGINNINGS = {
    codecs.BOM_UTF8: "utf-8-sig",
    codecs.BOM_UTF32_LE: "utf-32",  # before UTF-16, whose mark it begins with
    codecs.BOM_UTF32_BE: "utf-32",
    codecs.BOM_UTF16_LE: "utf-16",
    codecs.BOM_UTF16_BE: "utf-16",
    b"<\0?\0": "utf-16-le",
    b"\0<\0?": "utf-16-be",
}
DECLARED = re.compile(rb"""\s*+<\?xml\b[^>]*?\bencoding\s*=\s*["']([\w.:-]+)["']""")
# As browsers read them: the name says less than what is written.
MEANT = {"iso8859-1": "cp1252", "ascii": "cp1252", "iso8859-9": "cp1254"}


class NotAnExport(ValueError):
    """Its words say what is wrong with the file as a whole."""


def detect_encoding(path: Path) -> str:
    """Return how the file is written: by its byte order mark, its declaration, or as UTF-8.

    Raises NotAnExport for an encoding that nobody knows here.
    """
    with path.open("rb") as file:
        start = file.read(400)
    for mark, name in BEGINNINGS.items():
        if start.startswith(mark):
            return name
    declared = DECLARED.match(start)
    name = declared[1].decode() if declared else "utf-8"
    try:
        known = codecs.lookup(name).name
        "".encode(known)  # LookupError for what encodes no text, such as "hex"
    except (LookupError, UnicodeError):
        raise NotAnExport(f"It says that it is written in “{name}”, which is not known.") from None
    # What could be read as ASCII so far has one byte a letter, whatever it says.
    return "utf-8" if known.startswith(("utf-16", "utf-32")) else MEANT.get(known, known)


def split_entries(path: Path) -> Iterator[str]:
    """Yield what stands before the entries, then each <item>…</item> as it stands."""
    buffer, start, at = "", 0, 0
    head, in_item, in_text = True, False, False
    for chunk in _chunks(path):
        buffer += chunk
        # What stands at the end may be the beginning of a tag, unless it is the end of the file.
        sure = len(buffer) - LONGEST_TOKEN if chunk else len(buffer)
        for token in TOKEN.finditer(buffer, at):
            if token.start() > sure:
                break
            at = token.end()
            if token[0] in ("<![CDATA[", "]]>"):
                in_text = token[0] != "]]>"
            elif in_text:
                continue
            elif token[0] == "</item>":
                if in_item:
                    yield buffer[start:at]
                start, in_item = at, False
            else:
                if head or in_item:  # an entry that is not closed is told as broken
                    yield buffer[start : token.start()]
                start, head, in_item = token.start(), False, True
        at = max(at, sure, 0)
        if head and at - start > LONGEST_HEAD:
            raise NotAnExport("Its head is too long.")
        if in_item and at - start > LONGEST_ENTRY:
            yield buffer[start : start + 2000]  # so much that it is told as broken
            start, in_item, in_text = at, False, False
        if not head and not in_item:
            start = at
        buffer, at, start = buffer[start:], at - start, 0
    if head or in_item:
        yield buffer


def _chunks(path: Path) -> Iterator[str]:
    """The text of the file without what XML cannot hold; at last an empty one.

    A byte that is no letter in the file's encoding is UNREADABLE.
    """
    with path.open(encoding=detect_encoding(path), errors="replace") as file:
        while chunk := file.read(CHUNK):
            yield chunk.translate(NOT_XML) or " "
    yield ""
