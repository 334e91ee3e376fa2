"""Prepared statements write and read what the ORM would, in the same transaction and under the same errors."""

import pytest
from django.db import DatabaseError, IntegrityError, connection, transaction
from django.test.utils import CaptureQueriesContext

from tongban.foundation import clock
from tongban.foundation.ids import new_id
from tongban.foundation.prepared import fetch, fetch_one, run
from tongban.foundation.rows import columns, instance
from tongban.foundation.writing import MOST_PREPARED, insert_or_update, insert_together, update
from tongban.people.api.models import IdempotencyKey
from tongban.people.identity.models import Subject
from tongban.people.organisation.models import Department, Division

pytestmark = pytest.mark.django_db


def a_key(**changes) -> IdempotencyKey:
    given = {"bearer": new_id(), "key": "“100%”", "request_digest": "d", "at": clock.now(), "answer": "秘密"}
    return IdempotencyKey(**given | changes)


def prepared_on_the_server() -> set[str]:
    with connection.cursor() as cursor:
        cursor.execute("SELECT statement FROM pg_prepared_statements")
        return {statement for (statement,) in cursor.fetchall()}


def test_a_statement_is_prepared_once_and_used_again():
    for number in (1, 2):
        assert fetch_one("SELECT %s::int + 40", [number]) == (number + 40,)
    assert [text for text in prepared_on_the_server() if "+ 40" in text] == ["SELECT $1::int + 40"]


def test_a_prepared_statement_is_counted_and_logged():
    with CaptureQueriesContext(connection) as captured:
        run("SELECT %s::text", ["x"])
    assert [query["sql"] for query in captured] == ["SELECT $1::text"]


def test_djangos_own_statements_stay_unprepared():
    fetch("SELECT 1", [])
    before = prepared_on_the_server()
    for _ in range(8):
        list(Division.objects.filter(code="9901"))
    assert prepared_on_the_server() == before


def test_a_statement_works_again_after_a_rollback():
    for _ in range(2):
        key = a_key()
        with pytest.raises(IntegrityError), transaction.atomic():
            insert_together([key, a_key(bearer=key.bearer)])
        assert not IdempotencyKey.objects.exists()


def test_an_error_is_the_same_as_of_the_orm():
    key = a_key()
    insert_together([key])
    with pytest.raises(IntegrityError), transaction.atomic():
        insert_together([a_key(bearer=key.bearer)])
    assert IdempotencyKey.objects.count() == 1


def test_an_instance_equals_the_one_that_the_orm_reads(django_assert_num_queries):
    subject = Subject.objects.create(
        kind="person", name="李文敏", division_code="990102", registered_at=clock.now(), phone="13900001234"
    )
    row = fetch_one(f"SELECT {columns(Subject, 's')} FROM identity_subject s WHERE s.id = %s", [subject.id])
    read, orm = instance(Subject, row), Subject.objects.get(id=subject.id)
    with django_assert_num_queries(0):
        assert stored_fields(read) == stored_fields(orm)
    assert read == orm
    assert not read._state.adding


def stored_fields(row):
    return {f.attname: getattr(row, f.attname) for f in row._meta.concrete_fields}


def test_json_columns_are_read_as_values():
    Division.objects.create(code="990100", name="云州市", level="city")
    department = Department.objects.create(
        name="市公安局", short_name="公安局", short_code="002", uscc="X" * 18, division_id="990100",
        also_known_as=["公安"],
    )  # fmt: skip
    row = fetch_one(
        f"SELECT {columns(Department, 'd')} FROM organisation_department d WHERE d.also_known_as ?| %s::text[]",
        [["公安"]],
    )
    assert instance(Department, row).also_known_as == ["公安"] == department.also_known_as


def test_an_update_changes_the_named_fields_only():
    key = a_key()
    insert_together([key])
    key.status, key.answer, key.request_digest = 201, "答复", "changed in memory"
    update(key, "status", "answer")
    row = IdempotencyKey.objects.get(id=key.id)
    assert (row.status, row.answer, row.request_digest) == (201, "答复", "d")
    update(key)
    assert IdempotencyKey.objects.get(id=key.id).request_digest == "changed in memory"


def test_an_encrypted_field_is_sealed_in_an_update():
    key = a_key(answer="")
    insert_together([key])
    key.answer = "只有本人能看"
    update(key, "answer")
    ((sealed,),) = fetch("SELECT answer FROM api_idempotency_key WHERE id = %s", [key.id])
    assert "只有".encode() not in bytes(sealed)


def test_a_row_whose_key_is_taken_is_changed_and_a_new_one_inserted():
    key = a_key(status=1)
    insert_together([key])
    again, other = a_key(bearer=key.bearer, status=2, request_digest="new"), a_key(status=3)
    insert_or_update([again, other], unique=("bearer", "key"), changed=("status",))
    rows = {row.bearer: (row.status, row.request_digest) for row in IdempotencyKey.objects.all()}
    assert rows == {key.bearer: (2, "d"), other.bearer: (3, "d")}


def test_more_values_than_are_worth_preparing_are_inserted_too():
    many = [a_key() for _ in range(MOST_PREPARED // 7 + 1)]
    before = prepared_on_the_server()
    insert_together(many)
    assert IdempotencyKey.objects.count() == len(many)
    assert prepared_on_the_server() == before


def test_an_update_of_a_row_that_is_gone_is_an_error_as_with_the_orm():
    key = a_key()
    insert_together([key])
    IdempotencyKey.objects.all().delete()
    for write in (lambda: update(key, "status"), lambda: update(key), lambda: key.save(update_fields=["status"])):
        with pytest.raises(DatabaseError):
            write()
