"""Importing a CSV file in parts: in flat memory, and it goes on where it was interrupted."""

import hashlib
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from datetime import datetime
from itertools import islice
from pathlib import Path

from django.core.exceptions import ValidationError
from django.db import transaction

from core.database import database_time
from core.people import email_addresses
from newsletter.models import Import, Topic
from newsletter.subscription.bulk_import import Importer, Result
from newsletter.transfer import csv_files
from newsletter.transfer.csv_files import CsvFile
from newsletter.transfer.csv_formats import ImportedSubscriber, Reader, Unreadable

AT_ONCE = 20_000
COUNTS = ("added", "known", "suppressed", "refused", "taken_off")
Tell = Callable[[int, str, str], None]
LISTMONK = (
    "This is an export of listmonk. Its status is the account's: who unsubscribed from a list is "
    "“enabled” all the same. In listmonk open Lists, click on the number beside “unsubscribed” of "
    "each list, export that, too, and bring it in with --as left."
)


@dataclass
class Progress:
    """`done` of `size` bytes are read; the rest are counts of lines. `notes` are for all of it."""

    size: int
    done: int = 0
    lines: int = 0
    added: int = 0
    known: int = 0
    suppressed: int = 0
    refused: int = 0
    taken_off: int = 0
    was_done: bool = False
    notes: tuple[str, ...] = ()


def import_file(
    path: Path,
    *,
    source: str,
    tell: Tell = lambda line, email, why: None,
    topic: Topic | None = None,
    dry: bool = False,
    email: str = "",
    all_in: str = "",
    encoding: str = "",
    columns: tuple[str, ...] = (),
) -> Iterator[Progress]:
    """Import a file, part by part, and yield how far it is after each.

    `tell(line, address, why)` is called for every row that is not added, or not all of it. `email`
    and `all_in` are those of `csv_formats.Reader`, `columns` those of `csv_files.CsvFile`. A file
    that was interrupted goes on after its last part; one that was imported yields what it added
    then. Raises Unreadable, before anybody is added, for a file that is broken, holds no addresses,
    or in which nothing says who left.
    """
    progress = Progress(size=path.stat().st_size)
    file = csv_files.inspect(path, encoding=encoding, email=email, all_in=all_in, columns=columns)
    importer = Importer(source=source, dry=dry, topic=topic)
    row = None if dry else _find_import(file, source)
    if row is not None:
        progress = replace(progress, **{name: getattr(row, name) for name in ("lines", *COUNTS)})
        if row.finished_at:
            yield replace(progress, done=progress.size, was_done=True)
            return
    with file.opened() as (raw, reader, rows):
        progress.notes = _notes(reader)
        if LISTMONK in progress.notes:
            tell(1, "", LISTMONK)
        for _ in islice(rows, progress.lines):
            pass
        while part := list(islice(rows, AT_ONCE)):
            with transaction.atomic():
                _import_part(importer, reader, part, progress, tell)
                progress.lines += len(part)
                if row is not None:
                    _save_progress(row, progress)
            progress.done = raw.tell()
            yield replace(progress)
    if row is not None:
        Import.objects.filter(pk=row.pk).update(finished_at=database_time.now())


def _notes(reader: Reader) -> tuple[str, ...]:
    found = []
    if reader.is_of_listmonk and not reader.all_in:
        found.append(LISTMONK)
    if reader.unknown and any(reader.unknown):
        found.append(f"Columns that are not looked at: {', '.join(reader.unknown)}.")
    return tuple(found)


def _find_import(file: CsvFile, source: str) -> Import:
    """Return the row of this import. The same file read in another way is another import."""
    with file.path.open("rb") as octets:
        digest = hashlib.file_digest(octets, "sha256")
    if file.email or file.all_in:
        digest.update(f"\0{file.email}\0{file.all_in}".encode())
    if file.columns:
        digest.update("\0".join(("", *file.columns)).encode())
    defaults = {"source": source[:200]}
    return Import.objects.get_or_create(digest=digest.hexdigest(), defaults=defaults)[0]


def _save_progress(row: Import, progress: Progress) -> None:
    counts = {name: getattr(progress, name) for name in ("lines", *COUNTS)}
    Import.objects.filter(pk=row.pk).update(**counts)


def _import_part(
    importer: Importer,
    reader: Reader,
    part: list[tuple[int, list[str]]],
    progress: Progress,
    tell: Tell,
) -> None:
    good: list[tuple[int, ImportedSubscriber]] = []
    for number, cells in part:
        try:
            row = _checked(reader.read(cells), importer.now)
        except Unreadable as error:
            progress.refused += 1
            tell(number, reader.email(cells), str(error))
            continue
        good.append((number, row))
        for remark in row.remarks:
            tell(number, row.email, remark)
    result: Result = importer.import_rows(good)
    progress.added += result.added
    progress.known += result.known
    progress.suppressed += result.suppressed
    progress.taken_off += result.taken_off
    for number, email, what in result.problems or ():
        tell(number, email, EXPLANATIONS.get(what, what))


EXPLANATIONS = {
    "twice": "It is in this file twice.",
    "taken off": "It left there. It was brought in before, and is taken off now.",
    "stays": "It left there, and has confirmed here: it stays on the list.",
    "active": "It is on the list.",
    "left": "It has left here.",
    "bounced": "Mail to it came back.",
    "complained": "It has complained.",
    "erased": "It was erased here.",
}


def _checked(row: ImportedSubscriber, now: datetime) -> ImportedSubscriber:
    if not row.status:
        raise Unreadable("It was never confirmed there.")
    try:
        email_addresses.validate_address(row.email)
    except ValidationError:
        raise Unreadable("This is no e-mail address.") from None
    row = replace(row, email=email_addresses.normalized(row.email))
    if row.joined and row.joined > now:
        ahead = f"The date {row.joined:%Y-%m-%d} lies ahead: since when is unknown."
        return replace(row, joined=None, remarks=(*row.remarks, ahead))
    return row
