"""Snapshots of a change form of the admin: values that can be kept and compared.

The page carries the snapshot of what was opened, signed. So nothing is stored, and nothing has to
be deleted: an editor who never saves leaves no trace.
"""

import hashlib
import json
from collections.abc import Iterable, Mapping
from datetime import UTC, datetime
from typing import Any

from django import forms
from django.core import signing
from django.core.exceptions import ValidationError
from django.db.models import Model
from django.forms.models import BaseModelFormSet, ModelChoiceField, ModelMultipleChoiceField
from django.utils import timezone

from core.database import database_time

TOKEN = "_opened"  # noqa: S105  the name of the hidden field
LONGEST = 300  # of a longer text its beginning and a hash are kept: the page holds it already
BEGINNING = 120
SEVERAL = (forms.MultipleChoiceField, forms.TypedMultipleChoiceField, ModelMultipleChoiceField)

# Texts; for fields with several choices lists of texts; of long texts a mapping.
Value = str | list[str] | dict[str, str]
Fields = dict[str, Value]


class Snapshot(dict):
    """`name`, `at`, `fields`, and `rows`: by prefix and key each row's `name` and `fields`."""

    @property
    def content(self) -> tuple[Fields, dict]:
        """What is compared: without when it was taken, and what the record was called then."""
        return self["fields"], {
            prefix: {pk: row["fields"] for pk, row in rows.items()}
            for prefix, rows in self["rows"].items()
        }


def take(record: Model, form: forms.BaseForm, tables: Iterable[BaseModelFormSet]) -> Snapshot:
    """Return what these unbound forms would show of `record`."""
    return Snapshot(
        name=str(record),
        at=database_time.now().isoformat(),
        fields=fields_of(form),
        rows={
            table.prefix: {
                str(row.instance.pk): {"name": str(row.instance), "fields": fields_of(row)}
                for row in table.initial_forms
            }
            for table in tables
        },
    )


def sign(snapshot: Snapshot) -> str:
    """Return the snapshot as signed text, for a hidden field."""
    return signing.dumps(snapshot, salt=TOKEN, compress=True)


def read(token: str) -> Snapshot | None:
    """Return the snapshot that a page brings back; None for what we did not sign."""
    try:
        return Snapshot(signing.loads(token, salt=TOKEN))
    except signing.BadSignature:
        return None


def fields_of(form: forms.BaseForm) -> Fields:
    """Return the values of the form's fields that can be changed, as they stand in the database."""
    return {
        name: stored(field, form.get_initial_for_field(field, name))
        for name, field in form.fields.items()
        if not (field.disabled or _is_plumbing(field))
    }


def stored(field: forms.Field, initial: Any) -> Value:
    """Return the value of a field as it stands in the database."""
    chooses = isinstance(field, ModelChoiceField)
    return _kept(field, field.prepare_value(initial) if chooses else initial)


def typed(
    field: forms.Field, data: Mapping[str, Any], files: Mapping[str, Any], name: str
) -> Value | None:
    """Return what was sent for a field, comparable with `stored`; None where that means no change.

    That is so of a file that was not chosen.
    """
    raw = field.widget.value_from_datadict(data, files, name)
    if isinstance(field, forms.FileField):
        return None if raw is None else str(raw)
    if isinstance(field, ModelChoiceField):
        return _kept(field, raw)
    read_ = field.clean if isinstance(field, forms.MultiValueField) else field.to_python
    try:
        return _kept(field, read_(raw))
    except ValidationError:
        return _kept(field, raw)


def _is_plumbing(field: forms.Field) -> bool:
    """Keys of rows and of what they belong to: nobody types them."""
    return isinstance(field.widget, forms.HiddenInput) and (
        isinstance(field, ModelChoiceField) or hasattr(field, "parent_instance")
    )


def _kept(field: forms.Field, value: Any) -> Value:
    if isinstance(field, SEVERAL):
        texts = [_text(each) for each in value or ()]
        return texts if getattr(field, "ordered", False) else sorted(texts)
    text = _text(value)
    if len(text) <= LONGEST:
        return text
    digest = hashlib.sha256(text.encode()).hexdigest()
    return {"begins": text[:BEGINNING], "digest": digest}


def _text(value: Any) -> str:
    if value is None or value is False:
        return ""
    if value is True:
        return "on"
    if isinstance(value, datetime) and timezone.is_aware(value):
        return value.astimezone(UTC).isoformat()
    if hasattr(value, "isoformat"):
        return value.isoformat()
    if isinstance(value, list | tuple):
        return ",".join(map(_text, value))
    if isinstance(value, dict):
        return json.dumps(value, sort_keys=True, default=str)
    return str(value).replace("\r\n", "\n").strip()
