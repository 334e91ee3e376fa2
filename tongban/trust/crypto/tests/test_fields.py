"""Encrypted columns, tested on the ledger's `reason` and on tables that exist only here."""

import uuid
from datetime import UTC, date, datetime, timedelta, timezone
from decimal import Decimal

import pytest
from django.core.exceptions import FieldError
from django.db import connection, models

from tongban.foundation.ids import new_id
from tongban.trust.crypto.fields import (
    EncryptedDateField,
    EncryptedDateTimeField,
    EncryptedDecimalField,
    EncryptedIntegerField,
    EncryptedJSONField,
    EncryptedTextField,
    Sealed,
)
from tongban.trust.crypto.primitives import Tampered


class Note(models.Model):
    id = models.UUIDField(primary_key=True, default=new_id)
    words = EncryptedTextField(blank=True)
    perhaps = EncryptedTextField(null=True)
    answers = EncryptedJSONField(default=dict)

    class Meta:
        app_label = "crypto_tests"
        db_table = "crypto_test_note"

    def __str__(self) -> str:
        return str(self.id)


class Life(models.Model):
    id = models.UUIDField(primary_key=True, default=new_id)
    born = EncryptedDateField()
    died = EncryptedDateField(null=True)
    seen = EncryptedDateTimeField()
    weight = EncryptedIntegerField()
    paid = EncryptedDecimalField()

    class Meta:
        app_label = "crypto_tests"
        db_table = "crypto_test_life"

    def __str__(self) -> str:
        return str(self.id)


@pytest.fixture(autouse=True)
def _table(db):
    with connection.schema_editor() as editor:
        editor.create_model(Note)
        editor.create_model(Life)


def test_dates_times_numbers_and_amounts_are_restored_exactly():
    seen = datetime(2026, 11, 20, 0, 30, 1, 7, tzinfo=timezone(timedelta(hours=8)))
    Life.objects.create(born=date(1994, 3, 12), seen=seen, weight=3350, paid=Decimal("0.10"))
    one = Life.objects.get()
    assert (one.born, one.died, one.seen, one.weight) == (date(1994, 3, 12), None, seen, 3350)
    assert (str(one.paid), one.seen.tzinfo) == ("0.10", UTC)
    with connection.cursor() as cursor:
        cursor.execute("SELECT born, weight FROM crypto_test_life WHERE died IS NULL")
        row = b"".join(bytes(value) for value in cursor.fetchone())
    assert b"1994-03-12" not in row


def sealed_bytes(column: str) -> bytes:
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT {column} FROM crypto_test_note")
        return bytes(cursor.fetchone()[0])


@pytest.mark.req("D6")
def test_the_database_never_sees_the_plain_text():
    note = Note.objects.create(words="王小明的住址", answers={"电话": "13812345678"})
    assert "王小明".encode() not in sealed_bytes("words")
    assert b"13812345678" not in sealed_bytes("answers")
    again = Note.objects.get(id=note.id)
    assert (again.words, again.answers, again.perhaps) == ("王小明的住址", {"电话": "13812345678"}, None)


def test_defaults_are_stored_and_restored():
    note = Note.objects.get(id=Note.objects.create().id)
    assert (note.words, note.perhaps, note.answers) == ("", None, {})


def test_a_changed_document_is_sealed_again():
    Note.objects.create(answers={"children": [1]})
    note = Note.objects.get()
    note.answers["children"].append(2)
    note.save()
    assert Note.objects.get().answers == {"children": [1, 2]}


def test_an_unread_value_survives_a_save():
    Note.objects.create(words="甲")
    before = sealed_bytes("words")
    Note.objects.get().save()
    assert sealed_bytes("words") == before


def test_values_are_sealed_in_bulk_inserts():
    Note.objects.bulk_create([Note(words=word) for word in "甲乙丙"])
    assert sorted(note.words for note in Note.objects.all()) == sorted("甲乙丙")


def test_only_defer_and_refresh_work_on_sealed_columns():
    Note.objects.create(words="甲", answers={"a": 1})
    assert Note.objects.only("id").get().words == "甲"
    note = Note.objects.defer("words").get()
    note.save()
    note.save(update_fields=["words"])
    note.words = "乙"
    note.refresh_from_db()
    assert note.words == "甲"


def test_values_are_sealed_until_opened_for_their_row():
    note = Note.objects.create(words="甲")
    row = Note.objects.values("id", "words").get()
    assert isinstance(row["words"], Sealed)
    assert "甲" not in repr(row)
    assert row["words"].open(row["id"]) == row["words"].open(str(note.id).upper()) == "甲"
    with pytest.raises(Tampered):
        row["words"].open(new_id())


@pytest.mark.req("D6")
def test_a_value_moved_to_another_row_or_column_does_not_open():
    one, other = Note.objects.create(words="甲", perhaps="子"), Note.objects.create(words="乙")
    with connection.cursor() as cursor:
        cursor.execute(
            "UPDATE crypto_test_note SET words = (SELECT words FROM crypto_test_note WHERE id = %s) WHERE id = %s",
            [one.id, other.id],
        )
        cursor.execute("UPDATE crypto_test_note SET words = perhaps WHERE id = %s", [one.id])
    for note in Note.objects.all():
        with pytest.raises(Tampered):
            _ = note.words


def test_a_copied_instance_cannot_reuse_a_seal():
    Note.objects.create(words="甲")
    copy = Note.objects.get()
    copy.pk = new_id()
    copy._state.adding = True
    with pytest.raises(Tampered):
        copy.save()


def test_a_key_given_as_text_binds_the_same_row():
    key = uuid.uuid4()
    Note(id=str(key).upper(), words="甲").save()
    assert Note.objects.get(id=key).words == "甲"


@pytest.mark.parametrize(
    "query",
    [
        lambda: Note.objects.filter(words="甲"),
        lambda: Note.objects.filter(words__contains="甲"),
        lambda: Note.objects.exclude(answers={}),
        lambda: Note.objects.filter(answers__name="甲"),
        lambda: Note.objects.update(words="甲"),
        lambda: Note.objects.bulk_update([Note.objects.create()], ["words"]),
    ],
)
def test_plain_text_never_reaches_a_query(query):
    with pytest.raises((TypeError, FieldError)):
        query()


def test_queries_may_ask_whether_a_value_is_null():
    Note.objects.create(words="甲", perhaps="子")
    assert Note.objects.filter(perhaps__isnull=False).exists()
    assert not Note.objects.filter(perhaps__isnull=True).exists()
    assert Note.objects.update(perhaps=None) == 1
