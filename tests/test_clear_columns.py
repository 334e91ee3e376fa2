"""Every column is encrypted, a blind index, of a harmless type, or listed with a reason in docs/clear-columns.md."""

import re
from collections import Counter
from fnmatch import fnmatchcase
from pathlib import Path

import pytest
from django.apps import apps
from django.db import connection

from tongban.trust.crypto.fields import EncryptedField

PAGE = Path(__file__).parents[1] / "docs" / "clear-columns.md"
TYPES = {"character varying": "varchar", "timestamp with time zone": "timestamptz"}
CODE = re.compile(r"`([^`]+)`")

pytestmark = [pytest.mark.django_db, pytest.mark.req("D6")]


def rows_of(heading: str) -> list[list[str]]:
    """Return the cells of the table below a heading of the page."""
    section = PAGE.read_text().partition(f"\n## {heading}\n")[2].partition("\n## ")[0]
    rows = [line.strip("|").split(" | ") for line in section.splitlines() if line.startswith("| ")]
    return [[cell.strip() for cell in row] for row in rows[1:]]


def kinds() -> list[tuple[str, set[str]]]:
    """Return (pattern of a column, its types)."""
    return [
        (name, set(types.split(", "))) for columns, types, _ in rows_of("By kind") for name in CODE.findall(columns)
    ]


def listed() -> list[tuple[str, str]]:
    """Return (table, column or `*`), each as often as it is listed."""
    return [
        (table, column)
        for tables, columns, reason in rows_of("By table")
        for table in CODE.findall(tables)
        for column in CODE.findall(columns)
        if reason
    ]


def sealed() -> set[tuple[str, str]]:
    return {
        (model._meta.db_table, str(field.column))
        for model in apps.get_models(include_auto_created=True)
        for field in model._meta.local_concrete_fields
        if isinstance(field, EncryptedField)
    }


def schema() -> dict[tuple[str, str], str]:
    """Return the type of each (table, column)."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT c.table_name, c.column_name, c.data_type FROM information_schema.columns c"
            " JOIN information_schema.tables t USING (table_schema, table_name)"
            " WHERE c.table_schema NOT IN ('pg_catalog', 'information_schema') AND t.table_type = 'BASE TABLE'"
        )
        return {(table, column): TYPES.get(kind, kind) for table, column, kind in cursor.fetchall()}


def is_of_a_kind(column: str, type_name: str) -> bool:
    return any(fnmatchcase(column, pattern) and type_name in types for pattern, types in kinds())


def undecided(columns: dict[tuple[str, str], str]) -> list[str]:
    """Return the columns in the clear that nobody gave a reason for."""
    known, hidden = set(listed()), sealed()
    return sorted(
        f"{table}.{column}"
        for (table, column), type_name in columns.items()
        if (table, column) not in hidden
        and not is_of_a_kind(column, type_name)
        and not {(table, column), (table, "*")} & known
    )


def test_every_column_in_the_clear_has_a_reason():
    assert undecided(schema()) == []


def test_a_new_column_in_the_clear_is_detected():
    columns = schema()
    columns["libraries_person", "blood_group"] = "varchar"
    columns["libraries_person", "died_on"] = "date"
    columns["new_table", "words"] = "text"
    columns["identity_subject", "seen_at"] = "timestamptz"
    assert undecided(columns) == ["libraries_person.blood_group", "new_table.words"]


def test_sealed_columns_are_bytes_in_the_database():
    """A field may claim to be encrypted although its migration is missing."""
    columns = schema()
    assert {columns[one] for one in sealed() if one in columns} == {"bytea"}


def test_the_list_has_no_missing_or_already_decided_columns():
    columns, hidden = schema(), sealed()
    tables = {table for table, _ in columns}
    stale = [
        f"{table}.{column}"
        for table, column in listed()
        if (table not in tables if column == "*" else (table, column) not in columns or (table, column) in hidden)
        or (column != "*" and is_of_a_kind(column, columns.get((table, column), "")))
    ]
    assert stale == []
    assert [one for one, times in Counter(listed()).items() if times > 1] == []
