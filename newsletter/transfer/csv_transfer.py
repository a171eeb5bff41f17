"""From a CSV file to the list and back, in parts: flat memory, and it goes on where it stopped."""

import hashlib
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from itertools import islice
from pathlib import Path
from typing import IO

from django.contrib.postgres.aggregates import StringAgg
from django.core.exceptions import ValidationError
from django.db import transaction
from django.db.models import Exists, OuterRef, Value
from django.utils import timezone

from core import spreadsheets
from core.people import email_addresses
from newsletter.models import Consent, Import, Subscriber, Topic
from newsletter.subscription.bulk_import import Importer, Part
from newsletter.transfer import csv_files
from newsletter.transfer.csv_files import ListFile
from newsletter.transfer.csv_formats import Line, Reader, Unreadable

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


def bring_in(
    path: Path,
    *,
    source: str,
    tell: Tell = lambda line, email, why: None,
    topic: Topic | None = None,
    dry: bool = False,
    email: str = "",
    all_in: str = "",
    encoding: str = "",
) -> Iterator[Progress]:
    """Bring in a list, part by part; yields how far it is after each.

    `tell(line, address, why)` hears of every line that is not added, or not all of it. `email` and
    `all_in` are those of `lists.Reader`. A file that was interrupted goes on after its last part;
    one that was brought in yields what it brought then. Raises Unreadable, before anybody is added,
    for a file that is broken, holds no addresses, or in which nothing says who left.
    """
    progress = Progress(size=path.stat().st_size)
    file = csv_files.look(path, encoding=encoding, email=email, all_in=all_in)
    importer = Importer(source=source, dry=dry, topic=topic)
    row = None if dry else _row_of(file, source)
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
                _bring_in_part(importer, reader, part, progress, tell)
                progress.lines += len(part)
                if row is not None:
                    _keep(row, progress)
            progress.done = raw.tell()
            yield replace(progress)
    if row is not None:
        Import.objects.filter(pk=row.pk).update(finished_at=timezone.now())


def _notes(reader: Reader) -> tuple[str, ...]:
    found = []
    if reader.is_of_listmonk and not reader.all_in:
        found.append(LISTMONK)
    if reader.unknown:
        found.append(f"Columns that are not looked at: {', '.join(reader.unknown)}.")
    return tuple(found)


def _row_of(file: ListFile, source: str) -> Import:
    """The same file read in another way is another import."""
    with file.path.open("rb") as octets:
        digest = hashlib.file_digest(octets, "sha256")
    if file.email or file.all_in:
        digest.update(f"\0{file.email}\0{file.all_in}".encode())
    defaults = {"source": source[:200]}
    return Import.objects.get_or_create(digest=digest.hexdigest(), defaults=defaults)[0]


def _keep(row: Import, progress: Progress) -> None:
    counts = {name: getattr(progress, name) for name in ("lines", *COUNTS)}
    Import.objects.filter(pk=row.pk).update(**counts)


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
            line = _checked(reader.read(cells), importer.now)
        except Unreadable as error:
            progress.refused += 1
            tell(number, reader.email(cells), str(error))
            continue
        good.append((number, line))
        for remark in line.remarks:
            tell(number, line.email, remark)
    done: Part = importer.bring_in(good)
    progress.added += done.added
    progress.known += done.known
    progress.suppressed += done.suppressed
    progress.taken_off += done.taken_off
    for number, email, what in done.problems or ():
        tell(number, email, WORDS.get(what, what))


WORDS = {
    "twice": "It is in this file twice.",
    "taken off": "It left there. It was brought in before, and is taken off now.",
    "stays": "It left there, and has confirmed here: it stays on the list.",
    "active": "It is on the list.",
    "left": "It has left here.",
    "bounced": "Mail to it came back.",
    "complained": "It has complained.",
    "erased": "It was erased here.",
}


def _checked(line: Line, now: datetime) -> Line:
    if not line.status:
        raise Unreadable("It was never confirmed there.")
    try:
        email_addresses.validate_address(line.email)
    except ValidationError:
        raise Unreadable("This is no e-mail address.") from None
    line = replace(line, email=email_addresses.normalized(line.email))
    if line.joined and line.joined > now:
        ahead = f"The date {line.joined:%Y-%m-%d} lies ahead: since when is unknown."
        return replace(line, joined=None, remarks=(*line.remarks, ahead))
    return line


def send_out(file: IO[str], *, status: str = "") -> int:
    """Write who is on the list as CSV, erased ones left out; return how many there are."""
    people = Subscriber.objects.exclude(status=Subscriber.Status.ERASED).order_by("pk")
    if status:
        people = people.filter(status=status)
    topics = StringAgg("topics__slug", ";", order_by="topics__slug", default=Value(""))
    proofs = Consent.objects.filter(subscriber=OuterRef("pk"))
    unknown = Exists(proofs.filter(kind="imported", asked_at=None)) & ~Exists(
        proofs.filter(kind="confirmed")
    )
    rows = people.annotate(chosen=topics, unknown=unknown).values_list(
        "email", "status", "language", "joined_at", "left_at", "chosen", "unknown"
    )
    writer, count = spreadsheets.Writer(file), 0
    writer.row("email", "status", "language", "joined_at", "left_at", "topics")
    for email, where, language, joined, left, chosen, not_known in rows.iterator(AT_ONCE):
        since = "" if not_known else _moment(joined)
        writer.row(email, where, language, since, _moment(left), chosen)
        count += 1
    return count


def _moment(when: datetime | None) -> str:
    return f"{when.astimezone(UTC):%Y-%m-%dT%H:%M:%SZ}" if when else ""
