"""The prose of an article's page, made from its cleaned HTML.

Headings get addresses, call-outs their look, tables a frame that scrolls, `[1]` a link to its
source and phone numbers one to call. Pure: the input was cleaned when it was saved, so its tags
are balanced.
"""

import re
from collections.abc import Callable
from dataclasses import dataclass, field
from functools import lru_cache
from html import escape
from html.parser import HTMLParser

from django.utils.text import slugify

from core.richtext import phone_links

EMPTY_HEAD = re.compile(r'<th([^<>]*) scope="\?">\s*</th>')
CITATION = re.compile(r" ?\[(\d{1,3}(?:\s*,\s*\d{1,3})*)\]")
FRAME = '<div class="table-wrap" role="region" tabindex="0">'
ICONS = {"warning": "alert", "urgent": "phone", "note": "info"}


@dataclass(frozen=True)
class Prose:
    """The text of an article as HTML of its page, with its table of contents and its citations."""

    opening: str  # the urgent call-outs that it begins with: they stand under the title
    rest: str
    contents: list[tuple[str, str]]  # (address in the page, heading) of each h2
    cited: dict[int, int]  # how often each source is cited; `cite-3-2` is the second time of 3

    @property
    def html(self) -> str:
        """All of it."""
        return self.opening + self.rest


@lru_cache(maxsize=64)
def render_prose(html: str, sources: int, icon: Callable[[str], str], citation: str) -> Prose:
    """Return the prose of `html`. There are `sources` sources; a number beyond stays as text.

    `icon` draws an icon by its name; `citation` is what a screen reader says, with `{number}`.
    """
    writer = _Writer(html, sources, icon, citation)
    writer.feed(html)
    writer.close()
    return Prose("".join(writer.opening), "".join(writer.out), writer.contents, writer.cited)


@lru_cache(maxsize=1024)
def render_citations(text: str, sources: int, citation: str) -> str:
    """Return plain text as HTML, its citations and phone numbers as links.

    Nothing leads back to these citations.
    """
    writer = _Writer("", sources, str, citation)
    html = CITATION.sub(writer._cite, phone_links.link_phones(text))
    return re.sub(r'<a id="[^"]+" ', "<a ", html)


@dataclass
class _Row:
    """The first row of a table, held back until it is known whether it is a row of heads."""

    out: list[str] = field(default_factory=list)
    cells: list[str] = field(default_factory=list)

    def names_the_columns(self) -> bool:
        """All are heads, or all but an empty-handed first one."""
        return "th" in self.cells and "td" not in self.cells[1:] and len(self.cells) > 1


class _Writer(HTMLParser):
    def __init__(self, html: str, sources: int, icon: Callable[[str], str], citation: str) -> None:
        super().__init__(convert_charrefs=True)
        self.sources, self.icon, self.citation = sources, icon, citation
        self.phones = phone_links.Placed(html)
        self.opening: list[str] = []
        self.opens = False  # inside a call-out that belongs to the opening
        self.out: list[str] = []
        self.contents: list[tuple[str, str]] = []
        self.cited: dict[int, int] = {}
        self.taken: set[str] = {"main", "sources", "points", "faq"}
        self.times: dict[str, int] = {}  # how often each heading was tried
        self.callouts: list[str] = []
        self.heading: list[str] | None = None
        self.tables = 0
        self.row: _Row | None = None
        self.links = 0

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = {name: value or "" for name, value in attrs}
        match tag:
            case "blockquote":
                self._open_blockquote(given.get("class", ""))
            case "h2" | "h3" | "h4":
                self.heading = []
            case "table":
                self.tables += 1
                self._write(f"{FRAME}<table>")
                self.row = _Row()
            case "thead" | "tbody":
                pass  # written where the first row shows which one it is
            case "caption":
                name = f"table-{self.tables}"
                self.out[-1] = self.out[-1].replace("<div ", f'<div aria-labelledby="{name}" ')
                self.out.append(f'<caption id="{name}">')
            case "th" | "td":
                self._open_cell(tag, given)
            case "a":
                self.links += 1
                self._write(_start(tag, given))
            case _:
                self._write(_start(tag, given))

    def handle_endtag(self, tag: str) -> None:
        match tag:
            case "blockquote":
                self._close_blockquote()
            case "h2" | "h3" | "h4":
                self._close_heading(tag)
            case "thead" | "tbody" | "br" | "hr" | "img":
                pass
            case "table":
                self._write("</tbody></table></div>")
                self.row = None
            case "tr":
                self._write("</tr>")
                self._close_first_row()
            case "a":
                self.links -= 1
                self._write("</a>")
            case _:
                self._write(f"</{tag}>")

    def handle_data(self, data: str) -> None:
        # A link cannot hold another one, nor should an entry of the contents hold a citation.
        for piece, phone in self.phones.linked(data, leave=self.links > 0):
            text = phone_links.link(phone, piece) if phone else escape(piece, quote=False)
            if self.heading is None and not self.links and not phone:
                text = CITATION.sub(self._cite, text)
            self._write(text)

    def _write(self, html: str) -> None:
        if self.heading is not None:
            self.heading.append(html)
        elif self.row is not None and (self.row.out or html == "<tr>"):
            self.row.out.append(html)
        else:
            self.out.append(html)

    def _open_blockquote(self, kind: str) -> None:
        if kind == "urgent" and not self.callouts and not any(map(str.strip, self.out)):
            self.opens = True
        self.callouts.append(kind)
        if kind not in ICONS:
            self._write("<blockquote>")
            return
        look = "" if kind == "note" else f" callout-{kind}"
        self._write(f'<div class="callout{look}">{self.icon(ICONS[kind])}')

    def _close_blockquote(self) -> None:
        self._write("</div>" if self.callouts.pop() in ICONS else "</blockquote>")
        if self.opens and not self.callouts:
            self.opening += self.out
            self.out, self.opens = [], False

    def _close_heading(self, tag: str) -> None:
        html = "".join(self.heading or [])
        self.heading = None
        name = re.sub(r"<[^<>]+>", "", html)
        if tag != "h2":
            self._write(f"<{tag}>{html}</{tag}>")
            return
        address = self._address(name)
        self.contents.append((address, name))
        self._write(f'<h2 id="{address}">{html}</h2>')

    def _address(self, name: str) -> str:
        base = slugify(name)[:60].strip("-") or "part"
        times = self.times.get(base, 1)
        address = base if times == 1 else f"part-{base}-{times}"
        while address in self.taken or address.startswith(("source-", "cite-", "table-")):
            times += 1
            address = f"part-{base}-{times}"
        self.times[base] = times
        self.taken.add(address)
        return address

    def _open_cell(self, tag: str, given: dict[str, str]) -> None:
        if self.row is not None:
            self.row.cells.append(tag)
        if tag == "th":
            given = given | {"scope": "?" if self.row else "row"}
        self._write(_start(tag, given))

    def _close_first_row(self) -> None:
        row, self.row = self.row, None
        if row is None:
            return
        # Over the names of the rows there is nothing to say: an empty head would be read as one.
        html = EMPTY_HEAD.sub(r"<td\1></td>", "".join(row.out))
        if row.names_the_columns():
            self.out.append(
                "<thead>" + html.replace('scope="?"', 'scope="col"') + "</thead><tbody>"
            )
        else:
            self.out.append("<tbody>" + html.replace('scope="?"', 'scope="row"'))

    def _cite(self, match: re.Match[str]) -> str:
        numbers = [int(number) for number in match[1].split(",")]
        if not all(1 <= number <= self.sources for number in numbers):
            return match[0]
        return "<sup>" + ",".join(self._link(number) for number in numbers) + "</sup>"

    def _link(self, number: int) -> str:
        times = self.cited[number] = self.cited.get(number, 0) + 1
        said = escape(self.citation.format(number=number))
        place = f'id="cite-{number}-{times}" href="#source-{number}"'
        return f'<a {place} aria-label="{said}">{number}</a>'


def _start(tag: str, given: dict[str, str]) -> str:
    attributes = "".join(f' {name}="{escape(value)}"' for name, value in given.items())
    return f"<{tag}{attributes}>"
