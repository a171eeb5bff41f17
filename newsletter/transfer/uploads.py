"""Lists of readers that staff upload: kept in the database, read by a worker, first only tried.

The file lies in the database piece by piece, since web servers and workers share nothing else. No
web process reads more of it than its beginning. What a killed worker left goes on: see `sweep`.
"""

import io
import tempfile
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import asdict
from datetime import timedelta
from pathlib import Path
from typing import Any, BinaryIO

from django.conf import settings
from django.db import transaction
from django.utils.translation import gettext as _

from core import broker, spreadsheets
from core.database import database_time
from core.validation.control_characters import without_controls
from newsletter.models import ListUpload, ListUploadPart, Topic
from newsletter.transfer import column_roles, csv_files, csv_import
from newsletter.transfer.csv_formats import NobodyLeft, Unreadable
from newsletter.transfer.csv_import import COUNTS, Progress

TASK = "newsletter.tasks.read_list_upload"
PIECE = 1024 * 1024  # bytes
LARGEST = 30 * 1024 * 1024  # bytes, about 400,000 readers
LEASE = timedelta(minutes=5)  # longer than a part of a file takes
SAMPLE_ROWS = 3
Status, Kind = ListUpload.Status, ListUploadPart.Kind


class NotPossible(Exception):
    """The step does not fit the upload as it is now. Its words are for staff."""


def create(
    file: Any, *, name: str, source: str, all_in: str, topic: Topic | None, by: Any
) -> ListUpload:
    """Keep an uploaded file. Raises Unreadable for what is no table of columns and rows."""
    if file.size > LARGEST:
        raise Unreadable(_("This file is too large. A list may have 30 MB; split it."))
    header, sample = csv_files.beginning(file, rows=SAMPLE_ROWS)
    file.seek(0)
    with transaction.atomic():
        upload = ListUpload.objects.create(
            name=name[:100],
            source=source,
            all_in=all_in,
            topic=topic,
            header=_shown(header),
            sample=[_shown(row) for row in sample],
            size=file.size,
            created_by=by,
        )
        for number, octets in enumerate(_pieces(file)):
            upload.parts.create(kind=Kind.FILE, number=number, octets=octets)
    return upload


def _shown(cells: list[str]) -> list[str]:
    return [without_controls(cell)[:200] for cell in cells]


def _pieces(file: BinaryIO) -> Iterator[bytes]:
    while octets := file.read(PIECE):
        yield octets


def check(upload: ListUpload, *, roles: list[str], all_in: str) -> None:
    """Let a worker try it: nobody is added. Raises NotPossible."""
    try:
        columns = column_roles.names(upload.header, roles)
    except ValueError:
        raise NotPossible(_("Say which column holds the e-mail addresses.")) from None
    waits = (Status.UPLOADED, Status.CHECKED, Status.FAILED)
    _begin(upload, Status.CHECKING, waits, columns=columns, all_in=all_in)


def start(upload: ListUpload) -> None:
    """Let a worker import it. Raises NotPossible unless it was tried."""
    _begin(upload, Status.IMPORTING, (Status.CHECKED,))


def _begin(upload: ListUpload, status: str, allowed: Iterable[str], **values: Any) -> None:
    zero = dict.fromkeys(("done", "lines", *COUNTS), 0)
    with transaction.atomic():
        _change(upload, allowed, status=status, problem="", notes=[], **values, **zero)
        upload.parts.filter(kind=Kind.REPORT).delete()
        broker.publish_on_commit(TASK, upload.pk)


def discard(upload: ListUpload) -> None:
    """Throw the file away. Raises NotPossible for one that is imported, or being so."""
    waits = (Status.UPLOADED, Status.CHECKING, Status.CHECKED, Status.FAILED)
    with transaction.atomic():
        _change(upload, waits, status=Status.DISCARDED, finished_at=database_time.now())
        _forget_file(upload)


def _change(upload: ListUpload, allowed: Iterable[str], **values: Any) -> None:
    """One conditional UPDATE decides: of two people at once, one wins."""
    rows = ListUpload.objects.filter(pk=upload.pk, status__in=list(allowed))
    if not rows.update(lease_until=None, **values):
        raise NotPossible(_("This cannot be done with it any more. Look at the page again."))
    upload.refresh_from_db()


def _forget_file(upload: ListUpload) -> None:
    upload.parts.filter(kind=Kind.FILE).delete()
    ListUpload.objects.filter(pk=upload.pk).update(sample=[])


# ── what a worker does ──


def read(upload_id: int) -> None:
    """Try or import an upload. Safe to run twice: only the run that claims it reads it."""
    now = database_time.now()
    claimed = ListUpload.objects.unclaimed().filter(pk=upload_id).update(lease_until=now + LEASE)
    if not claimed:
        return
    upload = ListUpload.objects.select_related("topic").get(pk=upload_id)
    report = _Report(upload)
    try:
        with _as_file(upload) as path:
            for progress in _parts(upload, path, report):
                if not _save(upload, progress, report):
                    return  # it was thrown away
    except NobodyLeft:
        _settle(upload, Status.FAILED, problem=_NOBODY_LEFT)
    except Unreadable as error:
        _settle(upload, Status.FAILED, problem=_for_a_page(str(error))[:1000])
    else:
        _settle(upload, Status.CHECKED if upload.status == Status.CHECKING else Status.DONE)


def _parts(upload: ListUpload, path: Path, report: "_Report") -> Iterator[Progress]:
    return csv_import.import_file(
        path,
        source=upload.source,
        tell=report.tell,
        topic=upload.topic,
        dry=upload.status == Status.CHECKING,
        all_in=upload.all_in,
        columns=tuple(upload.columns),
    )


@contextmanager
def _as_file(upload: ListUpload) -> Iterator[Path]:
    """Yield the file as one of this machine, for as long as it is read."""
    with tempfile.NamedTemporaryFile(prefix="readers-") as file:
        pieces = upload.parts.filter(kind=Kind.FILE).order_by("number")
        for pk in list(pieces.values_list("pk", flat=True)):
            file.write(ListUploadPart.objects.values_list("octets", flat=True).get(pk=pk))
        file.flush()
        yield Path(file.name)


class _Report:
    """Lines that were not taken over, or not all of it, written part by part."""

    def __init__(self, upload: ListUpload) -> None:
        self.upload = upload
        self.number = upload.parts.filter(kind=Kind.REPORT).count()
        self._empty()

    def _empty(self) -> None:
        self.text = io.StringIO(newline="")
        self.rows = spreadsheets.Writer(self.text)

    def tell(self, line: int, email: str, why: str) -> None:
        self.rows.row(line, email, why)

    def write(self) -> None:
        """Keep what was told since the last time."""
        if octets := self.text.getvalue().encode():
            self.upload.parts.create(kind=Kind.REPORT, number=self.number, octets=octets)
            self.number += 1
            self._empty()


@transaction.atomic
def _save(upload: ListUpload, progress: Progress, report: _Report) -> bool:
    counted = asdict(progress)
    values = {name: counted[name] for name in ("done", "lines", *COUNTS)}
    notes = [*map(_for_a_page, progress.notes), *([_ALREADY] if progress.was_done else [])]
    lease = database_time.now() + LEASE
    rows = ListUpload.objects.filter(pk=upload.pk, status=upload.status)
    if not rows.update(notes=notes, lease_until=lease, **values):
        return False
    report.write()
    return True


# What the command says to whoever types it, as a page says it.
_OPTIONS = {
    "bring it in with --as left": "upload it here with “All in this file have left”",
    ", or say --encoding cp1252": "",
}
_NOBODY_LEFT = (
    "No column of this file says who left. Nobody may be written to again who did: export it with "
    "that column, or say below that all in it are subscribed, or that all have left."
)


def _for_a_page(text: str) -> str:
    for option, words in _OPTIONS.items():
        text = text.replace(option, words)
    return text


_ALREADY = "This file was brought in before. Nothing was done; these are the numbers of then."


@transaction.atomic
def _settle(upload: ListUpload, status: str, *, problem: str = "") -> None:
    rows = ListUpload.objects.filter(pk=upload.pk, status=upload.status)
    done = status == Status.DONE
    ended = database_time.now() if done else None
    if rows.update(status=status, problem=problem, lease_until=None, finished_at=ended) and done:
        _forget_file(upload)


def sweep() -> None:
    """Let workers go on with what one of them left."""
    for pk in ListUpload.objects.unclaimed().values_list("pk", flat=True):
        broker.publish_on_commit(TASK, pk)


def erase_expired() -> None:
    """Delete the files and reports of uploads after LIST_UPLOAD_DAYS; their counts stay."""
    since = database_time.now() - timedelta(days=settings.LIST_UPLOAD_DAYS)
    old = ListUpload.objects.filter(created_at__lt=since).exclude(status__in=ListUpload.RUNNING)
    ListUploadPart.objects.filter(upload__in=old).delete()
    old.exclude(sample=[]).update(sample=[])
    waits = (Status.UPLOADED, Status.CHECKED, Status.FAILED)
    old.filter(status__in=waits).update(status=Status.DISCARDED, finished_at=database_time.now())


def report(upload: ListUpload) -> Iterator[bytes]:
    """Yield the report as CSV: the line, the address, and why it is not added."""
    yield spreadsheets.table([["line", "email", "why"]]).encode()
    parts = upload.parts.filter(kind=Kind.REPORT).order_by("number")
    for pk in list(parts.values_list("pk", flat=True)):
        yield bytes(ListUploadPart.objects.values_list("octets", flat=True).get(pk=pk))
