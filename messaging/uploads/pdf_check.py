"""Whether a PDF only shows something: no scripts, no programs to start, no other files in it. Pure.

Nothing is drawn or repaired here. What a PDF does stands in its objects. They lie open in the file,
where names are looked for as they are and as they can be written (`/J#61vaScript`), or packed in
streams of objects, which are unpacked. Such a stream has a plain dictionary and is packed in the
usual way, as every program writes it; in any other the file is refused. What the check does not
understand it lets nobody send.
"""

import re
import zlib

START, END = b"%PDF-", b"%%EOF"
# Actions and annotations that run, fetch, send or bring along something.
ACTIVE = (
    *(b"JavaScript", b"Launch", b"SubmitForm", b"ImportData", b"GoToE", b"GoToR", b"XFA"),
    *(b"EmbeddedFile", b"EmbeddedFiles", b"FileAttachment"),
    *(b"RichMedia", b"Rendition", b"Movie", b"Sound"),
)
LARGEST_UNPACKED = 50 * 1024 * 1024  # of all streams of objects together


class PdfRefused(Exception):
    """Base of why a PDF is not taken."""


class NotAPdf(PdfRefused):
    """It does not begin and end as a PDF."""


class Encrypted(PdfRefused):
    """It asks for a password, or could be opened with an empty one."""


class Active(PdfRefused):
    """It does something, or brings other files along."""


class Unclear(PdfRefused):
    """It is packed in a way that is not looked into."""


def check(content: bytes) -> None:
    """Raise a PdfRefused unless this is a PDF that only shows something."""
    if not content.startswith(START) or not content.rstrip(b"\0\t\n\f\r ").endswith(END):
        raise NotAPdf
    if _ENCRYPT.search(content):
        raise Encrypted
    _check_names(content)
    left = LARGEST_UNPACKED
    for packed in _packed_objects(content):
        objects = _unpacked(packed, left)
        left -= len(objects)
        _check_names(objects)
        if _PACKED.search(objects):  # a stream of objects is never inside of one
            raise Unclear


def _check_names(objects: bytes) -> None:
    if _ACTIVE.search(objects):
        raise Active


def _packed_objects(content: bytes) -> list[bytes]:
    """Return what each stream of objects holds, packed as it is. Raises Unclear."""
    found = []
    for stream in _PLAIN_STREAM.finditer(content):
        if _PACKED.search(stream["dictionary"]):
            if not _USUAL.fullmatch(stream["dictionary"]):
                raise Unclear
            start = stream.end()
            found.append((b"FlateDecode" in stream["dictionary"], content[start:]))
    if len(found) != len(_PACKED.findall(content)):
        raise Unclear
    return [_plain(is_flate, rest) for is_flate, rest in found]


def _plain(is_flate: bool, rest: bytes) -> bytes:
    """Return a stream's bytes; one that is not packed lies open, and was looked at there."""
    return rest if is_flate else b""


def _unpacked(packed: bytes, most: int) -> bytes:
    if not packed:
        return b""
    unpacker = zlib.decompressobj()
    try:
        objects = unpacker.decompress(packed, most)
    except zlib.error:
        raise Unclear from None
    if not unpacker.eof:  # more than we unpack, or cut off
        raise Unclear
    return objects


def _name(name: bytes) -> bytes:
    """Return a pattern for a name, each of whose letters may be written as `#4A`."""
    letters = (rb"(?:%b|#%b)" % (bytes([code]), _any_case(b"%02x" % code)) for code in name)
    return b"".join(letters)


def _any_case(digits: bytes) -> bytes:
    pairs = (b"[%c%c]" % (each, each - 32) if each > 96 else bytes([each]) for each in digits)
    return b"".join(pairs)


_NAME_ENDS = rb"(?![A-Za-z0-9_.-])"
_ENCRYPT = re.compile(b"/" + _name(b"Encrypt") + _NAME_ENDS)
_ACTIVE = re.compile(b"/(?:" + b"|".join(map(_name, ACTIVE)) + b")" + _NAME_ENDS)
_PACKED = re.compile(b"/" + _name(b"ObjStm") + _NAME_ENDS)
# A dictionary that holds no text, comment or other dictionary, and then its stream.
_PLAIN_STREAM = re.compile(
    rb"\bobj\s{0,9}<<(?P<dictionary>[^()<>%]{1,2000})>>\s{0,9}stream(?:\r\n|\n)"
)
_NUMBER = rb"\s*\d{1,10}(?:\s+\d{1,5}\s+R)?\s*"
_USUAL = re.compile(
    rb"\s*(?:/Type\s*/ObjStm\s*|/(?:N|First|Length|Extends)\b"
    + _NUMBER
    + rb"|/Filter\s*(?:/FlateDecode|\[\s*/FlateDecode\s*\])\s*)+"
)
