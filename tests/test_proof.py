"""The database's owner edits what the product shows as proof, and `ledger check` names each edit."""

from datetime import timedelta
from random import Random

import pytest
from django.db import connection, transaction

from tests.edits import alive, apply, catalogue, column_types, names
from tongban.foundation import clock
from tongban.foundation.ids import new_id
from tongban.handling.cases import services as handling
from tongban.handling.cases.testing import officer_for
from tongban.handling.cases.tests import factories
from tongban.people.datauses import services as datauses
from tongban.people.datauses.models import DataUse
from tongban.people.identity import services as identity
from tongban.supervision.ratings import services as ratings
from tongban.trust.keys import services as keys
from tongban.trust.ledger import checks, queries, services
from tongban.trust.ledger import keys as key_files
from tongban.trust.ledger.folds import folds
from tongban.trust.ledger.models import Alarm, Head
from tongban.trust.ledger.queries import check
from tongban.trust.ledger.services import alarms, sequencing
from tongban.trust.ledger.testing import Someone, sequence_now

SEED, EDITS = 20261130, 200
pytestmark = [pytest.mark.req("H4"), pytest.mark.django_db]


def walk(folder):
    """A small city with a newborn's application, some of whose cases are granted and some denied."""
    city = factories.make_city()
    parents = factories.make_parents(city)
    application = factories.handled_newborn(parents.mother)
    for case in application.cases.order_by("position"):
        _advance(case)
    number = application.cases.order_by("position").first().number
    officer = next(
        actor for (name, kind), actor in city.officers.items() if name == "市卫生健康委员会" and kind == "head"
    )
    handling.open_case_file(number, reason="抽查办件质量", actor=officer)
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
    keys.record_new_keys()
    sequence_now()
    return city, parents, application


def _advance(case):
    """Let the officers complete all open steps."""
    for _ in range(8):
        step = case.steps.filter(state="open").exclude(kind="machine").order_by("stage", "key").first()
        if step is None:
            return
        actor = officer_for(step)
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


def found_by_check(edit):
    return list(queries.findings() if edit.whole else queries.findings(tables=[edit.table]))


def test_each_of_two_hundred_random_edits_is_named(tmp_path, settings):
    walk(tmp_path)
    settings.PRODUCTION = True  # times must match the time-ordered identifiers
    assert list(queries.findings()) == []
    edits = catalogue()
    assert list(queries.findings()) == []
    with connection.cursor() as cursor:
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")  # nothing is pending when a constraint is dropped
    chance = Random(SEED)
    by_kind = {}
    for edit in edits:
        by_kind.setdefault((edit.kind, edit.table), []).append(edit)
    chosen = [chance.choice(group) for group in by_kind.values()]  # each kind of edit once on each table
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
    """Raised to roll back the edit."""


def test_a_denial_changed_to_a_grant_is_named_with_both_values(tmp_path):
    walk(tmp_path)
    with connection.cursor() as cursor:
        cursor.execute("SELECT id FROM cases_case WHERE decision = 'denied'")
        (case_id,) = cursor.fetchone()
        cursor.execute("UPDATE cases_case SET decision = 'granted' WHERE id = %s", [case_id])
    (finding,) = queries.findings(tables=["cases_case"])
    assert f"cases_case {case_id}: decision is granted, but entry " in finding
    assert finding.endswith("has denied")


def test_a_row_deleted_from_the_list_of_data_uses_is_noticed(tmp_path):
    _, parents, _ = walk(tmp_path)
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("SET LOCAL session_replication_role = replica")
        cursor.execute("DELETE FROM datauses_use WHERE subject_id = %s RETURNING id", [parents.mother.subject_id])
        gone = {str(row[0]) for row in cursor.fetchall()}
        said = " ".join(queries.findings(tables=["datauses_use"]))
        transaction.set_rollback(True)
    assert gone
    assert all(f"datauses_use {one}: the data use is gone" in said for one in gone)


def test_older_rows_are_tolerated_until_entries_cover_them(tmp_path):
    """In an existing data folder, entries of version 1 carry no rows, and the check finds nothing."""
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


def test_a_row_without_any_entry_is_not_mistaken_for_an_older_row(tmp_path):
    city, _, _ = walk(tmp_path)
    with connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO organisation_post (id, department_id, kind, name) VALUES (%s, %s, 'head', '另一岗')",
            [made := new_id(), city.departments["市公安局"]],
        )
    (finding,) = queries.findings(tables=["organisation_post"])
    assert f"organisation_post {made}: no entry accounts for this post" in finding


def test_the_check_can_be_limited_to_samples_and_times(tmp_path):
    walk(tmp_path)
    since = clock.now() + timedelta(hours=1)
    with connection.cursor() as cursor:
        cursor.execute("UPDATE cases_case SET legal_days = legal_days + 1")
    assert list(queries.findings(tables=["cases_case"], since=since)) == []
    assert list(queries.findings(tables=["cases_case"], since=since - timedelta(days=2)))
    assert list(queries.findings(tables=["cases_case"], sample=3))


# The worker's sampled check


def test_the_periodic_check_raises_an_alarm_once_and_shows_it(tmp_path):
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


def test_a_frozen_head_raises_an_alarm(tmp_path, monkeypatch):
    walk(tmp_path)
    later = clock.now() + alarms.FROZEN + timedelta(minutes=1)
    monkeypatch.setattr(clock, "now", lambda: later)
    assert not checks.state().ok
    assert checks.state().detail["head_age"] > 1800
    assert services.watch() == 1
    assert Alarm.objects.get().kind == "frozen"


def test_a_quiet_ledger_records_heartbeats(monkeypatch):
    services.record(alive(), actor=Someone("machine:test"))
    first = sequence_now()
    sequencer = services.Sequencer()
    assert not sequencer.beat()
    later = clock.now() + sequencing.BEAT
    monkeypatch.setattr(clock, "now", lambda: later)
    assert sequencer.beat()
    second = sequence_now()
    assert (second.size, second.at) == (first.size + 1, later)
    assert Head.objects.count() == 2


def test_each_fold_names_events_and_columns_that_exist():
    known = queries.event_types()
    for fold in folds():
        assert set(fold.types) <= set(known), fold.table
        assert {*fold.columns, *fold.digested, fold.key} <= set(column_types(fold.table)), fold.table
        assert set(fold.writable or ()) <= set(column_types(fold.table)), fold.table


def test_a_failing_check_raises_an_alarm(monkeypatch):
    def broken(**_):
        raise ValueError("unreadable")

    monkeypatch.setattr(check, "findings", broken)
    assert services.watch() == 1
    assert Alarm.objects.filter(finding__contains="did not come to its end").exists()


def test_findings_before_a_failing_check_raise_alarms_too(monkeypatch):
    def breaks_off(**_):
        yield "ledger: the leaf of position 7 is not its entry's"
        raise ValueError("unreadable")

    monkeypatch.setattr(check, "findings", breaks_off)
    assert services.watch() == 2
    assert Alarm.objects.filter(finding="ledger: the leaf of position 7 is not its entry's").exists()
    assert Alarm.objects.filter(finding__contains="did not come to its end").exists()
