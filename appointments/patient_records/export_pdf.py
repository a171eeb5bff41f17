"""The record of a patient as a PDF: what `export.collect` returns, to be read and printed.

ReportLab makes it: BSD, pure Python, no library of the system. Its font is in this package, since a
PDF has to bring the letters of every name along. Lines are drawn by `Values` and not as paragraphs:
so a record of 500 visits takes a few seconds less.
"""

import json
import re
import textwrap
from collections.abc import Iterable, Iterator, Sequence
from datetime import datetime
from functools import cache, partial
from html import escape
from io import BytesIO
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

from django.utils.formats import date_format
from django.utils.translation import gettext as _
from reportlab.lib.pagesizes import letter
from reportlab.lib.styles import ParagraphStyle
from reportlab.lib.units import mm
from reportlab.pdfbase import pdfmetrics
from reportlab.pdfbase.ttfonts import TTFont
from reportlab.platypus import Flowable, Paragraph, SimpleDocTemplate

from core.exported_values import Record

FONT = "DejaVuSans"
FILE = Path(__file__).parent / "fonts" / "DejaVuSans.ttf"
SIZE, LEADING = 8, 11
WIDTH = letter[0] - 36 * mm
LABEL = 44 * mm  # how wide the names of values are
LETTERS, WIDEST = 84, 45  # that fit beside them: usually, and whatever they are
QUIET = "#4a4a4a"
_MOMENT = re.compile(r'"(\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\+00:00)"')


class Values(Flowable):
    """Lines of a name and a value each, which may go on upon the next page."""

    def __init__(self, lines: Sequence[tuple[str, str]]) -> None:
        super().__init__()
        self.lines = lines

    def wrap(self, width: float, height: float) -> tuple[float, float]:
        return width, len(self.lines) * LEADING

    def split(self, width: float, height: float) -> list[Flowable]:
        first = int(height // LEADING)
        return [Values(self.lines[:first]), Values(self.lines[first:])] if first else []

    def draw(self) -> None:
        self._column(0, QUIET, [name for name, _value in self.lines])
        self._column(LABEL, "black", [value for _name, value in self.lines])

    def _column(self, x: float, color: str, lines: Iterable[str]) -> None:
        text = self.canv.beginText(x, len(self.lines) * LEADING - LEADING)
        text.setFont(FONT, SIZE, LEADING)
        text.setFillColor(color)
        for line in lines:
            text.textLine(line)
        self.canv.drawText(text)


def as_pdf(record: Record, zone: ZoneInfo) -> bytes:
    """Return it as a PDF, with times on the clock of `zone`: the clinic's."""
    _styles()  # registers the font
    record = _on_the_clock(record, zone)
    file = BytesIO()
    document = SimpleDocTemplate(
        file,
        pagesize=letter,
        leftMargin=18 * mm,
        rightMargin=18 * mm,
        topMargin=18 * mm,
        bottomMargin=20 * mm,
        title=_("Record %d") % record["record"]["number"],
        author=record["exported"]["clinic"],
    )
    foot = partial(_foot, _foot_words(record))
    document.build(list(_flow(record)), onFirstPage=foot, onLaterPages=foot)
    return file.getvalue()


def _on_the_clock(record: Record, zone: ZoneInfo) -> Record:
    """Return the same with each moment in words."""
    text = json.dumps(record, ensure_ascii=False)
    record = json.loads(_MOMENT.sub(lambda found: _in_words(found[1], zone), text))
    record["exported"]["times"] = str(zone).replace("_", " ")
    return record


def _in_words(moment: str, zone: ZoneInfo) -> str:
    local = datetime.fromisoformat(moment).astimezone(zone)
    return f'"{date_format(local, "M j, Y, g:i A", use_l10n=False)}"'


def _flow(record: Record) -> Iterator[Flowable]:
    who = record["record"]
    name = f"{who['first name']} {who['last name']}".strip()
    yield _heading("title", _("Record of %s") % name)
    for part, value in record.items():
        yield _heading("part", part.capitalize())
        if isinstance(value, dict):
            yield Values(list(_lines(value)))
        for number, row in enumerate(value if isinstance(value, list) else [], 1):
            yield _heading("row", _("%(n)d of %(all)d") % {"n": number, "all": len(value)})
            yield Values(list(_lines(row)))
        if not value:
            yield _heading("row", _("None."))
    missing = _not_shown(str(record))
    if missing:
        text = _("The file in JSON has letters that this one cannot show: %d of them.")
        yield _heading("part", text % missing)


def _heading(style: str, text: str) -> Paragraph:
    return Paragraph(escape(text), _styles()[style])


def _lines(row: Record) -> Iterator[tuple[str, str]]:
    """Each value that there is with its name; of a list a line for each of its rows."""
    for name, value in row.items():
        if isinstance(value, list):
            for each in value:
                yield from _line(name, _row_words(each) if isinstance(each, dict) else str(each))
        elif value not in (None, "", False):
            yield from _line(name, _("yes") if value is True else str(value))


def _row_words(row: Record) -> str:
    return "; ".join(f"{key}: {value}" for key, value in row.items() if value)


def _line(name: str, text: str) -> Iterator[tuple[str, str]]:
    for number, part in enumerate(_broken(text)):
        yield ("" if number else name, part)


def _broken(text: str) -> Iterator[str]:
    for line in text.splitlines():
        for part in textwrap.wrap(line, LETTERS):
            fits = pdfmetrics.stringWidth(part, FONT, SIZE) <= WIDTH - LABEL
            yield from [part] if fits else textwrap.wrap(part, WIDEST)


def _foot_words(record: Record) -> str:
    told = record["exported"]
    words = _("Record %(number)d, exported %(at)s by %(by)s, %(clinic)s. Confidential.")
    return words % {"number": record["record"]["number"], **told}


def _foot(words: str, canvas: Any, document: Any) -> None:
    canvas.saveState()
    canvas.setFont(FONT, 7)
    canvas.setFillColor(QUIET)
    canvas.drawString(18 * mm, 11 * mm, words[:105])
    canvas.drawRightString(document.pagesize[0] - 18 * mm, 11 * mm, str(canvas.getPageNumber()))
    canvas.restoreState()


@cache
def _styles() -> dict[str, ParagraphStyle]:
    pdfmetrics.registerFont(TTFont(FONT, str(FILE)))
    made = partial(ParagraphStyle, fontName=FONT, fontSize=SIZE, leading=LEADING)
    return {
        "title": made("title", fontSize=17, leading=22, spaceAfter=4 * mm),
        "part": made("part", fontSize=11, leading=15, spaceBefore=6 * mm, spaceAfter=1.5 * mm),
        "row": made("row", textColor=QUIET, spaceBefore=2.5 * mm),
    }


def _not_shown(text: str) -> int:
    """How many different letters of it the font lacks."""
    known = pdfmetrics.getFont(FONT).face.charToGlyph
    return len({each for each in set(text) if ord(each) > ord(" ") and ord(each) not in known})
