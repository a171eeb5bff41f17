"""Rows of a file of subscribers, of another program or our own: who it is, and their status. Pure.

Where several columns speak, the strictest counts: who left or complained anywhere has done
so. Names and other details are not taken over.
"""

import ipaddress
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime

from newsletter.transfer import column_names
from newsletter.transfer.column_names import moment

__all__ = ["ImportedSubscriber", "Reader", "Unreadable", "moment", "network", "strictest", "topics"]
# From the one that says least against writing to somebody to the one that says most.
STRICTNESS = ("active", "", "bounced", "left", "complained")
_PARTS = re.compile(r"[,;|]+")
_LISTMONK = {"uuid", "email", "name", "attributes", "status", "created_at"}


@dataclass(frozen=True)
class ImportedSubscriber:
    """What one row says. `status` is active, left, bounced or complained; empty: not confirmed.

    `remarks` are what could not be read in a row that counts all the same.
    """

    email: str
    status: str
    joined: datetime | None
    left: datetime | None
    network: str
    topics: tuple[str, ...]
    language: str = ""  # as it is written: "es", "es-MX"; empty where nothing says it
    remarks: tuple[str, ...] = ()


class Unreadable(Exception):
    """Its text says why, for whoever moves the list."""


class NobodyLeft(Unreadable):
    """No column says who left, and nobody says it of all."""


class Reader:
    """Reads rows; it knows from the header where each column stands.

    `email` names the column of addresses, where no usual name does. `all_in` is "active" or "left"
    where whoever moves the list says so of every row; a row of its own says more against it.
    Raises Unreadable without an address, or where nothing says who left.
    """

    def __init__(self, header: Sequence[str], *, email: str = "", all_in: str = "") -> None:
        self.names = [column_names.name_of(name) for name in header]
        self.all_in = all_in
        self._email = self._named(email) if email else self._places(column_names.EMAIL)
        if not self._email:
            raise Unreadable(_no_email(header, email))
        self._status = self._places(column_names.STATUS_COLUMNS)
        against = [column_names.speaks_against(name) for name in self.names]
        self._against = {
            status: [place for place, said in enumerate(against) if said == status]
            for status in ("left", "bounced", "complained")
        }
        self._reads, self._confirmed = (
            self._places(column_names.READS),
            self._places(column_names.CONFIRMED),
        )
        if not self._deciding():
            self._status = self._places(column_names.DOUBTFUL_STATUS_COLUMNS)
        self._leaving = [place for places in self._against.values() for place in places]
        needed = [] if all_in == "left" else [*self._deciding(), *self._confirmed]
        self._needed = max([self._email[0], *needed]) + 1
        self._joined = self._places(column_names.JOINED)
        self._network, self._topics, self._language = (
            self._places(column_names.NETWORK),
            self._places(column_names.TOPICS),
            self._places(column_names.LANGUAGE),
        )
        self.unknown = self._unknown(header)
        if not all_in and not self._deciding():
            raise NobodyLeft(_nobody_left(self.unknown))

    @property
    def is_of_listmonk(self) -> bool:
        """Return whether listmonk wrote it: its status is the account's, not a subscription's."""
        return set(self.names) >= _LISTMONK

    def email(self, cells: Sequence[str]) -> str:
        """Return the address in a row, whatever else is wrong with it."""
        return _first(cells, self._email)

    def read(self, cells: Sequence[str]) -> ImportedSubscriber:
        """Read one row. Raises Unreadable for one that is broken or not understood."""
        self._check_length(cells)
        remarks: list[str] = []
        return ImportedSubscriber(
            email=self.email(cells),
            status=strictest([self.all_in or "active", *self._said(cells)]),
            joined=_time(cells, self._joined, remarks),
            left=_time(cells, self._leaving, []),
            network=network(_first(cells, self._network)),
            topics=topics(_first(cells, self._topics)),
            language=_first(cells, self._language),
            remarks=tuple(remarks),
        )

    def _said(self, cells: Sequence[str]) -> Iterator[str]:
        """The status that each column says."""
        for text in _all(cells, self._status):
            status = column_names.status_of(text)
            if status is not None:
                yield status
            elif self.all_in != "left":
                raise Unreadable(f"The status “{text[:40]}” is not known.")
        for status, places in self._against.items():
            if any(column_names.says_anything(text) for text in _all(cells, places)):
                yield status
        if self.all_in != "left":
            for place in self._reads:
                yield from self._yes_or_no(cells, place, "left")
            for place in self._confirmed:
                yield from self._yes_or_no(cells, place, "")

    def _yes_or_no(self, cells: Sequence[str], place: int, no: str) -> Iterator[str]:
        text = _first(cells, [place])
        said, column = column_names.says_yes(text), self.names[place]
        if said is None:
            raise Unreadable(f"“{text[:40]}” in the column {column} is not understood.")
        if not self.all_in and moment(text) and self._deciding() == self._reads:
            raise Unreadable(f"The column {column} says since when, and nothing who left since.")
        if not said:  # where it says nothing, nobody asked for letters
            yield no if text else ""

    def _deciding(self) -> list[int]:
        against = [place for places in self._against.values() for place in places]
        return [*self._status, *against, *self._reads]

    def _check_length(self, cells: Sequence[str]) -> None:
        """A cell too many has moved the others; one too few may be the one that says who left."""
        size = len(self.names)
        if any(cell.strip() for cell in cells[size:]):
            raise Unreadable(f"It has {len(cells)} cells, and the first line names {size}.")
        if len(cells) < self._needed:
            raise Unreadable("It is cut off before the cells that say who left.")

    def _places(self, known: Sequence[str]) -> list[int]:
        found = [place for place, name in enumerate(self.names) if name in known]
        return sorted(found, key=lambda place: known.index(self.names[place]))

    def _named(self, column: str) -> list[int]:
        return [
            place for place, name in enumerate(self.names) if name == column_names.name_of(column)
        ][:1]

    def _unknown(self, header: Sequence[str]) -> list[str]:
        used = {*self._email, *self._deciding(), *self._confirmed}
        used |= {*self._joined, *self._network, *self._topics, *self._language}
        return [name.strip() for place, name in enumerate(header) if place not in used]


def strictest(statuses: Sequence[str]) -> str:
    """Return which of these statuses says most against writing to somebody."""
    return max(statuses, key=STRICTNESS.index)


def network(text: str) -> str:
    """Return an address of the internet in its normal spelling; empty for what is none."""
    if not text:
        return ""
    try:
        return str(ipaddress.ip_address(text))
    except ValueError:
        return ""


def topics(text: str) -> tuple[str, ...]:
    """Return the names in a cell: Mailchimp writes `"one","two"`, we write `one;two`."""
    parts = (part.strip().strip('"').strip().lower() for part in _PARTS.split(text))
    return tuple(part for part in parts if part)


def _all(cells: Sequence[str], places: Sequence[int]) -> list[str]:
    return [cells[place].strip() for place in places if place < len(cells)]


def _first(cells: Sequence[str], places: Sequence[int]) -> str:
    """The first of these columns that says anything."""
    return next((text for text in _all(cells, places) if text), "")


def _time(cells: Sequence[str], places: Sequence[int], remarks: list[str]) -> datetime | None:
    """The first of these columns that is a time. A remark where there is one nobody can read."""
    given = [text for text in _all(cells, places) if column_names.says_anything(text)]
    found = next((when for text in given if (when := moment(text))), None)
    if found is None and (odd := [text for text in given if column_names.says_yes(text) is None]):
        remarks.append(f"The date “{odd[0][:40]}” cannot be read: since when is unknown.")
    return found


def _no_email(header: Sequence[str], email: str) -> str:
    names = ", ".join(f"“{name.strip()[:40]}”" for name in header if name.strip()) or "nothing"
    if email:
        return f"There is no column “{email}” in the first line. It names {names}."
    return (
        f"There is no column “email” or “Email Address” in the first line. It names {names}. "
        "Name the one with the addresses by --email-column."
    )


def _nobody_left(unknown: Sequence[str]) -> str:
    listed = ", ".join(f"“{name[:40]}”" for name in unknown) or "none"
    return (
        "No column of this file says who left. Nobody may be written to again who did: export it "
        "with that column. If all in it are subscribed, say --all-active; if all have left, say "
        f"--as left. Columns that are not known: {listed}."
    )
