"""The rows of one application as prepared statements, to which the platform is compared.

They are the rows that the services write: application, case, materials, step, entries (with the ledger's trigger), data
uses, the number series of department and day, and the job. The pages update the draft two more times, which is not
included.
"""

import json
import time
from collections import Counter
from datetime import date, datetime
from functools import cache
from random import Random
from typing import NamedTuple, TypeAlias
from uuid import UUID

import psycopg
from django.conf import settings
from django.db import models
from psycopg import sql
from psycopg.conninfo import make_conninfo
from psycopg.types.json import Jsonb

from tongban.demo.city.bulk.clones import Cloner, Numbers
from tongban.demo.city.bulk.copying import Cell, CellDumper, cells_of, columns_of, row_of
from tongban.demo.city.bulk.crowd import Resident, residents
from tongban.demo.city.bulk.grow import ORDER
from tongban.demo.city.bulk.holes import Pattern
from tongban.demo.city.bulk.patterns import FINISHED, pattern_of
from tongban.exchange.licences.events import LicenceUsed
from tongban.foundation import clock
from tongban.foundation.ids import new_id
from tongban.foundation.workdays import queries as workdays
from tongban.handling.cases.models import Application, Case
from tongban.handling.cases.rules.numbers import case_number
from tongban.handling.catalog.schema import Item
from tongban.people.datauses.models import DataUse
from tongban.people.identity.actors import Actor, Channel
from tongban.trust.ledger.models import Entry

READY = 400
"""The number of applications prepared for each client."""
USED_FOR = "申请前核对材料"
BY_LICENCE = 2
"""The item's materials that are met by a licence. Each causes an entry and a data use; the look-up causes another."""
JOB = sql.SQL("INSERT INTO procrastinate_jobs (queue_name, task_name, args) VALUES ('bench', 'bench', %s)")
SERIES = sql.SQL(
    "INSERT INTO cases_number_series (day, department_code, last) VALUES (%s, '999', 2)"
    " ON CONFLICT (day, department_code) DO UPDATE SET last = cases_number_series.last + 2"
)
Value: TypeAlias = Cell | Jsonb | str | None
Rows: TypeAlias = dict[type[models.Model], list[tuple[Value, ...]]]


class Statement(NamedTuple):
    """The INSERT of one row."""

    table: str
    text: sql.SQL | sql.Composed
    values: tuple[Value | date, ...]


def application_statements(item: Item, by: Actor, clients: int) -> list[list[list[Statement]]]:
    """Return for each client the statements of READY applications, with different numbers.

    Raises RuntimeError if the item cannot be applied for here.
    """
    pattern = pattern_of(item, FINISHED[0], by, decided=False)
    if pattern is None:
        raise RuntimeError(f"{item.code} cannot be applied for here")
    people = residents() or [_stranger()]
    return [_of_client(pattern, people, n) for n in range(clients)]


def count_rows(application: list[Statement]) -> dict[str, int]:
    """Return the number of an application's rows per table."""
    return dict(Counter(statement.table for statement in application))


def connect() -> psycopg.Connection:
    """Open a connection outside Django that accepts the statements."""
    known = settings.DATABASES["default"]
    named = {"dbname": "NAME", "user": "USER", "password": "PASSWORD", "host": "HOST", "port": "PORT"}
    own = psycopg.connect(make_conninfo("", **{name: str(known[key]) for name, key in named.items() if known[key]}))
    own.adapters.register_dumper(Cell, CellDumper)
    return own


def _of_client(pattern: Pattern, people: list[Resident], n: int) -> list[list[Statement]]:
    chance, at, applications = Random(new_id().int), clock.now(), []
    numbers = _Apart(n)
    for _ in range(READY):
        cloner, who = Cloner(workdays.calendar(), numbers, chance), chance.choice(people)
        cloner.clone(pattern, who, at)
        rows: Rows = {model: [cells_of(row) for row in made] for model, made in cloner.rows().items()}
        _add_uses(rows, who.id, at)
        job = Statement("procrastinate_jobs", JOB, (Jsonb({"case_id": str(_key(rows[Case][0][0]))}),))
        series = Statement("cases_number_series", SERIES, (clock.legal_day(at),))
        applications.append([job, *_inserts(rows), series])
    return applications


def _inserts(rows: Rows) -> list[Statement]:
    models_in_order = (model for model in (*ORDER, DataUse) if model in rows)
    return [Statement(model._meta.db_table, _insert(model), row) for model in models_in_order for row in rows[model]]


def _add_uses(rows: Rows, who: UUID, at: datetime) -> None:
    """Add what a pattern leaves out: entries about the use of licences, and the data uses that belong to entries."""
    application = _key(rows[Application][0][0])
    looked_up = rows[Entry][0]
    place = {field.attname: index for index, field in enumerate(columns_of(Entry))}
    entries = [looked_up]
    for _ in range(BY_LICENCE):
        used: list[Value] = list(
            cells_of(row_of(Entry(id=new_id(), actor=str(who), principal=who, at=at, reason=USED_FOR)))
        )
        used[place["subject"]], used[place["type"]] = looked_up[place["subject"]], LicenceUsed.type_name()
        used[place["version"]] = looked_up[place["version"]]
        used[place["payload"]] = Jsonb({"case_number": "", "purpose": USED_FOR}, dumps=json.dumps)
        entries.append(tuple(used))
        rows[Entry].append(tuple(used))
    for row in entries:
        use = DataUse(
            subject_id=who, actor=str(who), principal_id=who, channel=Channel.ONLINE, at=at, kind="licence-used",
            source="市公安局 · 居民身份证", fields=["证照状态", "有效期"], purpose=USED_FOR,
            occasion=application, entry_id=_key(row[place["id"]]),
        )  # fmt: skip
        rows.setdefault(DataUse, []).append(cells_of(row_of(use)))


def _key(value: Value) -> UUID:
    assert isinstance(value, Cell)
    return UUID(bytes=value.content)


class _Apart(Numbers):
    """Numbers of departments that do not exist, so that runs never use the same numbers."""

    def __init__(self, n: int) -> None:
        self.department, self.serial = str(900 + n), int(time.time() * 10) % 900_000

    def next(self, day: date, division: str, department: str) -> str:
        """Return the next number of the run's own department, whatever the pattern's department is."""
        self.serial += 1
        return case_number(day, division, self.department, self.serial)


@cache
def _insert(model: type[models.Model]) -> sql.Composed:
    columns = [sql.Identifier(str(field.column)) for field in columns_of(model)]
    return sql.SQL("INSERT INTO {} ({}) VALUES ({})").format(
        sql.Identifier(model._meta.db_table),
        sql.SQL(", ").join(columns),
        sql.SQL(", ").join([sql.Placeholder()] * len(columns)),
    )


def _stranger() -> Resident:
    """Return an unknown person, for a small city without a crowd."""
    return Resident(
        id=new_id(), name="无名氏", number="990102198001010010", number_index="", phone="13900000000",
        address="云州市", household="", division_code="990102", sex="male", born=date(1980, 1, 1),
    )  # fmt: skip
