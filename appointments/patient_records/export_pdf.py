"""The record of a patient as a PDF: what `export.collect` returns, to be read and printed.

ReportLab makes it: BSD, pure Python, no library of the system, and quick with thousands of lines.
Its font is in this package, since a PDF has to bring the letters of every name along.
"""

from collections.abc import Iterator
from functools import cache, partial
from io import BytesIO
from pathlib import Path
from typing import Any
from xml.sax.saxutils import escape

from django.utils.translation import gettext as _
from reportlab.lib.pagesizes import letter
from reportlab.lib.styles import ParagraphStyle
from reportlab.lib.units import mm
from reportlab.pdfbase import pdfmetrics
from reportlab.pdfbase.ttfonts import TTFont
from reportlab.platypus import Flowable, Paragraph, SimpleDocTemplate, Spacer

Record = dict[str, Any]
FONT = "DejaVuSans"
FILE = Path(__file__).parent / "fonts" / "DejaVuSans.ttf"
LABEL = 42 * mm  # how wide the names of values are
QUIET = "#4a4a4a"


def as_pdf(record: Record) -> bytes:
    """Return it as a PDF: a heading for each part, a line for each value that there is."""
    _styles()  # registers the font
    file = BytesIO()
    document = SimpleDocTemplate(
        file,
        pagesize=letter,
        leftMargin=20 * mm,
        rightMargin=20 * mm,
        topMargin=18 * mm,
        bottomMargin=20 * mm,
        title=_("Record %d") % record["record"]["number"],
        author=record["exported"]["clinic"],
    )
    foot = partial(_foot, _foot_words(record))
    document.build(list(_flow(record)), onFirstPage=foot, onLaterPages=foot)
    return file.getvalue()


def _flow(record: Record) -> Iterator[Flowable]:
    who = record["record"]
    name = f"{who['first name']} {who['last name']}".strip()
    yield Paragraph(_safe(_("Record of %s") % name), _styles()["title"])
    for part, value in record.items():
        yield Paragraph(_safe(part.capitalize()), _styles()["part"])
        if isinstance(value, dict):
            yield from _lines(value)
        elif not value:
            yield Paragraph(_safe(_("None.")), _styles()["line"])
        else:
            yield from _several(value)
    missing = _not_shown(str(record))
    if missing:
        yield Spacer(0, 6 * mm)
        text = _("The file in JSON has letters that this one cannot show: %d of them.")
        yield Paragraph(_safe(text % missing), _styles()["line"])


def _several(rows: list[Record]) -> Iterator[Flowable]:
    for number, row in enumerate(rows, 1):
        yield Paragraph(_("%(n)d of %(all)d") % {"n": number, "all": len(rows)}, _styles()["row"])
        yield from _lines(row)


def _lines(row: Record) -> Iterator[Flowable]:
    """A line for each value; one for each row of a list within it."""
    for name, value in row.items():
        if isinstance(value, list):
            for each in value:
                yield _line(name, "; ".join(f"{key}: {v}" for key, v in each.items() if v))
        elif value not in (None, "", False):
            yield _line(name, _("yes") if value is True else str(value))


def _line(name: str, value: str) -> Paragraph:
    text = _safe(value).replace("\n", "<br/>")
    return Paragraph(text, _styles()["line"], bulletText=name)


def _safe(text: str) -> str:
    """Without markup: what people typed is shown as they typed it."""
    return escape(text)


def _foot_words(record: Record) -> str:
    told = record["exported"]
    words = _("Record %(number)d, exported %(at)s (UTC) by %(by)s, %(clinic)s. Confidential.")
    return words % {"number": record["record"]["number"], **told}


def _foot(words: str, canvas: Any, document: Any) -> None:
    canvas.saveState()
    canvas.setFont(FONT, 7)
    canvas.setFillColor(QUIET)
    canvas.drawString(20 * mm, 11 * mm, words[:120])
    canvas.drawRightString(document.pagesize[0] - 20 * mm, 11 * mm, str(canvas.getPageNumber()))
    canvas.restoreState()


@cache
def _styles() -> dict[str, ParagraphStyle]:
    pdfmetrics.registerFont(TTFont(FONT, str(FILE)))
    base = ParagraphStyle("base", fontName=FONT, fontSize=8.5, leading=11.5, splitLongWords=1)
    made = partial(ParagraphStyle, parent=base)
    return {
        "title": made("title", fontSize=17, leading=22, spaceAfter=4 * mm),
        "part": made("part", fontSize=12.5, leading=16, spaceBefore=6 * mm, spaceAfter=1.5 * mm),
        "row": made("row", textColor=QUIET, spaceBefore=2.5 * mm),
        "line": made(
            "line", leftIndent=LABEL, bulletFontName=FONT, bulletFontSize=8.5, bulletColor=QUIET
        ),
    }


def _not_shown(text: str) -> int:
    """How many different letters of it the font lacks."""
    known = pdfmetrics.getFont(FONT).face.charToGlyph
    return len({letter for letter in text if ord(letter) > 31 and ord(letter) not in known})
