"""What is said in visits is unreadable in the database, and its keys can be changed."""

import pytest
from django.core.exceptions import FieldError
from django.core.management import CommandError, call_command
from django.db import connection, models

from core.database import key_rotation, record_keys
from core.database.encrypted_field import EncryptedJSONField, EncryptedTextField
from core.database.key_rotation import Column
from core.database.record_keys import RecordUnreadable

OLD, NEW = "an old key, long and random: " + "x" * 30, "a new key, long and random: " + "y" * 30
SAID = "Dos cervezas al día — ¿y qué?"


class Answer(models.Model):
    """A table with both kinds of encrypted columns, of no app."""

    text = EncryptedTextField(null=True)
    values = EncryptedJSONField(default=dict)

    class Meta:
        app_label = "tests_of_encryption"

    def __str__(self) -> str:
        return str(self.pk)


COLUMNS = [Column(Answer, "text"), Column(Answer, "values")]


@pytest.fixture(autouse=True)
def answers(db, settings, monkeypatch):
    settings.RECORD_KEYS = [OLD]
    monkeypatch.setattr(key_rotation, "columns", lambda: iter(COLUMNS))
    with connection.schema_editor() as editor:
        editor.create_model(Answer)


def stored() -> list[tuple[str | None, str]]:
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT text, values FROM {Answer._meta.db_table} ORDER BY id")
        return cursor.fetchall()


def test_the_database_holds_ciphertext_and_python_reads_what_was_written():
    made = Answer.objects.create(text=SAID, values={"drinks": [1, "ñ"], "none": None})
    found = Answer.objects.get()
    assert (found.text, found.values) == (SAID, {"drinks": [1, "ñ"], "none": None})
    [(text, values)] = stored()
    assert "cervezas" not in text
    assert "drinks" not in values
    Answer.objects.filter(pk=made.pk).update(text="", values=[])
    found.refresh_from_db()
    assert (found.text, found.values) == ("", [])
    Answer.objects.bulk_update([Answer(pk=made.pk, text=None, values="x")], ["text", "values"])
    found.refresh_from_db()
    assert (found.text, found.values) == (None, "x")
    assert stored()[0][0] is None


def test_the_same_text_is_never_stored_alike():
    Answer.objects.bulk_create([Answer(text=SAID), Answer(text=SAID)])
    (first, _), (second, _) = stored()
    assert first != second


@pytest.mark.parametrize("lookup", ["text", "text__in", "text__startswith", "values__drinks"])
def test_nothing_is_looked_up_by_what_is_encrypted(lookup):
    with pytest.raises(FieldError):
        Answer.objects.filter(**{lookup: "x"}).exists()
    assert not Answer.objects.filter(text__isnull=True).exists()


def test_a_key_that_is_missing_is_said_without_what_was_stored(settings):
    Answer.objects.create(text=SAID)
    settings.RECORD_KEYS = [NEW]
    with pytest.raises(RecordUnreadable) as said:
        Answer.objects.get()
    assert said.value.__cause__ is None
    assert stored()[0][0] not in str(said.value)
    assert not key_rotation.opens_newest(COLUMNS[0])


def test_a_new_key_in_front_encrypts_and_the_old_one_still_reads(settings):
    Answer.objects.create(text=SAID)
    settings.RECORD_KEYS = [NEW, OLD]
    Answer.objects.create(text="later")
    assert [answer.text for answer in Answer.objects.order_by("pk")] == [SAID, "later"]
    assert [record_keys.is_current(text) for text, _ in stored() if text] == [False, True]


def test_rotating_brings_every_row_under_the_first_key_and_then_the_old_one_can_go(
    settings, capsys
):
    Answer.objects.create(text=SAID, values={"a": 1})
    Answer.objects.create(text=None, values={"b": 2})
    settings.RECORD_KEYS = [NEW, OLD]
    Answer.objects.create(text="later", values={"c": 3})
    untouched = stored()[2]
    call_command("rotate_record_keys")
    assert "text: 1 rows encrypted anew" in (first := capsys.readouterr().out)
    assert "values: 2 rows encrypted anew" in first
    assert stored()[2] == untouched
    call_command("rotate_record_keys")
    assert "the others can go" in capsys.readouterr().out
    settings.RECORD_KEYS = [NEW]
    found = Answer.objects.order_by("pk").values_list("text", "values")
    assert list(found) == [(SAID, {"a": 1}), (None, {"b": 2}), ("later", {"c": 3})]
    assert all(key_rotation.opens_newest(column) for column in COLUMNS)


def test_rotating_names_rows_that_no_key_opens_and_goes_on_with_the_others(settings, capsys):
    lost = Answer.objects.create(text=SAID)
    settings.RECORD_KEYS = [NEW]
    Answer.objects.create(text="later")
    settings.RECORD_KEYS = ["a third key", NEW]
    with pytest.raises(CommandError, match="missing back"):
        call_command("rotate_record_keys")
    said = capsys.readouterr()
    assert f"no key opens 1 rows: {lost.pk}" in said.err
    assert "text: 1 rows encrypted anew" in said.out


def test_a_row_that_is_saved_while_keys_are_rotated_keeps_what_was_saved(settings, monkeypatch):
    row = Answer.objects.create(text=SAID)
    settings.RECORD_KEYS = [NEW, OLD]
    decrypt = record_keys.decrypt_bytes

    def decrypt_while_somebody_saves(text: str) -> bytes:
        monkeypatch.setattr(record_keys, "decrypt_bytes", decrypt)
        Answer.objects.filter(pk=row.pk).update(text="what was saved")
        return decrypt(text)

    monkeypatch.setattr(record_keys, "decrypt_bytes", decrypt_while_somebody_saves)
    assert key_rotation.rotate(COLUMNS[0]).moved == 0
    assert Answer.objects.get().text == "what was saved"


def test_where_an_encrypted_column_may_not_stand_is_an_error_at_start():
    class Proof(models.Model):  # noqa: DJ008
        append_only = True
        text = EncryptedTextField()
        key = EncryptedTextField(unique=True)

        class Meta:
            app_label = "tests_of_encryption"

    fields = Proof._meta.local_fields[1:]
    said = [error.msg for field in fields for error in field.check()]
    assert said == [
        "Rows that are written once cannot be brought under a new key.",
        "Ciphertext is never twice the same: no index finds it.",
    ]
    assert [error for field in Answer._meta.local_fields for error in field.check()] == []
