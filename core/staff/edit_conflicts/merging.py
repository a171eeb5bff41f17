"""Merges what somebody typed with what a colleague has made of the record meanwhile.

`Merge.result` gives both: the changes in words, and the data that a browser would send for a form
in which they stand beside what was typed.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from django.db.models import Model
from django.forms.models import BaseModelFormSet, ModelForm
from django.http import HttpRequest, QueryDict

from core.staff.edit_conflicts import form_values, snapshots
from core.staff.edit_conflicts.snapshots import Fields, Snapshot, Value


@dataclass
class Change:
    """One field that somebody else changed, in words; `mine` where both did."""

    label: str
    old: str
    new: str
    mine: str | None = None


@dataclass
class RowChange:
    """What somebody else did with a row of a table below the form."""

    table: str
    name: str
    what: str  # "added", "changed" or "deleted"
    changes: list[Change] = field(default_factory=list)
    kept: bool = False  # it was deleted, and what was typed into it stands as a new row


@dataclass
class Conflict:
    """`who` is empty where nobody knows."""

    changes: list[Change] = field(default_factory=list)
    rows: list[RowChange] = field(default_factory=list)
    loses_file: bool = False  # browsers do not fill in the name of a file again
    who: str = ""


@dataclass
class Opened:
    """The record as it is now, under a lock: its unbound form and the tables that can be changed.

    `tables` go with the name of each for people.
    """

    record: Model
    form: ModelForm
    tables: list[tuple[BaseModelFormSet, str]]

    def snapshot(self) -> Snapshot:
        """Return what stands in it now."""
        return snapshots.take(self.record, self.form, [table for table, _name in self.tables])


def _both(mine: list[str], old: list[str], new: list[str]) -> list[str]:
    """Return what both made of a list: in the order of whoever has changed it, first `mine`."""
    if mine == old:
        return new
    kept = [each for each in mine if each in new or each not in old]
    return [*kept, *(each for each in new if each not in old and each not in mine)]


def _model(table: BaseModelFormSet) -> type[Model]:
    model: Any = table.model
    return model


def sent_rows(data: QueryDict, table: BaseModelFormSet) -> Iterator[tuple[int, str]]:
    """Yield the rows of a table that were there when the form was opened: place and key."""
    for nth in range(_count(data, table, "INITIAL_FORMS")):
        pk = data.get(f"{table.prefix}-{nth}-{_model(table)._meta.pk.name}")
        if pk:
            yield nth, pk


def _count(data: QueryDict, table: BaseModelFormSet, name: str) -> int:
    text = data.get(f"{table.prefix}-{name}", "")
    return min(int(text), table.absolute_max) if text.isdecimal() and text.isascii() else 0


class Merge:
    """What was sent, over what is there now."""

    def __init__(
        self, request: HttpRequest, now: Opened, opened: Snapshot, current: Snapshot
    ) -> None:
        self.data: QueryDict = request.POST.copy()
        self.request, self.now, self.opened, self.current = request, now, opened, current
        self.touched: list[tuple[type[Model], str]] = [(type(now.record), str(now.record.pk))]

    def result(self) -> tuple[Conflict, QueryDict]:
        """Return the conflict in words, and the data to show in the form."""
        changes = self._fields(
            self.now.form, self.opened["fields"], self.current["fields"], self.request.POST
        )
        rows = [row for table, name in self.now.tables for row in self._table(table, name)]
        return Conflict(changes, rows, loses_file=bool(self.request.FILES)), self.data

    def _fields(
        self,
        form: Any,
        opened: Fields,
        current: Fields,
        sent: Mapping[str, Any],
        prefix: str = "",
    ) -> list[Change]:
        """Put what was changed meanwhile where nothing else was typed; each change in words.

        `prefix` is where the fields were in `sent`; they are put where `form` has them.
        """
        found = []
        for name, new in current.items():
            old = opened.get(name, "")
            if old == new:
                continue
            field_ = form.fields[name]
            mine = snapshots.typed(field_, sent, self.request.FILES, prefix + name)
            change = Change(field_.label, *_in_words(field_, old, new))
            if isinstance(mine, list) and isinstance(old, list) and isinstance(new, list):
                self.data.setlist(form.add_prefix(name), _both(mine, old, new))
            elif mine in (None, old):
                initial = form.get_initial_for_field(field_, name)
                form_values.put(self.data, form.add_prefix(name), field_, initial)
            elif mine != new:
                change.mine = form_values.words(field_, mine)
            found.append(change)
        return found

    def _table(self, table: BaseModelFormSet, name: str) -> Iterator[RowChange]:
        """Write the rows of a table anew where any is another now; each change of somebody else."""
        opened = self.opened["rows"].get(table.prefix, {})
        current = self.current["rows"][table.prefix]
        places = {pk: nth for nth, pk in sent_rows(self.request.POST, table)}
        was, now = ({pk: row["fields"] for pk, row in rows.items()} for rows in (opened, current))
        if was == now and places.keys() <= current.keys():
            return
        for key in [key for key in self.data if _is_of_a_row(key, table)]:
            del self.data[key]
        for form in table.initial_forms:
            pk = str(form.instance.pk)
            change = self._row(form, table, places.get(pk), opened.get(pk), current[pk])
            if change.what:
                self.touched.append((_model(table), pk))
                yield RowChange(name, current[pk]["name"], change.what, change.changes)
        kept = []
        for pk in [pk for pk in places if pk not in current]:
            self.touched.append((_model(table), pk))
            told = opened[pk]["name"] if pk in opened else f"{name} {pk}"
            is_kept = self._was_changed(table, places[pk], opened.get(pk))
            if is_kept:
                kept.append(_row(self.request.POST, table, places[pk]))
            yield RowChange(name, told, "deleted", kept=is_kept)
        self._write_new(table, kept)

    def _row(
        self,
        form: Any,
        table: BaseModelFormSet,
        place: int | None,
        opened: dict | None,
        current: dict,
    ) -> RowChange:
        """Write one row that is still there: as it was sent, or as it is where it is new."""
        if place is None:
            for name, field_ in form.fields.items():
                initial = form.get_initial_for_field(field_, name)
                form_values.put(self.data, form.add_prefix(name), field_, initial)
            return RowChange("", "", "added" if opened is None else "")
        for suffix, sent in _row(self.request.POST, table, place).items():
            self.data.setlist(f"{form.prefix}-{suffix}", sent)
        changes = self._fields(
            form,
            (opened or current)["fields"],
            current["fields"],
            self.request.POST,
            f"{table.prefix}-{place}-",
        )
        return RowChange("", "", "changed" if changes else "", changes)

    def _was_changed(self, table: BaseModelFormSet, place: int, opened: dict | None) -> bool:
        """Whether somebody typed into a row that is gone by now. One to be deleted is not kept."""
        start = f"{table.prefix}-{place}-"
        if self.request.POST.get(f"{start}DELETE"):
            return False
        if opened is None:
            return True
        blank = table.empty_form.fields
        return any(
            snapshots.typed(blank[name], self.request.POST, self.request.FILES, start + name)
            not in (None, old)
            for name, old in opened["fields"].items()
            if name in blank
        )

    def _write_new(self, table: BaseModelFormSet, kept: list[dict[str, list[str]]]) -> None:
        """The rows that were typed as new, and those of which only what was typed is left."""
        sent, first = self.request.POST, len(table.initial_forms)
        new = range(_count(sent, table, "INITIAL_FORMS"), _count(sent, table, "TOTAL_FORMS"))
        key = _model(table)._meta.pk.name
        rows = [_row(sent, table, nth) for nth in new] + [row | {key: [""]} for row in kept]
        for nth, row in enumerate(rows, first):
            for suffix, values_ in row.items():
                self.data.setlist(f"{table.prefix}-{nth}-{suffix}", values_)
        self.data[f"{table.prefix}-INITIAL_FORMS"] = str(first)
        self.data[f"{table.prefix}-TOTAL_FORMS"] = str(first + len(rows))


def _in_words(field_: Any, old: Value, new: Value) -> tuple[str, str]:
    """The old value and the new; of lists what was taken out, and what was put in."""
    if isinstance(old, list) and isinstance(new, list):
        old, new = [v for v in old if v not in new], [v for v in new if v not in old]
    return form_values.words(field_, old), form_values.words(field_, new)


def _is_of_a_row(key: str, table: BaseModelFormSet) -> bool:
    start, _dash, rest = key.removeprefix(f"{table.prefix}-").partition("-")
    return key.startswith(f"{table.prefix}-") and start.isdecimal() and bool(rest)


def _row(data: QueryDict, table: BaseModelFormSet, place: int) -> dict[str, list[str]]:
    start = f"{table.prefix}-{place}-"
    return {key.removeprefix(start): data.getlist(key) for key in data if key.startswith(start)}
