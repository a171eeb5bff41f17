"""Two people change one record: the second is refused, sees what the first did, and may go on.

What somebody opened comes back with what they typed. Where it is not what stands in the database
any more, nothing is saved: the form shows what they typed over what is there now, so that saving it
once more undoes nothing that they have not seen. What both changed is named and stays as typed.
"""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from django.contrib.admin.models import LogEntry
from django.contrib.contenttypes.models import ContentType
from django.db import connection
from django.db.models import Model, Q
from django.forms.models import BaseModelFormSet, ModelForm
from django.http import HttpRequest, QueryDict
from django.utils.translation import gettext as _

from curednation.staff import snapshots, values
from curednation.staff.snapshots import Fields, Snapshot, Value


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
    who: str
    changes: list[Change] = field(default_factory=list)
    rows: list[RowChange] = field(default_factory=list)
    loses_file: bool = False  # browsers do not fill in the name of a file again


@dataclass
class Opened:
    """The record as it is now, under a lock: its unbound form and the tables that can be changed.

    `tables` go with the name of each for people.
    """

    record: Model
    form: ModelForm
    tables: list[tuple[BaseModelFormSet, str]]

    def snapshot(self) -> Snapshot:
        return snapshots.take(self.record, self.form, [table for table, _name in self.tables])


def lock(model: type[Model], pk: object, rows: Iterable[Any]) -> None:
    """Let nobody else save this record until the transaction ends, nor the rows of these queries.

    By its key as well as by its row: the rules of the clinic have none until they are saved.
    """
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT pg_advisory_xact_lock(hashtext(%s))", [f"admin:{model._meta.label_lower}:{pk}"]
        )
    list(_locked(model._base_manager.filter(pk=pk)))
    for queryset in rows:
        list(_locked(queryset))


def _locked(queryset: Any) -> Any:
    pks = list(queryset.order_by().values_list("pk", flat=True))
    rows = queryset.model._base_manager.filter(pk__in=pks).order_by("pk")
    return rows.select_for_update(no_key=True).values_list("pk")


def find(request: HttpRequest, now: Opened) -> tuple[Conflict, QueryDict] | None:
    """Return what stands against saving what was sent, and the data to show instead; else None.

    A page without a snapshot was made before there were any: of such only rows that are gone count.
    """
    sent = request.POST.get(snapshots.TOKEN)
    current = now.snapshot()
    opened = current if sent is None else snapshots.read(sent)
    if opened is None:  # not ours: as if all had been empty
        opened = Snapshot(current, fields={}, rows={}, at=None)
    gone = any(_gone(request.POST, table, current) for table, _name in now.tables)
    if opened.content == current.content and not gone:
        return None
    return _Merge(request, now, opened, current).result()


def _gone(data: QueryDict, table: BaseModelFormSet, current: Snapshot) -> bool:
    return any(pk not in current["rows"][table.prefix] for _n, pk in _sent_rows(data, table))


def _sent_rows(data: QueryDict, table: BaseModelFormSet) -> Iterator[tuple[int, str]]:
    """The rows of a table that were there when the form was opened: place and key."""
    for nth in range(_count(data, table, "INITIAL_FORMS")):
        pk = data.get(f"{table.prefix}-{nth}-{table.model._meta.pk.name}")
        if pk:
            yield nth, pk


def _count(data: QueryDict, table: BaseModelFormSet, name: str) -> int:
    text = data.get(f"{table.prefix}-{name}", "")
    return min(int(text), table.absolute_max) if text.isdecimal() and text.isascii() else 0


class _Merge:
    """What was sent, over what is there now."""

    def __init__(
        self, request: HttpRequest, now: Opened, opened: Snapshot, current: Snapshot
    ) -> None:
        self.data: QueryDict = request.POST.copy()
        self.request, self.now, self.opened, self.current = request, now, opened, current
        self.touched: list[tuple[type[Model], str]] = [(type(now.record), str(now.record.pk))]

    def result(self) -> tuple[Conflict, QueryDict]:
        changes = self._fields(
            self.now.form, self.opened["fields"], self.current["fields"], self.request.POST
        )
        rows = [row for table, name in self.now.tables for row in self._table(table, name)]
        who = last_hands(self.touched, self.opened["at"], self.request.user)
        return Conflict(who, changes, rows, bool(self.request.FILES)), self.data

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
                both = (set(mine) - (set(old) - set(new))) | (set(new) - set(old))
                self.data.setlist(form.add_prefix(name), sorted(both))
            elif mine in (None, old):
                initial = form.get_initial_for_field(field_, name)
                values.put(self.data, form.add_prefix(name), field_, initial)
            elif mine != new:
                change.mine = values.words(field_, mine)
            found.append(change)
        return found

    def _table(self, table: BaseModelFormSet, name: str) -> Iterator[RowChange]:
        opened = self.opened["rows"].get(table.prefix, {})
        current = self.current["rows"][table.prefix]
        sent = self.request.POST
        places = {pk: nth for nth, pk in _sent_rows(sent, table)}
        fields = {pk: row["fields"] for pk, row in opened.items()}
        if fields == {pk: row["fields"] for pk, row in current.items()} and (
            places.keys() <= current.keys()
        ):
            return
        new_rows = range(_count(sent, table, "INITIAL_FORMS"), _count(sent, table, "TOTAL_FORMS"))
        kept = [_row(sent, table, nth) for nth in new_rows]
        for key in [key for key in self.data if _is_of_a_row(key, table)]:
            del self.data[key]
        for form in table.initial_forms:
            pk = str(form.instance.pk)
            change = self._row(form, table, places.get(pk), opened.get(pk), current[pk])
            if change.what:
                self.touched.append((table.model, pk))
                yield RowChange(name, current[pk]["name"], change.what, change.changes)
        for pk in [pk for pk in places if pk not in current]:
            self.touched.append((table.model, pk))
            was = opened.get(pk)
            row = _row(sent, table, places[pk])
            told = f"{name} {pk}" if was is None else was["name"]
            if is_kept := self._was_changed(table, places[pk], was):
                kept.append(_without_key(row, table))
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
                values.put(self.data, form.add_prefix(name), field_, initial)
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

    def _write_new(self, table: BaseModelFormSet, rows: list[dict[str, list[str]]]) -> None:
        first = len(table.initial_forms)
        for nth, row in enumerate(rows, first):
            for suffix, sent in row.items():
                self.data.setlist(f"{table.prefix}-{nth}-{suffix}", sent)
        self.data[f"{table.prefix}-INITIAL_FORMS"] = str(first)
        self.data[f"{table.prefix}-TOTAL_FORMS"] = str(first + len(rows))


def _in_words(field_: Any, old: Value, new: Value) -> tuple[str, str]:
    """The old value and the new; of lists what was taken out, and what was put in."""
    if isinstance(old, list) and isinstance(new, list):
        old, new = [v for v in old if v not in new], [v for v in new if v not in old]
    return values.words(field_, old), values.words(field_, new)


def _is_of_a_row(key: str, table: BaseModelFormSet) -> bool:
    start, _dash, rest = key.removeprefix(f"{table.prefix}-").partition("-")
    return key.startswith(f"{table.prefix}-") and start.isdecimal() and bool(rest)


def _row(data: QueryDict, table: BaseModelFormSet, place: int) -> dict[str, list[str]]:
    start = f"{table.prefix}-{place}-"
    return {key.removeprefix(start): data.getlist(key) for key in data if key.startswith(start)}


def _without_key(row: dict[str, list[str]], table: BaseModelFormSet) -> dict[str, list[str]]:
    return row | {table.model._meta.pk.name: [""]}


def last_hands(touched: Iterable[tuple[type[Model], str]], since: str | None, user: Any) -> str:
    """Return who changed any of these since then, as far as the admin's log knows; or empty."""
    about = Q()
    for model, pk in touched:
        kind = ContentType.objects.get_for_model(model)
        about |= Q(content_type=kind, object_id=pk)
    log = LogEntry.objects.filter(about).select_related("user").order_by("pk")
    if since:
        log = log.filter(action_time__gte=datetime.fromisoformat(since))
    else:
        log = log.order_by("-pk")[:1]
    people = dict.fromkeys(entry.user for entry in log)
    names = [_("you, in another window") if who == user else str(who) for who in people]
    return ", ".join(names)
