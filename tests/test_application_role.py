"""Attacks on what the product shows as proof, with the database role of the web processes."""

import pytest
from django.db import DatabaseError, connection, transaction

from tongban.foundation.announcements.testing import run_pending_jobs
from tongban.foundation.ids import new_id
from tongban.handling.cases.tests import factories
from tongban.handling.cases.tests.conftest import city
from tongban.trust.ledger.folds import folds
from tongban.trust.ledger.grants import grant_to_application
from tongban.trust.ledger.queries import check
from tongban.trust.ledger.testing import sequence_now
from tongban.trust.ledger.tests import conftest

__all__ = ["city"]

pytestmark = [pytest.mark.req("H4"), pytest.mark.django_db]


@pytest.fixture
def as_application():
    """Run statements in the role of the web processes, with its current rights."""
    grant_to_application()
    with conftest.as_application():
        yield


ATTACKS = {
    "place a leaf": "INSERT INTO ledger_leaf VALUES (1000000, gen_random_uuid(), '\\x00')",
    "place a node": "INSERT INTO ledger_node VALUES (4, 0, '\\x00')",
    "forge a head": "INSERT INTO ledger_head VALUES (1000000, '\\x00', now(), '\\x00', 'ledger')",
    "delete a note": "DELETE FROM ledger_pending",
    "add a note": "INSERT INTO ledger_pending VALUES (gen_random_uuid())",
    "place ahead": "SELECT ledger_place(1000000, '{}'::uuid[], '{}'::bytea[], '{}'::int2[], '{}'::bigint[],"
    " '{}'::bytea[])",
    "place what does not wait": "SELECT ledger_place((SELECT coalesce(max(position) + 1, 0) FROM ledger_leaf),"
    " ARRAY[gen_random_uuid()], ARRAY['\\x00'::bytea], '{}'::int2[], '{}'::bigint[], '{}'::bytea[])",
    "sign ahead": "SELECT ledger_sign(1000000, '\\x00', now(), '\\x00', 'ledger')",
    "delete a signing key": "DELETE FROM crypto_signing_key",
    "replace a signing key": "UPDATE crypto_signing_key SET public = '\\x00'",
    "delete a witness": "DELETE FROM ledger_witness",
    "replace a witness": "UPDATE ledger_witness SET public_key = '\\x00'",
    "delete data uses": "DELETE FROM datauses_use",
    "change a post": "UPDATE organisation_post SET kind = 'head'",
    "delete a post": "DELETE FROM organisation_post",
    "move an appointment": "UPDATE identity_appointment SET from_day = from_day - 1",
    "delete proofs": "DELETE FROM signin_proof",
    "stop the triggers": "SET session_replication_role = replica",
    "switch a trigger off": "ALTER TABLE ledger_entry DISABLE TRIGGER ALL",
    "truncate": "TRUNCATE datauses_use CASCADE",
}


@pytest.mark.parametrize("attack", ATTACKS.values(), ids=ATTACKS)
def test_the_applications_role_cannot_attack_the_proof(attack, as_application):
    with pytest.raises(DatabaseError) as refused, transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(attack)
    assert refused.value.__cause__.sqlstate == "42501", refused.value


@pytest.mark.parametrize("table", sorted({fold.table for fold in folds()}))
def test_the_applications_role_cannot_delete_rows_that_are_proof(table, as_application):
    with pytest.raises(DatabaseError, match="permission denied"), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(f"DELETE FROM {table}")


@transaction.atomic
def add_post(department):
    """Add a post by SQL, and check at once what a commit would check."""
    with connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO organisation_post (id, department_id, kind, name) VALUES (%s, %s, 'head', '另一岗')",
            [new_id(), department],
        )
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")


def test_the_applications_role_cannot_add_a_post_without_its_entry(city, as_application):
    with pytest.raises(DatabaseError, match="needs its entry"):
        add_post(city.departments["市公安局"])


def test_the_applications_role_can_still_do_its_work(city, as_application):
    parents = factories.make_parents(city)
    factories.submitted_newborn(parents.mother)
    run_pending_jobs()
    sequence_now()
    assert list(check.findings()) == []


UNREADABLE = {
    "an order that is no number": '{"rows": {"n": "x", "organisation_post": {}}}',
    "a number beyond all": '{"rows": {"n": 99999999999999999999999999, "organisation_post": {}}}',
    "no order": '{"rows": {"organisation_post": {}}}',
    "rows that are none": '{"rows": {"n": 9999, "organisation_post": "x"}}',
    "a row that is none": '{"rows": {"n": 9999, "organisation_post": {"x": 1}}}',
    "nothing of it": '{"rows": [1]}',
}


@pytest.mark.parametrize("payload", UNREADABLE.values(), ids=UNREADABLE)
def test_an_unreadable_entry_hides_no_edit(payload, city, as_application):
    """The application's role may add entries, so the check must cope with any content."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT min(id::text), max(id::text) FROM organisation_post")
        about, edited = cursor.fetchone()
        cursor.execute(
            "INSERT INTO ledger_entry (id, type, version, subject, actor, at, reason, payload)"
            " VALUES (%s, 'organisation.PostEstablished', 2, %s, 'machine:x', now(), '', %s::jsonb)",
            [new_id(), about, payload],
        )
        cursor.execute("RESET ROLE")
        cursor.execute("UPDATE organisation_post SET name = 'x' WHERE id = %s", [edited])
    found = list(check.findings(tables=["organisation_post"]))
    assert any(edited in one and "name is x" in one for one in found), found


@pytest.mark.parametrize("at", ["infinity", "-infinity", "294276-01-01 00:00:00+00", "4713-01-01 00:00:00+00 BC"])
def test_an_entry_without_a_real_time_is_refused(at, as_application):
    """Neither the sequencer nor a check could read it, and it could never be removed."""
    adding = connection.cursor()
    with pytest.raises(DatabaseError, match="an_entry_has_a_moment"), transaction.atomic(), adding as cursor:
        cursor.execute(
            "INSERT INTO ledger_entry (id, type, version, subject, actor, at, reason, payload)"
            " VALUES (%s, 'tests.Nothing', 2, %s, 'machine:x', %s::timestamptz, '', '{}')",
            [new_id(), new_id(), at],
        )
