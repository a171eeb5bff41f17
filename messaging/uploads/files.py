"""Files that come with a message: told by what is in them, never by what they are called."""

import re
from typing import Any, NamedTuple

from django.utils.translation import gettext as _

from core.images import uploads
from core.richtext.sanitizer import Refused
from core.validation.control_characters import without_controls
from messaging.models import Attachment
from messaging.uploads import pdf_check

__all__ = ["ACCEPTED", "LARGEST_PDF", "Refused", "Taken", "check"]

LARGEST_PDF = 10 * 1024 * 1024
LONGEST_NAME = 80
# What a file dialog offers. A phone that takes other pictures makes JPEG of them then.
ACCEPTED = f"{uploads.ACCEPTED},application/pdf"
_PICTURES = (b"\xff\xd8\xff", b"\x89PNG\r\n\x1a\n", b"RIFF")
_AVIF = re.compile(rb".{4}ftyp(?:avif|avis|mif1|msf1)", re.DOTALL)
_SUFFIX = re.compile(r"\.\w{1,5}$")


class Taken(NamedTuple):
    """A file as it is kept."""

    kind: str
    suffix: str
    name: str
    data: bytes


def check(upload: Any) -> Taken:
    """Return what is kept of an upload: a picture written anew, a PDF as it is.

    Raises Refused, whose text says why, for whoever sent it.
    """
    head = _head(upload)
    if head.startswith(pdf_check.START):
        return _pdf(upload)
    if head.startswith(_PICTURES) or _AVIF.match(head):
        picture = uploads.written_anew(upload)
        suffix = str(picture.name).rpartition(".")[2]
        name = _name(upload.name, suffix)
        return Taken(Attachment.Kind.PICTURE, suffix, name, picture.read())
    raise Refused(
        _("We can take pictures (JPEG, PNG, WebP or AVIF) and PDFs, and this is neither.")
    )


def _head(upload: Any) -> bytes:
    upload.seek(0)
    head: bytes = upload.read(16)
    return head


def _pdf(upload: Any) -> Taken:
    if upload.size > LARGEST_PDF:
        raise Refused(_("This PDF is too large: 10 MB are possible. Send it in two parts."))
    upload.seek(0)
    content = upload.read()
    try:
        pdf_check.check(content)
    except pdf_check.PdfRefused as refusal:
        raise Refused(_why(refusal)) from None
    return Taken(Attachment.Kind.PDF, "pdf", _name(upload.name, "pdf"), content)


def _why(refusal: pdf_check.PdfRefused) -> str:
    if isinstance(refusal, pdf_check.Encrypted):
        return _("This PDF has a password. Save a copy without one, or send pictures of its pages.")
    if isinstance(refusal, pdf_check.Active):
        return _(
            "This PDF has a form that sends itself, a script or another file in it, which we do "
            "not take. Print it to a new PDF, or send pictures of its pages."
        )
    if isinstance(refusal, pdf_check.NotAPdf):
        return _("This PDF is damaged or not whole. Save it again and try once more.")
    return _(
        "We could not look through this PDF. Print it to a new PDF, or send pictures of its pages."
    )


def _name(given: str | None, suffix: str) -> str:
    """Return what it is called, with the ending that is true."""
    last = re.split(r"[\\/]", without_controls(given or ""))[-1]
    stem = _SUFFIX.sub("", " ".join(last.split())).strip(". ")[:LONGEST_NAME]
    return f"{stem or _('File')}.{suffix}"
