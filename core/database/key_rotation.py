"""Bring what is encrypted under older keys of the ring under its first, while the site runs."""

from collections.abc import Iterator
from typing import NamedTuple

from django.apps import apps
from django.db.models import Model, QuerySet, TextField, Value
from django.db.models.functions import Cast

from core.database import record_keys
from core.database.batches import batches
from core.database.encrypted_field import EncryptedTextField


class Column(NamedTuple):
    """An encrypted column of a table."""

    model: type[Model]
    field: str

    def __str__(self) -> str:
        return f"{self.model._meta.db_table}.{self.field}"

    def stored(self) -> QuerySet[Model]:
        """Return the rows that have something there, with `stored`: what the database holds."""
        rows = self.model._base_manager.filter(**{f"{self.field}__isnull": False})
        return rows.annotate(stored=Cast(self.field, TextField()))

    @property
    def at_once(self) -> int:
        """Return how many of its rows fit well into memory."""
        field = self.model._meta.get_field(self.field)
        return field.AT_ONCE if isinstance(field, EncryptedTextField) else 1


class Rotated(NamedTuple):
    """What became of one column: rows brought under the first key, and rows no key opens."""

    moved: int
    unreadable: list[int]


def columns() -> Iterator[Column]:
    """Yield every encrypted column of the database, by table and name."""
    models = (model for model in apps.get_models() if not model._meta.proxy)
    for model in sorted(models, key=lambda model: model._meta.db_table):
        for field in model._meta.local_concrete_fields:
            if isinstance(field, EncryptedTextField):
                yield Column(model, field.name)


def rotate(column: Column) -> Rotated:
    """Encrypt under the first key what another one did. Safe to run twice, and beside writers.

    A row that somebody saves meanwhile is left as they saved it.
    """
    moved, unreadable = 0, []
    for batch in batches(column.stored(), column.at_once):
        for pk, stored in batch.values_list("pk", "stored"):
            if record_keys.is_current(stored):
                continue
            try:
                anew = record_keys.encrypt_bytes(record_keys.decrypt_bytes(stored))
            except record_keys.RecordUnreadable:
                unreadable.append(pk)
                continue
            # An expression: a text would be taken for what has to be encrypted.
            value = Value(anew, output_field=TextField())
            same = column.stored().filter(pk=pk, stored=stored)
            moved += same.update(**{column.field: value})
    return Rotated(moved, unreadable)


def opens_newest(column: Column) -> bool:
    """Return whether the ring opens what was written last."""
    newest = column.stored().order_by("-pk").values_list("stored", flat=True).first()
    try:
        if newest is not None:
            record_keys.decrypt_bytes(newest)
    except record_keys.RecordUnreadable:
        return False
    return True
