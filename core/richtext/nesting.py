"""Balanced HTML as HTML whose nesting is right. Pure.

No text stands outside a block, no block within an inline element, lists hold items only, tables
rows, and a figure one picture. Elements that articles do not have, such as <div>, <dl> or <pre>,
end a paragraph where a browser would begin a line. HTML that is right already stays as it is.
"""

from collections.abc import Iterable
from dataclasses import dataclass, field
from itertools import pairwise

from core.richtext.inline_content import HEADS, PARTS, Piece, flatten, pieces_of, split_by
from core.richtext.inline_runs import Run, RunWriter
from core.richtext.tree import BLANK, LISTS, MARKS, Element, is_valid, is_visible, parse

_ROWS = {"thead", "tbody", "tr", "caption", "td", "th"}


@dataclass(frozen=True)
class Block:
    """One block as HTML. Without a name it is the line end between two."""

    name: str
    html: str


Part = Run | Block


@dataclass
class Table:
    """A table while its rows are gathered."""

    heads: list[str] = field(default_factory=list)
    rows: list[str] = field(default_factory=list)
    captions: list[str] = field(default_factory=list)
    around: list[Block] = field(default_factory=list)

    def add(self, section: str, cells: list[str]) -> None:
        """Add a row."""
        if cells:
            place = self.heads if section == "thead" and not self.rows else self.rows
            place.append(f"<tr>{''.join(cells)}</tr>")


def fix_nesting(html: str) -> str:
    """Return `html`, which `balance` wrote, with every element where it may stand."""
    root = parse(html)
    if is_valid(root):
        return html
    return _html(_Arranger(len(html)).flow(pieces_of(root)))


class _Arranger:
    def __init__(self, room: int) -> None:
        self.run_writer = RunWriter(room)

    def flow(self, pieces: Iterable[Piece]) -> list[Block]:
        """Blocks only: words that stand alone become paragraphs, pictures figures."""
        return [block for part in self.parts(pieces) for block in self.standing(part)]

    def standing(self, part: Part) -> list[Block]:
        """A run as a block of its own."""
        if isinstance(part, Block):
            return [part]
        if not part.is_visible():
            return [Block("", "\n")] if part.has_line_end() else []
        if part.is_pictures():
            return self.figures(part.pictures(), "")
        return [_block("p", self.run_writer.write(part))]

    def cell(self, pieces: Iterable[Piece]) -> str:
        """What an item or a cell holds: words and lists as they are, or else blocks only."""
        parts = [
            part for part in self.parts(pieces) if isinstance(part, Block) or part.is_visible()
        ]
        beside = any(isinstance(a, Run) and isinstance(b, Run) for a, b in pairwise(parts))
        if beside or {part.name for part in parts if isinstance(part, Block)} - LISTS:
            parts = [block for part in parts for block in self.standing(part)]
        return "".join(p.html if isinstance(p, Block) else self.run_writer.write(p) for p in parts)

    def words(self, pieces: Iterable[Piece]) -> str:
        """All words as the lines of one run, for a caption."""
        everything = flatten(pieces, PARTS | _WRITERS.keys() | _ROWS | {"figcaption"})
        runs = [part for part in self.parts(everything) if isinstance(part, Run)]
        return "<br>".join(self.run_writer.write(run) for run in runs if run.is_visible())

    def parts(self, pieces: Iterable[Piece]) -> list[Part]:
        """The runs of words in `pieces`, and the blocks between them."""
        out: list[Part] = [Run([])]
        self.walk(pieces, out)
        return _listed([part for part in out if isinstance(part, Block) or part.pieces])

    def walk(self, pieces: Iterable[Piece], out: list[Part]) -> None:
        for marks, what in pieces:
            if isinstance(what, str) or what.name in ("br", "img"):
                if isinstance(out[-1], Block):
                    out.append(Run([]))
                out[-1].pieces.append((marks, what))  # type: ignore[union-attr]
            elif what.name in MARKS or what.name == "span":
                self.walk(pieces_of(what, marks), out)
            elif what.name in _WRITERS:
                out += _WRITERS[what.name](self, what, pieces_of(what, marks))
            else:
                out.append(Run([]))
                self.walk(pieces_of(what, marks), out)
                out.append(Run([]))

    def paragraph(self, node: Element, inside: list[Piece]) -> list[Part]:
        return [
            part if isinstance(part, Block) else _block("p", self.run_writer.write(part))
            for part in self.parts(inside)
            if isinstance(part, Block) or part.is_visible()
        ]

    def heading(self, node: Element, inside: list[Piece]) -> list[Part]:
        parts = self.parts(inside)
        words = [self.run_writer.write(p) for p in parts if isinstance(p, Run) and p.is_visible()]
        head = [_block(HEADS[node.name], " ".join(words))] if words else []
        return [*head, *(part for part in parts if isinstance(part, Block))]

    def rule(self, node: Element, inside: list[Piece]) -> list[Part]:
        return [Block("hr", "<hr>")]

    def item(self, node: Element, inside: list[Piece]) -> list[Part]:
        """An item that is in no list. See `_listed`."""
        html = self.cell(inside)
        return [_block("li", html)] if html else []

    def items(self, node: Element, inside: list[Piece]) -> list[Part]:
        """Items only. A list between items belongs to the one before it."""
        items: list[list[Piece]] = []
        for item, held in split_by(inside, {"li"}):
            before, own = ([], held) if item else _parted(held)
            if before:
                items[-1:] = [[*(items[-1] if items else []), *before]]
            items.append(own)
        lines = [f"<li>{html}</li>" for html in map(self.cell, items) if html]
        return [_block(node.name, "".join(lines), node.attributes)] if lines else []

    def quote(self, node: Element, inside: list[Piece]) -> list[Part]:
        html = _html(self.flow(inside))
        return [_block("blockquote", html, node.attributes)] if html else []

    def figure(self, node: Element, inside: list[Piece]) -> list[Part]:
        """One picture each, the caption under the last; what is neither stands behind them."""
        pictures: list[Piece] = []
        captions: list[str] = []
        rest: list[Block] = []
        for element, held in split_by(inside, {"img", "figcaption"}, through={"p"}):
            if element is None:
                rest += [block for block in self.flow(held) if block.name]
            elif element.name == "img":
                pictures += held
            else:
                captions.append(self.words(held))
        caption = "<br>".join(filter(None, captions))
        if pictures:
            return [*self.figures(pictures, caption), *rest]
        if not caption:
            return [*rest]
        if [block.name for block in rest] == ["table"] and "<caption>" not in rest[0].html:
            table = rest[0].html.removeprefix("<table>")
            return [Block("table", f"<table><caption>{caption}</caption>{table}")]
        return [*rest, _block("p", caption)]

    def figures(self, pictures: Iterable[Piece], caption: str) -> list[Block]:
        shown = [self.run_writer.write(Run([picture])) for picture in pictures]
        shown[-1] += f"<figcaption>{caption}</figcaption>" if caption else ""
        return [_block("figure", each) for each in shown]

    def table(self, node: Element, inside: list[Piece]) -> list[Part]:
        """Its caption first, then its rows. Other things stand before it."""
        table = Table()
        self.rows(inside, table, "tbody")
        caption = "<br>".join(filter(None, table.captions))
        if not (table.heads or table.rows):
            return [*table.around, *([_block("p", caption)] if caption else [])]
        html = f"<caption>{caption}</caption>" if caption else ""
        html += f"<thead>{''.join(table.heads)}</thead>" if table.heads else ""
        html += f"<tbody>{''.join(table.rows)}</tbody>" if table.rows else ""
        return [*table.around, _block("table", html)]

    def rows(self, inside: Iterable[Piece], table: Table, section: str) -> None:
        loose: list[str] = []  # cells without a row
        for element, held in split_by(inside, _ROWS):
            name = element.name if element else ""
            if element and name in ("td", "th"):
                loose.append(_block(name, self.cell(held), element.attributes).html)
                continue
            table.add(section, loose)
            loose = []
            if name == "tr":
                table.add(section, self.cells(held))
            elif name == "caption":
                table.captions.append(self.words(held))
            elif name:
                self.rows(held, table, name)
            else:
                table.around += [block for block in self.flow(held) if block.name]
        table.add(section, loose)

    def cells(self, inside: Iterable[Piece]) -> list[str]:
        """Those of a row. What stands between them is one more."""
        return [
            _block(cell.name if cell else "td", html, cell.attributes if cell else "").html
            for cell, held in split_by(inside, {"td", "th"})
            if (html := self.cell(held)) or cell
        ]


_WRITERS = {
    "p": _Arranger.paragraph,
    **dict.fromkeys(HEADS, _Arranger.heading),
    "hr": _Arranger.rule,
    "li": _Arranger.item,
    "ul": _Arranger.items,
    "ol": _Arranger.items,
    "blockquote": _Arranger.quote,
    "figure": _Arranger.figure,
    "table": _Arranger.table,
}


def _block(name: str, inside: str, attributes: str = "") -> Block:
    return Block(name, f"<{name}{attributes}>{inside}</{name}>")


def _html(blocks: Iterable[Block]) -> str:
    return "".join(block.html for block in blocks).strip(BLANK)


def _parted(pieces: list[Piece]) -> tuple[list[Piece], list[Piece]]:
    """The lists at the beginning, and the rest."""
    for place, (_, what) in enumerate(pieces):
        if is_visible(what) and (isinstance(what, str) or what.name not in LISTS):
            return pieces[:place], pieces[place:]
    return pieces, []


def _listed(parts: list[Part]) -> list[Part]:
    """With the items that stand in no list put into one."""
    if not any(isinstance(part, Block) and part.name == "li" for part in parts):
        return parts
    out: list[Part] = []
    items: list[str] = []
    for part in [*parts, Block("end", "")]:
        if isinstance(part, Block) and part.name == "li":
            items.append(part.html)
        elif isinstance(part, Block) or part.is_visible() or not items:
            if items:
                out.append(_block("ul", "".join(items)))
            items = []
            out.append(part)
    return out[:-1]
