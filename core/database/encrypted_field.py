"""Columns that hold what a patient said or a clinician wrote, encrypted at rest.

The database, its backups and its logs see ciphertext alone; Python sees the text. Nothing can be
looked up by such a column but whether it is empty, and no table that is written once may have one:
its rows could not be brought under a new key. What a proof needs of the text is its hash.
"""

import base64
import json
from typing import Any, cast

from django.core.checks import CheckMessage, Error
from django.db import models

from core.database import record_keys


class EncryptedTextField(models.TextField):
    """A text that the database cannot read."""

    # Rows that a change of keys reads at once.
    AT_ONCE = 1000

    def from_db_value(self, value: str | None, *_: Any) -> Any:
        """Return the text; raise RecordUnreadable where no key of the ring opens it."""
        return None if value is None else record_keys.decrypt(value)

    def get_db_prep_value(self, value: Any, connection: Any, prepared: bool = False) -> Any:
        text = super().get_db_prep_value(value, connection, prepared)
        return None if text is None else record_keys.encrypt(text)

    def get_lookup(self, lookup_name: str) -> Any:
        """Return the one lookup there is; any other is a FieldError and not an empty result."""
        return super().get_lookup(lookup_name) if lookup_name == "isnull" else None

    def check(self, **kwargs: Any) -> list[CheckMessage]:
        return [*super().check(**kwargs), *self._misplaced()]

    def _misplaced(self) -> list[CheckMessage]:
        if self.unique or self.db_index:  # type: ignore[attr-defined]
            sentence = "Ciphertext is never twice the same: no index finds it."
        elif getattr(self.model, "append_only", False):
            sentence = "Rows that are written once cannot be brought under a new key."
        else:
            return []
        return [Error(sentence, obj=self, id="curednation.E004")]


class EncryptedJSONField(EncryptedTextField):
    """A value of JSON that the database cannot read; it is always read and written whole."""

    _pyi_private_set_type: Any
    _pyi_private_get_type: Any

    def from_db_value(self, value: str | None, *_: Any) -> Any:
        text = super().from_db_value(value)
        return None if text is None else json.loads(text)

    def get_prep_value(self, value: Any) -> Any:
        return None if value is None else json.dumps(value, ensure_ascii=False)

    def to_python(self, value: Any) -> Any:
        return value

    def value_to_string(self, obj: models.Model) -> str:
        return json.dumps(self.value_from_object(obj), ensure_ascii=False)


class EncryptedBinaryField(EncryptedTextField):
    """Bytes, such as a file, that the database cannot read. A third longer there than they are."""

    AT_ONCE = 10
    _pyi_private_set_type: Any
    _pyi_private_get_type: Any

    def from_db_value(self, value: str | None, *_: Any) -> Any:
        return None if value is None else record_keys.decrypt_bytes(value)

    def get_db_prep_value(self, value: Any, connection: Any, prepared: bool = False) -> Any:
        return None if value is None else record_keys.encrypt_bytes(bytes(value))

    def get_prep_value(self, value: Any) -> Any:
        return value

    def to_python(self, value: Any) -> Any:
        return value

    def value_to_string(self, obj: models.Model) -> str:
        return base64.b64encode(cast("bytes", self.value_from_object(obj))).decode("ascii")
