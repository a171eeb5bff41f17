"""A CSV file of subscribers: its encoding, its layout, and whether it is whole."""

import codecs
import re
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from io import TextIOWrapper
from itertools import islice
from pathlib import Path
from typing import IO, BinaryIO

from core import spreadsheets
from newsletter.transfer import column_names
from newsletter.transfer.csv_formats import Reader, Unreadable

_SEPARATOR = re.compile(r'"?sep=(.)"?\s*', re.IGNORECASE)  # for spreadsheet programs
_DELIMITERS = ",;\t|"
Rows = Iterator[tuple[int, list[str]]]
BEGINNING = 256 * 1024  # bytes


@dataclass(frozen=True)
class CsvFile:
    """How to read it. `all_in` and `email` are those of `csv_formats.Reader`.

    `columns` are the names under which its columns are read, where they are not its own.
    """

    path: Path
    encoding: str
    delimiter: str
    skipped: int  # lines before the header
    email: str
    all_in: str
    columns: tuple[str, ...] = ()

    @contextmanager
    def opened(self) -> Iterator[tuple[IO[bytes], Reader, Rows]]:
        """Yield the octets, a reader for the columns, and the rows below them with their lines."""
        with _text(self.path, self.encoding) as (raw, text):
            rows = _rows(text, self.delimiter, self.skipped)
            _line, header = next(rows, (0, []))
            if self.columns and len(self.columns) == len(header):
                header = list(self.columns)
            yield raw, Reader(header, email=self.email, all_in=self.all_in), rows


def inspect(
    path: Path,
    *,
    encoding: str = "",
    email: str = "",
    all_in: str = "",
    columns: tuple[str, ...] = (),
) -> CsvFile:
    """Read the whole file once, and return how to read it.

    Raises Unreadable, with the line where there is one.

    UTF-8 and UTF-16 are recognised; another encoding must be named.
    """
    encoding = _encoding(path, encoding)
    try:
        with _text(path, encoding) as (_raw, text):
            separator = _SEPARATOR.fullmatch(next(_lines(text), ""))
        skipped = 1 if separator else 0
        delimiter = separator[1] if separator else _delimiter(path, encoding, email)
        found = CsvFile(path, encoding, delimiter, skipped, email, all_in, columns)
        with found.opened() as (_raw, reader, rows):
            for line, cells in rows:
                _check_quotes(line, cells, len(reader.names), delimiter)
    except UnicodeError:
        raise Unreadable(_not_in(encoding, path)) from None
    except spreadsheets.Broken as error:
        raise Unreadable(str(error)) from None
    return found


def beginning(file: BinaryIO, *, rows: int) -> tuple[list[str], list[list[str]]]:
    """Return the names of the columns, and the first `rows` below them, of an open file.

    Its first BEGINNING bytes are read, and no more. Raises Unreadable for what is no table.
    """
    with tempfile.NamedTemporaryFile(prefix="readers-") as copy:
        copy.write(file.read(BEGINNING))
        copy.flush()
        path = Path(copy.name)
        encoding = _encoding(path, "")
        try:
            with _text(path, encoding) as (_raw, text):
                separator = _SEPARATOR.fullmatch(next(_lines(text), ""))
            skipped = 1 if separator else 0
            delimiter = separator[1] if separator else _delimiter(path, encoding, "")
            with _text(path, encoding) as (_raw, text):
                found = [
                    cells for _line, cells in islice(_rows(text, delimiter, skipped), rows + 1)
                ]
        except UnicodeError:
            raise Unreadable(_not_in(encoding, path)) from None
        except spreadsheets.Broken as error:
            raise Unreadable(str(error)) from None
    if len(found) < 2:
        raise Unreadable("There are no rows in it, below a first line that names the columns.")
    return found[0], found[1:]


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


def _delimiter(path: Path, encoding: str, email: str) -> str:
    """Return the delimiter by which the first row names addresses, and most columns."""
    wanted = {column_names.name_of(email)} if email else set(column_names.EMAIL)

    def fits(delimiter: str) -> tuple[bool, int]:
        with _text(path, encoding) as (_raw, text):
            try:
                _line, names = next(_rows(text, delimiter, 0), (0, []))
            except spreadsheets.Broken:
                return False, 0
        return bool(wanted & {column_names.name_of(name) for name in names}), len(names)

    return max(_DELIMITERS, key=fits)


def _check_quotes(line: int, cells: list[str], columns: int, delimiter: str) -> None:
    """Raise Unreadable for a quote that is not closed: it swallows the readers up to the next."""
    for cell in cells:
        for inner in cell.splitlines()[1:] if "\n" in cell or "\r" in cell else ():
            if "@" in inner and inner.count(delimiter) >= columns // 2:
                raise Unreadable(
                    f"Line {line}: a cell runs on over lines that look like other readers. "
                    "Is a quote not closed?"
                )


@contextmanager
def _text(path: Path, encoding: str) -> Iterator[tuple[IO[bytes], IO[str]]]:
    with path.open("rb") as raw, TextIOWrapper(raw, encoding, newline="") as text:
        yield raw, text


def _rows(text: IO[str], delimiter: str, skipped: int) -> Rows:
    lines = _lines(text)
    for _ in range(skipped):
        next(lines, "")
    return spreadsheets.numbered(lines, delimiter=delimiter, before=skipped)


def _lines(text: IO[str]) -> Iterator[str]:
    """Yield lines without the byte order marks that some programs begin a file with."""
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
