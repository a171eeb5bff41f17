"""From a CSV file to the list and back, in parts: flat memory, and it goes on where it stopped."""

import hashlib
import io
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from itertools import islice
from pathlib import Path
from typing import IO

from django.contrib.postgres.aggregates import StringAgg
from django.core.exceptions import ValidationError
from django.db import transaction
from django.db.models import Value
from django.utils import timezone

from curednation import spreadsheets
from curednation.guard import addresses
from newsletter.lists import Line, Reader, Unreadable
from newsletter.models import Import, Subscriber, Topic
from newsletter.subscription.importing import Importer, Part

AT_ONCE = 20_000
COUNTS = ("added", "known", "suppressed", "refused")
Tell = Callable[[int, str, str], None]


@dataclass
class Progress:
    """`done` of `size` bytes are read; the rest are counts of lines."""

    size: int
    done: int = 0
    lines: int = 0
    added: int = 0
    known: int = 0
    suppressed: int = 0
    refused: int = 0
    was_done: bool = False


def bring_in(
    path: Path,
    *,
    source: str,
    tell: Tell = lambda line, email, why: None,
    topic: Topic | None = None,
    dry: bool = False,
) -> Iterator[Progress]:
    """Bring in a list, part by part; yields how far it is after each.

    `tell(line, address, why)` hears of every line that is not added. A file that was interrupted
    goes on after its last part; one that was brought in yields what it brought then. Raises
    Unreadable for a file without addresses, and UnicodeDecodeError for another encoding than UTF-8.
    """
    progress = Progress(size=path.stat().st_size)
    importer = Importer(source=source, dry=dry, topic=topic)
    row = None if dry else _row_of(path, source)
    if row is not None:
        progress = replace(progress, **{name: getattr(row, name) for name in ("lines", *COUNTS)})
        if row.finished_at:
            yield replace(progress, done=progress.size, was_done=True)
            return
    with path.open("rb") as raw, io.TextIOWrapper(raw, "utf-8-sig", newline="") as text:
        reader, lines = _opened(text)
        for _ in islice(lines, progress.lines):
            pass
        while part := list(islice(lines, AT_ONCE)):
            with transaction.atomic():
                _bring_in_part(importer, reader, part, progress, tell)
                progress.lines += len(part)
                if row is not None:
                    _keep(row, progress)
            progress.done = raw.tell()
            yield replace(progress)
    if row is not None:
        Import.objects.filter(pk=row.pk).update(finished_at=timezone.now())


def _row_of(path: Path, source: str) -> Import:
    with path.open("rb") as file:
        digest = hashlib.file_digest(file, "sha256").hexdigest()
    return Import.objects.get_or_create(digest=digest, defaults={"source": source[:200]})[0]


def _keep(row: Import, progress: Progress) -> None:
    counts = {name: getattr(progress, name) for name in ("lines", *COUNTS)}
    Import.objects.filter(pk=row.pk).update(**counts)


def _opened(text: IO[str]) -> tuple[Reader, Iterator[tuple[int, list[str]]]]:
    """Knows the columns, and the lines after the first with their numbers."""
    header = text.readline()
    mark = max(",;\t", key=header.count)
    names = next(spreadsheets.reader([header], delimiter=mark), [])
    rows = spreadsheets.reader(text, delimiter=mark)
    return Reader(names), enumerate(rows, start=2)


def _bring_in_part(
    importer: Importer,
    reader: Reader,
    part: list[tuple[int, list[str]]],
    progress: Progress,
    tell: Tell,
) -> None:
    good: list[tuple[int, Line]] = []
    for number, cells in part:
        try:
            good.append((number, _checked(reader.read(cells))))
        except Unreadable as error:
            progress.refused += 1
            tell(number, cells[0] if cells else "", str(error))
    done: Part = importer.bring_in(good)
    progress.added += done.added
    progress.known += done.known
    progress.suppressed += done.suppressed
    for number, email, what in done.problems or ():
        tell(number, email, WORDS.get(what, what))


WORDS = {
    "twice": "It is in this file twice.",
    "active": "It is on the list.",
    "left": "It has left here.",
    "bounced": "Mail to it came back.",
    "complained": "It has complained.",
    "erased": "It was erased here.",
}


def _checked(line: Line) -> Line:
    if not line.state:
        raise Unreadable("It was never confirmed there.")
    try:
        addresses.validate_address(line.email)
    except ValidationError:
        raise Unreadable("This is no e-mail address.") from None
    return replace(line, email=addresses.normalised(line.email))


def send_out(file: IO[str], *, state: str = "") -> int:
    """Write who is on the list as CSV, erased ones left out; return how many there are."""
    people = Subscriber.objects.exclude(state=Subscriber.State.ERASED).order_by("pk")
    if state:
        people = people.filter(state=state)
    topics = StringAgg("topics__slug", ";", ordering="topics__slug", default=Value(""))
    rows = people.annotate(chosen=topics).values_list(
        "email", "state", "language", "joined_at", "left_at", "chosen"
    )
    writer, count = spreadsheets.Writer(file), 0
    writer.row("email", "status", "language", "joined_at", "left_at", "topics")
    for email, where, language, joined, left, chosen in rows.iterator(AT_ONCE):
        writer.row(email, where, language, _moment(joined), _moment(left), chosen)
        count += 1
    return count


def _moment(when: datetime | None) -> str:
    return f"{when.astimezone(UTC):%Y-%m-%dT%H:%M:%SZ}" if when else ""
