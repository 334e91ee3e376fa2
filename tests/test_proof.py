"""Whoever owns the database edits what the product shows as proof; `ledger check` names each edit, in any order.

And the application's own role, which an attacker of the web process has, can do none of the gross ones.
"""

from dataclasses import dataclass
from datetime import timedelta
from random import Random

import pytest
from django.conf import settings
from django.db import DatabaseError, connection, transaction

from tongban.foundation import clock
from tongban.foundation.announcements.testing import run_pending_jobs
from tongban.foundation.datauses import services as datauses
from tongban.foundation.datauses.models import DataUse
from tongban.foundation.identity import services as identity
from tongban.foundation.ids import new_id
from tongban.foundation.keys import services as keys
from tongban.foundation.ledger import checks, queries, services
from tongban.foundation.ledger import keys as key_files
from tongban.foundation.ledger.folds import folds
from tongban.foundation.ledger.grants import grant_to_application
from tongban.foundation.ledger.models import Alarm, Head
from tongban.foundation.ledger.queries import check
from tongban.foundation.ledger.services import alarms, sequencing
from tongban.foundation.ledger.testing import Someone, sequence_now
from tongban.handling.cases import queries as cases
from tongban.handling.cases import services as handling
from tongban.handling.cases.tests import factories
from tongban.supervision.ratings import services as ratings

SEED, EDITS = 20261130, 200
pytestmark = [pytest.mark.req("H4"), pytest.mark.django_db]


@dataclass(frozen=True)
class Edit:
    """What an owner does to one row, and what `ledger check` must say about it."""

    kind: str
    table: str
    statements: tuple[str, ...]
    named: tuple[str, ...]
    whole: bool = False
    """Of the tree: the check of the one table does not look there."""


def walk(folder):
    """A small city in which a newborn's application is accepted, given opinions, granted here and denied there."""
    city = factories.make_city()
    parents = factories.make_parents(city)
    application = factories.submitted_newborn(parents.mother)
    run_pending_jobs()
    for case in application.cases.order_by("position"):
        _bring_on(case)
    number = application.cases.order_by("position").first().number
    officer = next(
        actor for (name, kind), actor in city.officers.items() if name == "市卫生健康委员会" and kind == "head"
    )
    handling.open_case_file(number, actor=officer)
    use = (
        DataUse.objects.filter(subject_id=parents.mother.subject_id)
        .exclude(actor=str(parents.mother.subject_id))
        .first()
    )
    datauses.object_to(use.id, text="这次查询与我的申请无关", whose=[parents.mother.subject_id], actor=parents.mother)
    identity.open_account(
        "liwenmin", subject_id=parents.mother.subject_id, password="Parent-1990", actor=factories.CITY
    )
    application.refresh_from_db()
    if application.state == "closed":
        ratings.rate(application.number, level=5, tags=[], words="很快", actor=parents.mother)
    pem = key_files.public_pem(key_files.own_pair(folder / "w.pem").public)
    services.add_witness("审计局", pem, reason="共建单位", actor=Someone("machine:test"))
    keys.record_made()
    sequence_now()
    return city, parents, application


def _bring_on(case):
    """Let the officers do what is open, as far as it goes."""
    for _ in range(8):
        step = case.steps.filter(state="open").exclude(kind="machine").order_by("stage", "key").first()
        if step is None:
            return
        actor = cases.officer_for(step)
        if step.kind == "accept":
            handling.accept(step.id, actor=actor)
        elif step.kind == "opinion":
            handling.give_opinion(step.id, outcome="agree", opinion="同意", actor=actor)
        elif step.kind == "decide":
            outcome = "deny" if case.step_key == "maternity" else "grant"
            handling.decide(step.id, outcome=outcome, opinion="如此", actor=actor)
        elif step.kind == "make":
            handling.complete_making(step.id, actor=actor)
        else:
            handling.complete_delivery(step.id, actor=actor)


OTHER = {
    "uuid": "gen_random_uuid()",
    "timestamptz": "coalesce({c} + interval '1 day', now())",
    "date": "coalesce({c} + 1, current_date)",
    "bool": "NOT {c}",
    "int2": "{c} + 1",
    "int4": "{c} + 1",
    "int8": "{c} + 1",
    "numeric": "coalesce({c} + 1, 1)",
    "jsonb": """'["x"]'::jsonb""",
    "_varchar": "'{{x}}'::varchar[]",
    "varchar": "CASE WHEN {c} = 'x' THEN 'y' ELSE 'x' END",
    "text": "'x'",
    "bytea": "'\\x00'::bytea",
}


def column_types(table):
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT a.attname, t.typname FROM pg_attribute a JOIN pg_type t ON t.oid = a.atttypid"
            " WHERE attrelid = %s::regclass AND attnum > 0 AND NOT attisdropped",
            [table],
        )
        return dict(cursor.fetchall())


def catalogue():
    """Every edit of every covered column, a deletion and an insertion, for some rows of each table, and of the tree."""
    found = []
    for fold in folds():
        types = column_types(fold.table)
        where = f" WHERE {fold.where}" if fold.where else ""
        with connection.cursor() as cursor:
            cursor.execute(f"SELECT t.{fold.key}::text FROM {fold.table} t{where} ORDER BY 1 LIMIT 6")
            rows = [key for (key,) in cursor.fetchall()]
        for key in rows:
            this = f"{fold.key}::text = '{key}'"
            found.append(
                Edit("deleted", fold.table, (f"DELETE FROM {fold.table} WHERE {this}",), (fold.table, key, "gone"))
            )
            for column in (*fold.columns, *fold.digested):
                if column == fold.key:
                    continue
                value = OTHER[types[column]].format(c=column)
                found.append(
                    Edit(
                        "changed",
                        fold.table,
                        (f"UPDATE {fold.table} SET {column} = {value} WHERE {this}",),
                        (fold.table, key),
                    )
                )
            other = f"'{new_id()}'"
            settled = {fold.settles: "now() - interval '1 hour'"}  # a younger key waits for the task that enters it
            copy = ", ".join(other if name == fold.key else settled.get(name, name) for name in types)
            found.append(
                Edit(
                    "inserted",
                    fold.table,
                    (f"INSERT INTO {fold.table} ({', '.join(types)}) SELECT {copy} FROM {fold.table} WHERE {this}",),
                    (fold.table, other.strip("'"), "inserted"),
                )
            )
    return found + of_the_tree()


def of_the_tree():
    with connection.cursor() as cursor:
        cursor.execute("SELECT position, entry_id FROM ledger_leaf ORDER BY position")
        leaves = cursor.fetchall()
    last = leaves[-1][0]
    waiting = services.record(_Alive(), actor=Someone("machine:test"))
    found = [
        Edit("far ahead", "ledger_leaf", (f"UPDATE ledger_leaf SET position = 1000000 WHERE position = {last}",),
             ("position 1000000", "ahead"), True),
        Edit("note deleted", "ledger_pending", (f"DELETE FROM ledger_pending WHERE entry_id = '{waiting}'",),
             (str(waiting), "no position"), True),
        Edit("entry deleted", "ledger_entry", (f"DELETE FROM ledger_entry WHERE id = '{waiting}'",),
             (str(waiting), "deleted before"), True),
        Edit("key deleted", "crypto_signing_key", ("DELETE FROM crypto_signing_key WHERE key_id = 'ledger'",),
             ("crypto_signing_key ledger", "gone"), True),
        Edit("witness deleted", "ledger_witness", ("DELETE FROM ledger_witness",), ("ledger_witness", "gone")),
        Edit("head", "ledger_head", ("UPDATE ledger_head SET at = at + interval '1 year'",), ("in the future",), True),
        Edit("root", "ledger_head", ("UPDATE ledger_head SET root = sha256(root)",), ("root of the head",), True),
    ]  # fmt: skip
    for position, entry_id in leaves[:: max(1, len(leaves) // 8)]:
        found.append(
            Edit("moment", "ledger_entry",
                 (f"UPDATE ledger_entry SET at = at + interval '2 days' WHERE id = '{entry_id}'",),
                 (str(entry_id), "moved"), True)
        )  # fmt: skip
        found.append(
            Edit("leaf deleted", "ledger_leaf", (f"DELETE FROM ledger_leaf WHERE position = {position}",),
                 (f"position {position + 1}:" if position < last else f"{entry_id}",), True)
        )  # fmt: skip
    return found


def _Alive():
    from tongban.foundation.ledger.events import LedgerAlive

    return LedgerAlive(subject=new_id())


def apply(edit):
    """As the owner: no trigger, no foreign key; a constraint that is in the way is taken away."""
    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL session_replication_role = replica")
        for statement in edit.statements:
            for _ in range(9):
                try:
                    with transaction.atomic():
                        cursor.execute(statement)
                        assert cursor.rowcount > 0, edit
                    break
                except DatabaseError as refused:
                    constraint = refused.__cause__.diag.constraint_name
                    column = refused.__cause__.diag.column_name
                    if constraint:
                        _drop(cursor, edit.table, constraint)
                    elif column:
                        cursor.execute(f"ALTER TABLE {edit.table} ALTER COLUMN {column} DROP NOT NULL")
                    else:
                        raise
        cursor.execute("SET LOCAL session_replication_role = origin")


def _drop(cursor, table, constraint):
    cursor.execute("SELECT 1 FROM pg_constraint WHERE conname = %s", [constraint])
    if cursor.fetchone():
        cursor.execute(f'ALTER TABLE {table} DROP CONSTRAINT "{constraint}" CASCADE')
    else:
        cursor.execute(f'DROP INDEX "{constraint}"')


def found_by_check(edit):
    return list(queries.findings() if edit.whole else queries.findings(tables=[edit.table]))


def names(edit, finding):
    return all(word in finding for word in edit.named)


def test_two_hundred_edits_in_a_random_order_are_each_named(tmp_path, settings):
    walk(tmp_path)
    settings.PRODUCTION = True  # nothing of this past is made up: moments must fit their identifiers
    assert list(queries.findings()) == []
    edits = catalogue()
    assert list(queries.findings()) == []
    with connection.cursor() as cursor:
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")  # nothing waits when a constraint is taken away
    chance = Random(SEED)
    by_kind = {}
    for edit in edits:
        by_kind.setdefault((edit.kind, edit.table), []).append(edit)
    chosen = [chance.choice(group) for group in by_kind.values()]  # each kind on each table once
    chosen += chance.sample([edit for edit in edits if edit not in chosen and not edit.whole], EDITS - len(chosen))
    chance.shuffle(chosen)
    assert len(chosen) == EDITS
    missed = []
    for number, edit in enumerate(chosen):
        try:
            with transaction.atomic():
                apply(edit)
                said = found_by_check(edit)
                if number % 50 == 0:
                    said += list(queries.findings())
                if not any(names(edit, one) for one in said):
                    missed.append(f"{edit.kind} {edit.statements[0]} -> {said[:3]}")
                raise Undone
        except Undone:
            pass
    assert not missed, "\n".join(missed)
    assert list(queries.findings()) == []


class Undone(Exception):
    """The edit is rolled back."""


def test_a_denial_turned_into_a_grant_is_told_with_both_words(tmp_path):
    walk(tmp_path)
    with connection.cursor() as cursor:
        cursor.execute("SELECT id FROM cases_case WHERE decision = 'denied'")
        (case_id,) = cursor.fetchone()
        cursor.execute("UPDATE cases_case SET decision = 'granted' WHERE id = %s", [case_id])
    (finding,) = queries.findings(tables=["cases_case"])
    assert f"cases_case {case_id}: decision is granted, but entry " in finding
    assert finding.endswith("has denied")


def test_the_list_of_who_used_my_data_cannot_lose_a_line(tmp_path):
    _, parents, _ = walk(tmp_path)
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("SET LOCAL session_replication_role = replica")
        cursor.execute("DELETE FROM datauses_use WHERE subject_id = %s RETURNING id", [parents.mother.subject_id])
        gone = {str(row[0]) for row in cursor.fetchall()}
        said = " ".join(queries.findings(tables=["datauses_use"]))
        transaction.set_rollback(True)
    assert gone
    assert all(f"datauses_use {one}: the data use is gone" in said for one in gone)


def test_rows_of_before_are_tolerated_until_they_are_covered(tmp_path):
    """An existing data folder: entries of version 1 carry no rows, and its check stays clean."""
    walk(tmp_path)
    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL session_replication_role = replica")
        cursor.execute("DELETE FROM ledger_head; DELETE FROM ledger_node; DELETE FROM ledger_leaf")
        cursor.execute("INSERT INTO ledger_pending SELECT id FROM ledger_entry ON CONFLICT DO NOTHING")
        cursor.execute("UPDATE ledger_entry SET version = 1, payload = payload - 'rows'")
        cursor.execute("SET LOCAL session_replication_role = origin")
    sequence_now()
    assert list(queries.findings()) == []
    with connection.cursor() as cursor:
        cursor.execute("SELECT id FROM cases_case ORDER BY id LIMIT 2")
        (first,), (second,) = cursor.fetchall()
        with transaction.atomic():
            cursor.execute("SET LOCAL session_replication_role = replica")
            cursor.execute("DELETE FROM cases_case WHERE id = %s", [first])
            assert any("cases_case" in one and "gone" in one for one in queries.findings(tables=["cases_case"]))
            transaction.set_rollback(True)
    assert services.cover(actor=Someone("machine:test"), reason="升级") > 10
    assert services.cover(actor=Someone("machine:test"), reason="升级") == 0
    sequence_now()
    assert list(queries.findings()) == []
    with connection.cursor() as cursor:
        cursor.execute("UPDATE cases_case SET legal_due = legal_due + 30, state = 'closed' WHERE id = %s", [second])
    assert any(str(second) in one for one in queries.findings(tables=["cases_case"]))


def test_a_row_without_any_entry_is_not_taken_for_one_of_before(tmp_path):
    city, _, _ = walk(tmp_path)
    with connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO organisation_post (id, department_id, kind, name) VALUES (%s, %s, 'head', '另一岗')",
            [made := new_id(), city.departments["市公安局"]],
        )
    (finding,) = queries.findings(tables=["organisation_post"])
    assert f"organisation_post {made}: no entry accounts for this post" in finding


def test_samples_and_times_narrow_the_check(tmp_path):
    walk(tmp_path)
    since = clock.now() + timedelta(hours=1)
    with connection.cursor() as cursor:
        cursor.execute("UPDATE cases_case SET legal_days = legal_days + 1")
    assert list(queries.findings(tables=["cases_case"], since=since)) == []
    assert list(queries.findings(tables=["cases_case"], since=since - timedelta(days=2)))
    assert list(queries.findings(tables=["cases_case"], sample=3))


# The look that the worker takes


def test_the_watch_raises_an_alarm_once_and_shows_it(tmp_path):
    walk(tmp_path)
    assert services.watch() == 0
    with connection.cursor() as cursor:
        cursor.execute("UPDATE cases_case SET decided_at = decided_at - interval '9 days' WHERE decision = 'denied'")
    assert services.watch() == 1
    assert services.watch() == 0
    alarm = Alarm.objects.get()
    assert "decided_at" in alarm.finding
    assert [entry.type for entry in queries.entries_of(alarm.id)] == ["ledger.AlarmRaised"]
    found = checks.state()
    assert (found.ok, found.detail["alarms"]) == (False, 1)
    sequence_now()
    services.end_alarm(alarm.id, reason="已从备份核对恢复", actor=Someone("machine:test"))
    assert checks.state().ok
    assert list(queries.findings(tables=["ledger_alarm"])) == []


def test_a_frozen_head_is_an_alarm(tmp_path, monkeypatch):
    walk(tmp_path)
    later = clock.now() + alarms.FROZEN + timedelta(minutes=1)
    monkeypatch.setattr(clock, "now", lambda: later)
    assert not checks.state().ok
    assert checks.state().detail["head_age"] > 1800
    assert services.watch() == 1
    assert Alarm.objects.get().kind == "frozen"


def test_a_quiet_ledger_beats(monkeypatch):
    services.record(_Alive(), actor=Someone("machine:test"))
    first = sequence_now()
    sequencer = services.Sequencer()
    assert not sequencer.beat()
    later = clock.now() + sequencing.BEAT
    monkeypatch.setattr(clock, "now", lambda: later)
    assert sequencer.beat()
    second = sequence_now()
    assert (second.size, second.at) == (first.size + 1, later)
    assert Head.objects.count() == 2


# What the application's own role may not do


@pytest.fixture
def as_application():
    """Statements run as the role that the web processes have."""
    grant_to_application()
    with connection.cursor() as cursor:
        cursor.execute("SELECT 1 FROM pg_roles WHERE rolname = %s", [settings.APPLICATION_ROLE])
        if cursor.fetchone() is None:
            pytest.skip("the application's role does not exist on this server")
        cursor.execute(f"SET ROLE {settings.APPLICATION_ROLE}")
    yield
    with connection.cursor() as cursor:
        cursor.execute("RESET ROLE")


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
def test_the_applications_role_is_refused(attack, as_application):
    with pytest.raises(DatabaseError) as refused, transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(attack)
    assert refused.value.__cause__.sqlstate == "42501", refused.value


@pytest.mark.parametrize("table", sorted({fold.table for fold in folds()}))
def test_the_applications_role_deletes_no_row_that_is_proof(table, as_application):
    with pytest.raises(DatabaseError, match="permission denied"), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(f"DELETE FROM {table}")


@transaction.atomic
def add_post(department):
    """What the commit would do at the end happens here."""
    with connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO organisation_post (id, department_id, kind, name) VALUES (%s, %s, 'head', '另一岗')",
            [new_id(), department],
        )
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")


def test_the_applications_role_adds_no_post_without_its_entry(city, as_application):
    with pytest.raises(DatabaseError, match="needs its entry"):
        add_post(city.departments["市公安局"])


def test_the_applications_role_may_still_do_its_work(city, as_application):
    parents = factories.make_parents(city)
    factories.submitted_newborn(parents.mother)
    run_pending_jobs()
    sequence_now()
    assert list(check.findings()) == []


@pytest.fixture
def city(db):
    return factories.make_city()


def test_each_fold_names_events_and_columns_that_exist():
    known = queries.event_types()
    for fold in folds():
        assert set(fold.types) <= set(known), fold.table
        assert {*fold.columns, *fold.digested, fold.key} <= set(column_types(fold.table)), fold.table
        assert set(fold.writable or ()) <= set(column_types(fold.table)), fold.table


UNREADABLE = {
    "an order that is no number": '{"rows": {"n": "x", "organisation_post": {}}}',
    "a number beyond all": '{"rows": {"n": 99999999999999999999999999, "organisation_post": {}}}',
    "no order": '{"rows": {"organisation_post": {}}}',
    "rows that are none": '{"rows": {"n": 9999, "organisation_post": "x"}}',
    "a row that is none": '{"rows": {"n": 9999, "organisation_post": {"x": 1}}}',
    "nothing of it": '{"rows": [1]}',
}


@pytest.mark.parametrize("payload", UNREADABLE.values(), ids=UNREADABLE)
def test_an_entry_that_cannot_be_read_hides_no_edit(payload, city, as_application):
    """The application's role may add entries; the check must not stumble over one, whatever stands in it."""
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
def test_an_entry_of_no_moment_is_refused(at, as_application):
    """Neither the sequencer nor a check could read it, and it would stay for ever."""
    adding = connection.cursor()
    with pytest.raises(DatabaseError, match="an_entry_has_a_moment"), transaction.atomic(), adding as cursor:
        cursor.execute(
            "INSERT INTO ledger_entry (id, type, version, subject, actor, at, reason, payload)"
            " VALUES (%s, 'tests.Nothing', 2, %s, 'machine:x', %s::timestamptz, '', '{}')",
            [new_id(), new_id(), at],
        )


def test_a_look_that_fails_is_an_alarm(city, monkeypatch):
    def broken(**_):
        raise ValueError("unreadable")

    monkeypatch.setattr(check, "findings", broken)
    assert services.watch() == 1
    assert Alarm.objects.filter(finding__contains="did not come to its end").exists()
