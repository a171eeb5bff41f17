"""One page of paper: a head with the practice, facts, a table of sums, and a foot."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from functools import cache, partial
from html import escape
from io import BytesIO

from reportlab.lib import colors
from reportlab.lib.pagesizes import letter
from reportlab.lib.styles import ParagraphStyle
from reportlab.lib.units import mm
from reportlab.pdfbase import pdfmetrics
from reportlab.pdfbase.ttfonts import TTFont
from reportlab.platypus import Flowable, Paragraph, SimpleDocTemplate, Spacer, Table, TableStyle

from appointments.patient_records.export_pdf import FILE, FONT, QUIET
from core.practice.models import Practice

WIDTH = letter[0] - 40 * mm
LABEL = 48 * mm


@dataclass(frozen=True)
class Paper:
    """What stands on it. `rows` have a head; their last column holds sums, to the right."""

    title: str
    facts: Sequence[tuple[str, str]]
    head: Sequence[str]
    rows: Sequence[Sequence[str]]
    totals: Sequence[tuple[str, str]]
    foot: Sequence[str]
    widths: Sequence[float] = field(default=())  # parts of the width


def as_pdf(paper: Paper) -> bytes:
    """Return it as a file. Its title is that of the paper, and it names no author."""
    file = BytesIO()
    document = SimpleDocTemplate(
        file,
        pagesize=letter,
        leftMargin=20 * mm,
        rightMargin=20 * mm,
        topMargin=20 * mm,
        bottomMargin=20 * mm,
        title=paper.title,
    )
    document.build(list(_flow(paper)))
    return file.getvalue()


def practice_lines(practice: Practice) -> list[str]:
    """Return name, address and phone as they stand on paper."""
    place = " ".join(filter(None, [practice.state, practice.postal_code]))
    city = ", ".join(filter(None, [practice.city, place]))
    phone = practice.phone.as_national if practice.phone else ""
    return [line for line in (practice.name, practice.street, city, phone) if line]


def _flow(paper: Paper) -> Iterator[Flowable]:
    name, *lines = practice_lines(Practice.current())
    yield _paragraph("name", name)
    for line in lines:
        yield _paragraph("quiet", line)
    yield _paragraph("title", paper.title)
    yield _facts(paper)
    yield Spacer(0, 6 * mm)
    yield _table(paper)
    yield Spacer(0, 4 * mm)
    for line in paper.foot:
        yield _paragraph("quiet", line)


def _facts(paper: Paper) -> Table:
    rows = [[_paragraph("quiet", name), _paragraph("text", value)] for name, value in paper.facts]
    table = Table(rows, colWidths=[LABEL, WIDTH - LABEL])
    table.setStyle(
        TableStyle([("LEFTPADDING", (0, 0), (-1, -1), 0), ("VALIGN", (0, 0), (-1, -1), "TOP")])
    )
    return table


def _table(paper: Paper) -> Table:
    parts = paper.widths or [1 / len(paper.head)] * len(paper.head)
    empty = [""] * (len(paper.head) - 2)
    body = [
        [_paragraph("text", cell) for cell in row[:-1]] + [_right(row[-1])] for row in paper.rows
    ]
    ends = [[_paragraph("text", name), *empty, _right(value)] for name, value in paper.totals]
    head = [_paragraph("quiet", cell) for cell in paper.head[:-1]] + [_right(paper.head[-1])]
    table = Table([head, *body, *ends], colWidths=[part * WIDTH for part in parts], repeatRows=1)
    spans = [("SPAN", (0, -nth), (-2, -nth)) for nth in range(1, len(ends) + 1) if empty]
    table.setStyle(
        TableStyle(
            [
                ("LINEBELOW", (0, 0), (-1, 0), 0.6, colors.black),
                ("LINEABOVE", (0, len(body) + 1), (-1, len(body) + 1), 0.6, colors.black),
                ("LEFTPADDING", (0, 0), (0, -1), 0),
                ("RIGHTPADDING", (-1, 0), (-1, -1), 0),
                ("VALIGN", (0, 0), (-1, -1), "TOP"),
                *spans,
            ]
        )
    )
    return table


def _paragraph(style: str, text: str) -> Paragraph:
    return Paragraph(escape(text).replace("\n", "<br/>"), _styles()[style])


def _right(text: str) -> Paragraph:
    return _paragraph("right", text)


@cache
def _styles() -> dict[str, ParagraphStyle]:
    pdfmetrics.registerFont(TTFont(FONT, str(FILE)))
    made = partial(ParagraphStyle, fontName=FONT, fontSize=9, leading=13)
    return {
        "name": made("name", fontSize=13, leading=18),
        "title": made("title", fontSize=17, leading=24, spaceBefore=9 * mm, spaceAfter=4 * mm),
        "text": made("text"),
        "quiet": made("quiet", textColor=QUIET),
        "right": made("right", alignment=2),
    }
