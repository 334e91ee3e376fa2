"""A city built in bulk has the same invariants and pages as one built through services."""

from datetime import date, timedelta
from random import Random

import pytest
from django.core.management import call_command
from django.db import connection
from hypothesis import given
from hypothesis import strategies as st
from psycopg import Cursor, sql

from tongban.demo.city import build, checks
from tongban.demo.city.bulk import arrivals, copying, grow, patterns
from tongban.demo.journeys import wide
from tongban.exchange.licences.models import Licence
from tongban.exchange.licences.services import verify_record
from tongban.foundation import clock
from tongban.foundation.ids import new_id
from tongban.foundation.workdays.rules import Calendar
from tongban.handling.cases import queries
from tongban.handling.cases.models import Application, Case
from tongban.handling.cases.testing import officer_for
from tongban.people.identity import queries as identity
from tongban.people.identity.models import Account
from tongban.trust.crypto import keyring
from tongban.trust.ledger import queries as ledger
from tongban.trust.ledger.models import Entry

DAYS = [date(2026, 1, 1) + timedelta(days=n) for n in range(365)]
CALENDAR = Calendar.of([day for day in DAYS if day.weekday() < 5])


@given(st.integers(min_value=0, max_value=100_000))
def test_arrivals_add_up_and_working_days_are_busier(total):
    spread = arrivals.spread(CALENDAR, DAYS, total)
    assert sum(spread.values()) == total
    if total > 10_000:
        at_work = [n for day, n in spread.items() if CALENDAR.is_workday(day)]
        off = [n for day, n in spread.items() if not CALENDAR.is_workday(day)]
        assert min(at_work) > max(off)


@given(st.integers(min_value=0, max_value=500), st.integers())
def test_moments_are_on_the_day_and_in_order(count, seed):
    found = list(arrivals.moments(DAYS[5], count, Random(seed), clock.CITY_TIME))
    assert len(found) == count
    assert found == sorted(found)
    assert {moment.date() for moment in found} <= {DAYS[5]}


@pytest.fixture
def grown(transactional_db, monkeypatch):
    """A small city with a few hundred bulk cases of a few items, written by one process."""
    monkeypatch.setattr(grow, "ITEMS", 4)
    build.build()
    call_command("catalog", "load", verbosity=0)
    said: list[str] = []
    grow.grow(260, 120, said.append, processes=1)
    return said


def test_a_grown_city_passes_all_checks(grown, client):
    assert checks.findings() == []
    assert Case.objects.count() == 260
    assert "办件：新增 260 件" in grown[-1]
    states = set(Case.objects.values_list("state", flat=True))
    assert {"closed", "submitted"} <= states
    assert Application.objects.filter(state="submitted").exists()
    assert_results_are_sealed()
    assert_everything_is_recorded()
    assert_pages_open()
    grow.grow(300, 120, grown.append, processes=1)  # the second run continues from the existing data
    assert Case.objects.count() == 300
    assert checks.findings() == []


def assert_results_are_sealed():
    made = Licence.objects.select_related("type", "issuer").exclude(case_number="")
    assert made.exists()
    for licence in made[:40]:
        assert verify_record(licence).record_ok
        application = Application.objects.get(cases__number=licence.case_number)
        assert licence.holder_id == application.applicant_id
        assert licence.holder_name == application.facts["applicant.name"]


def assert_everything_is_recorded():
    for case in Case.objects.select_related("application")[:40]:
        entries = ledger.entries_of([case.application_id, case.id])
        assert entries[0].type.endswith("ApplicationStarted")
        assert [entry.at for entry in entries] == sorted(entry.at for entry in entries)
        assert all(
            entry.payload.get("number", case.number) in {case.number, case.application.number} for entry in entries
        )


def assert_pages_open():
    open_case = Case.objects.filter(steps__state="open").exclude(steps__post="").select_related("application").first()
    step = open_case.steps.get(state="open")
    officer = officer_for(step)
    assert queries.to_do_list(officer, filters=queries.Filters()).paginator.count >= 1
    file = queries.case_file(open_case.number, officer)
    assert file.actionable == [step]
    rows, _ = queries.my_applications(open_case.application.applicant_id)
    assert open_case.application_id in [row.id for row in rows]
    assert queries.progress(open_case.application).cases[0].number == open_case.number


def test_patterns_contain_no_rows_that_others_write_meanwhile(grown, monkeypatch):
    """Patterns contain no rows of others, although another process adds persons and the platform may be running."""
    applicant = identity.actor_of(Account.objects.get(login_name=grow.PATTERN_APPLICANT))
    (item,) = patterns._items(1)
    alone = patterns.pattern_of(item, patterns.FINISHED[0], applicant)
    apply = wide.apply

    def apply_beside_others(*arguments):
        Entry.objects.create(
            id=new_id(), type="identity.PersonRegistered", version=1, subject=new_id(), actor="machine:else",
            at=clock.now() - timedelta(days=420), payload={},
        )  # fmt: skip
        return apply(*arguments)

    monkeypatch.setattr(wide, "apply", apply_beside_others)
    beside = patterns.pattern_of(item, patterns.FINISHED[0], applicant)
    assert [model for model, _, _ in beside.rows] == [model for model, _, _ in alone.rows]
    assert Entry in [model for model, _, _ in beside.rows]


@pytest.mark.django_db
def test_keys_are_looked_up_before_a_copy_and_never_during_it(settings):
    """A key is looked up before COPY starts. On the connection of a running COPY, the look-up would deadlock."""
    settings.KEY_CACHE_SECONDS = 0
    keyring.forget()
    made = (
        Entry(id=new_id(), type="bench.Copied", version=1, subject=new_id(), actor="x", at=clock.now()) for _ in "123"
    )
    copying.copy(Entry, (copying.row_of(entry) for entry in made))
    assert Entry.objects.filter(type="bench.Copied").count() == 3


@pytest.mark.django_db
def test_the_cells_of_a_row_also_fit_an_insert_statement():
    entry = Entry(
        id=new_id(),
        type="bench.Told",
        version=1,
        subject=new_id(),
        actor="谁",
        at=clock.now(),
        payload={"数": [1, None]},
    )
    cells = copying.cells_of(copying.row_of(entry))
    columns = [sql.Identifier(str(column.column)) for column in copying.columns_of(Entry)]
    assert len(cells) == len(columns)
    connection.ensure_connection()
    with Cursor(connection.connection) as cursor:
        cursor.adapters.register_dumper(copying.Cell, copying.CellDumper)
        table = sql.Identifier(Entry._meta.db_table)
        names, places = sql.SQL(", ").join(columns), sql.SQL(", ").join([sql.Placeholder()] * len(columns))
        cursor.execute(sql.SQL("INSERT INTO {} ({}) VALUES ({})").format(table, names, places), cells)
    told = Entry.objects.get(id=entry.id)
    assert (told.subject, told.actor, told.at, told.payload) == (entry.subject, "谁", entry.at, {"数": [1, None]})
