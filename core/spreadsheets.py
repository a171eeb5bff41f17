"""CSV that people open in a spreadsheet program: no cell of it is taken for a formula.

A cell that such a program could calculate begins with an apostrophe instead, as people write it
by hand (OWASP, "CSV Injection"). `reader` takes it away again, so that what goes out comes in the
same. Every file of the house is written here.
"""

import csv
import io
import unicodedata
from collections.abc import Iterable, Iterator
from typing import IO, Any

_FORMULA = frozenset("=+-@\N{MINUS SIGN}")
_QUOTES = frozenset("'\"`‘’“”„«»")


def cell(value: Any) -> str:
    """Return `value` as the text of a cell that is no formula; None is an empty cell."""
    if isinstance(value, int | float):
        return str(value)  # a number is none, though it may begin with a minus
    text = "" if value is None else str(value)
    return f"'{text}" if calculates(text) else text


def value(text: str) -> str:
    """Return what `cell` was given, as text. Other cells are returned as they are."""
    return text[1:] if text.startswith("'") and calculates(text[1:]) else text


def calculates(text: str) -> bool:
    """Return whether a program might calculate it, in full-width signs or behind blanks too."""
    if text.startswith(("\t", "\r", "\n")):
        return True
    for sign in text:
        if sign in _QUOTES or sign.isspace() or unicodedata.category(sign).startswith("C"):
            continue
        return bool(_FORMULA & set(unicodedata.normalize("NFKC", sign)))
    return False


class Writer:
    """Writes rows into `file`, every cell through `cell`."""

    def __init__(self, file: IO[str]) -> None:
        self._rows = csv.writer(file)

    def row(self, *values: Any) -> None:
        self._rows.writerow(map(cell, values))


def table(rows: Iterable[Iterable[Any]]) -> str:
    """Return these rows as the text of a file."""
    file = io.StringIO(newline="")
    writer = Writer(file)
    for row in rows:
        writer.row(*row)
    return file.getvalue()


def reader(lines: Iterable[str], *, delimiter: str = ",") -> Iterator[list[str]]:
    """Yield the rows of a file of ours, or of another program, each cell through `value`.

    Raises csv.Error for what is no CSV.
    """
    for row in csv.reader(lines, delimiter=delimiter):
        yield [value(text) for text in row]


class Broken(ValueError):
    """The table is broken; its text names the line and says how."""


def numbered(
    lines: Iterable[str], *, delimiter: str = ",", before: int = 0
) -> Iterator[tuple[int, list[str]]]:
    """Yield each row with the line that it begins in, empty ones left out, cells through `value`.

    `before` lines were read already. Raises Broken where a quote is not closed, or closed in the
    middle of a cell, and for a cell of more than 128 kB: it has swallowed what comes after it.
    """
    rows = csv.reader(lines, delimiter=delimiter, strict=True)
    while True:
        line = before + rows.line_num + 1
        try:
            row = next(rows)
        except StopIteration:
            return
        except csv.Error as error:
            raise Broken(f"Line {line}: {_why(error)}") from error
        if row:
            yield line, [value(text) for text in row]


def _why(error: csv.Error) -> str:
    if "unexpected end" in str(error):
        return "a quote is opened there and never closed."
    if "larger than" in str(error):
        return f"a cell has more than {csv.field_size_limit():,} letters. Is a quote not closed?"
    if "expected after" in str(error):
        return "a quote ends before its cell does. Inside a cell quotes are written twice."
    return f"{error}."
