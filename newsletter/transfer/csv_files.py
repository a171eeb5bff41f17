"""The file of a list: its encoding, its layout, and whether it is whole. Before any is added."""

import codecs
import re
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from io import TextIOWrapper
from pathlib import Path
from typing import IO

from core import spreadsheets
from newsletter.transfer import column_names as words
from newsletter.transfer.csv_formats import Reader, Unreadable

_SEPARATOR = re.compile(r'"?sep=(.)"?\s*', re.IGNORECASE)  # for spreadsheet programs
_MARKS = ",;\t|"
Rows = Iterator[tuple[int, list[str]]]


@dataclass(frozen=True)
class ListFile:
    """How to read it. `all_in` and `email` are those of `lists.Reader`."""

    path: Path
    encoding: str
    delimiter: str
    skipped: int  # lines before the header
    email: str
    all_in: str

    @contextmanager
    def opened(self) -> Iterator[tuple[IO[bytes], Reader, Rows]]:
        """The octets, who knows the columns, and the rows after the first with their lines."""
        with _text(self.path, self.encoding) as (raw, text):
            rows = _rows(text, self.delimiter, self.skipped)
            _line, header = next(rows, (0, []))
            yield raw, Reader(header, email=self.email, all_in=self.all_in), rows


def look(path: Path, *, encoding: str = "", email: str = "", all_in: str = "") -> ListFile:
    """Read the whole file once, and say how. Raises Unreadable, with the line where there is one.

    UTF-8 and UTF-16 are recognised; another encoding must be named.
    """
    encoding = _encoding(path, encoding)
    try:
        with _text(path, encoding) as (_raw, text):
            separator = _SEPARATOR.fullmatch(next(_lines(text), ""))
        skipped = 1 if separator else 0
        mark = separator[1] if separator else _mark(path, encoding, email)
        found = ListFile(path, encoding, mark, skipped, email, all_in)
        with found.opened() as (_raw, reader, rows):
            for line, cells in rows:
                _nothing_swallowed(line, cells, len(reader.names), mark)
    except UnicodeError:
        raise Unreadable(_not_in(encoding, path)) from None
    except spreadsheets.Broken as error:
        raise Unreadable(str(error)) from None
    return found


def _encoding(path: Path, given: str) -> str:
    if given:
        try:
            b" ".decode(given, "replace")  # text, not such as base64
            return codecs.lookup(given).name
        except LookupError:
            raise Unreadable(f"There is no encoding {given!r}.") from None
    with path.open("rb") as file:
        start = file.read(4)
    if start.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        return "utf-16"
    if len(start) == 4 and start[1::2] == b"\0\0":
        return "utf-16-le"
    return "utf-16-be" if len(start) == 4 and start[::2] == b"\0\0" else "utf-8"


def _mark(path: Path, encoding: str, email: str) -> str:
    """What parts the cells: where the first row then names addresses, and most columns."""
    wanted = {words.name_of(email)} if email else set(words.EMAIL)

    def fits(mark: str) -> tuple[bool, int]:
        with _text(path, encoding) as (_raw, text):
            try:
                _line, names = next(_rows(text, mark, 0), (0, []))
            except spreadsheets.Broken:
                return False, 0
        return bool(wanted & {words.name_of(name) for name in names}), len(names)

    return max(_MARKS, key=fits)


def _nothing_swallowed(line: int, cells: list[str], columns: int, mark: str) -> None:
    """A quote that is not closed runs on to the next one, over the readers between them."""
    for cell in cells:
        for inner in cell.splitlines()[1:] if "\n" in cell or "\r" in cell else ():
            if "@" in inner and inner.count(mark) >= columns // 2:
                raise Unreadable(
                    f"Line {line}: a cell runs on over lines that look like other readers. "
                    "Is a quote not closed?"
                )


@contextmanager
def _text(path: Path, encoding: str) -> Iterator[tuple[IO[bytes], IO[str]]]:
    with path.open("rb") as raw, TextIOWrapper(raw, encoding, newline="") as text:
        yield raw, text


def _rows(text: IO[str], mark: str, skipped: int) -> Rows:
    lines = _lines(text)
    for _ in range(skipped):
        next(lines, "")
    return spreadsheets.numbered(lines, delimiter=mark, before=skipped)


def _lines(text: IO[str]) -> Iterator[str]:
    """Without the marks that some programs begin a file with, one or more."""
    first = next(text, "").lstrip("\ufeff")
    if first:
        yield first
    yield from text


def _not_in(encoding: str, path: Path) -> str:
    found = ""
    if not encoding.startswith("utf-16"):
        with path.open("rb") as file:
            odd = (line for line, octets in enumerate(file, 1) if not _is_in(encoding, octets))
            found = f"Line {next(odd, '?')}: "
    return (
        f"{found}it is not written in {encoding}. If it comes from a spreadsheet program on "
        "Windows, save it as “CSV UTF-8”, or say --encoding cp1252."
    )


def _is_in(encoding: str, octets: bytes) -> bool:
    try:
        octets.decode(encoding)
    except UnicodeError:
        return False
    return True
