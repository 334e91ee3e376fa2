"""Closed sets of words: the database allows the same kinds, states and channels in a column as the code."""

import pytest
from django.apps import apps
from django.db import IntegrityError, connection, models, transaction
from django.db.models import CheckConstraint, Q

NAMES = {
    "administers", "algorithm", "answer", "channel", "decision", "document", "kind", "level", "outcome", "purpose",
    "reach", "revocation", "source", "state", "status", "telling", "way",
}  # fmt: skip
"""Columns that are called so hold a word of a closed set, unless they are named below."""
OPEN = {
    ("workorders.WorkOrder", "kind"): "rooms register kinds",
    ("workorders.WorkOrder", "outcome"): "each kind has its own",
    ("libraries.Enterprise", "kind"): "as the register of enterprises writes it",
    ("crypto.MasterKey", "source"): "plug-ins of key stores name themselves",
    ("crypto.DepartmentKey", "purpose"): "rooms declare purposes",
    ("crypto.DataKey", "purpose"): "rooms declare purposes",
    ("crypto.Certificate", "revocation"): "reasons of RFC 5280, of which people give some",
    ("datauses.DataUse", "kind"): "rooms register kinds",
    ("datauses.DataUse", "source"): "in words",
    ("datauses.DataUse", "purpose"): "in words",
    ("sso.System", "purpose"): "in words",
    ("cases.CaseMaterial", "source"): "in words",
}


def ours():
    return [model for model in apps.get_models() if model.__module__.startswith("tongban.")]


def words(condition, column):
    """Return the words that a condition allows in a column, or None if it allows any."""
    if not isinstance(condition, Q):
        name, value = condition
        if name == column:
            return {value}
        return set(value) if name == f"{column}__in" else None
    found = [words(child, column) for child in condition.children]
    if condition.negated or not found:
        return None
    if condition.connector == Q.OR:
        return None if None in found else set().union(*found)
    closed = [one for one in found if one is not None]
    return set.intersection(*closed) if closed else None


def held_to(model, field):
    found = [
        allowed
        for constraint in model._meta.constraints
        if isinstance(constraint, CheckConstraint) and (allowed := words(constraint.condition, field.name)) is not None
    ]
    return set.intersection(*found) if found else None


def columns():
    return [
        (model, field)
        for model in ours()
        for field in model._meta.local_fields
        if type(field) is models.CharField and (field.choices or field.name in NAMES)
    ]


@pytest.mark.parametrize(("model", "field"), columns(), ids=lambda one: getattr(one, "_meta", one).label
                         if hasattr(one, "_meta") else one.name)  # fmt: skip
def test_the_database_allows_the_same_words_as_the_code(model, field):
    if (model._meta.label, field.name) in OPEN:
        assert not field.choices
        return
    known = {value for value, _ in field.flatchoices}
    assert held_to(model, field) == known | ({""} if field.blank or field.default == "" else set())


def test_no_exception_names_a_missing_column():
    there = {(model._meta.label, field.name) for model, field in columns()}
    assert set(OPEN) <= there


@pytest.mark.django_db
def test_existing_rows_were_validated_too():
    names = {constraint.name for model in ours() for constraint in model._meta.constraints}
    with connection.cursor() as cursor:
        cursor.execute("SELECT conname FROM pg_constraint WHERE contype = 'c' AND NOT convalidated")
        assert not names & {name for (name,) in cursor.fetchall()}


@pytest.mark.django_db
def test_the_database_refuses_an_unknown_word():
    with (
        connection.cursor() as cursor,
        pytest.raises(IntegrityError, match="an_alarm_kind_is_known"),
        transaction.atomic(),
    ):
        cursor.execute(
            "INSERT INTO ledger_alarm (id, kind, finding, digest, raised_at, seen_at)"
            " VALUES (gen_random_uuid(), 'strange', '', '', now(), now())"
        )
