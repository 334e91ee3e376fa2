"""Shared records: data standard, versions, look-ups with a reason, and encryption at rest."""

from datetime import date, timedelta
from pathlib import Path

import pytest
import yaml
from django.db import connection
from hypothesis import given
from hypothesis import strategies as st

from tongban.demo.city.founding import HERE
from tongban.exchange.libraries import queries, services
from tongban.exchange.libraries.definitions import FORMATS, as_table, definitions
from tongban.exchange.libraries.models import SharedRecord
from tongban.foundation import clock
from tongban.foundation.errors import Invalid, NotFound
from tongban.handling.cases.tests import factories
from tongban.handling.cases.tests.conftest import city
from tongban.trust.ledger import queries as ledger

__all__ = ["city"]
CARE = "data-cl-04-3"
CONTENT = {"number": "YZ20260001", "persons": "2", "monthly": "960.50", "since": "2026-03"}


@pytest.fixture
def person(city):
    return factories.make_parents(city).mother.subject_id


def share(person, resource=CARE, **changes):
    return services.record_shared(resource, subject_id=person, content=CONTENT | changes, actor=factories.CITY)


def look(person, resource=CARE):
    return services.look_up(resource, context={"applicant.id": str(person)}, actor=factories.CITY)


def test_each_provider_is_a_department_of_the_city():
    known = {name for row in yaml.safe_load((HERE / "departments.yaml").read_text()) for name in [row["name"]]}
    assert {one.provider for one in definitions().values()} <= known


@pytest.mark.req("D12")
def test_the_page_of_the_data_standard_is_up_to_date():
    kept = Path(__file__).resolve().parents[4] / "docs" / "data-resources.md"
    assert kept.read_text() == as_table(), "run: manage.py resources table > docs/data-resources.md"


@pytest.mark.req("D12")
@given(st.sampled_from(sorted(FORMATS)), st.text(max_size=30))
def test_a_format_accepts_or_refuses_any_text_without_errors(name, text):
    assert FORMATS[name](text) in {True, False}


@pytest.mark.req("D12")
@given(st.dates(min_value=date(1900, 1, 1)))
def test_a_day_is_accepted_in_one_format_only(day):
    assert FORMATS["date"](day.isoformat())
    assert not FORMATS["date"](day.strftime("%Y%m%d"))


@pytest.mark.req("D1")
@pytest.mark.django_db
def test_a_record_is_found_with_its_department_and_version(person):
    record = share(person)
    found = look(person)
    assert found.source == "市民政局 · 低保信息"
    assert found.facts[f"{CARE}.monthly"] == "960.50"
    assert found.evidence == str(record.id)
    assert queries.label_of(f"{CARE}.monthly") == "月保障金额（元）"
    assert [e.type.rpartition(".")[2] for e in ledger.entries_of(record.id)] == ["SharedRecorded"]


@pytest.mark.req("D1")
@pytest.mark.django_db
def test_a_newer_version_replaces_an_older_one_which_is_kept(person):
    first = share(person)
    assert share(person) == first
    second = share(person, persons="3")
    assert (second.version, look(person).evidence) == (2, str(second.id))
    first.refresh_from_db()
    assert first.superseded_at is not None
    assert first.content["persons"] == "2"


@pytest.mark.django_db
def test_a_missing_or_expired_record_is_explained(person):
    assert "市民政局的“低保信息”里没有查到记录" in look(person).reason
    yesterday = clock.legal_day(clock.now()) - timedelta(days=1)
    services.record_shared(CARE, subject_id=person, content=CONTENT, valid_until=yesterday, actor=factories.CITY)
    assert "到期" in look(person).reason


@pytest.mark.req("D12")
@pytest.mark.django_db
@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"monthly": "很多"}, "monthly"),
        ({"since": "2026-13"}, "since"),
        ({"persons": ""}, "persons"),
        ({"number": "?"}, "number"),
        ({"colour": "blue"}, "colour"),
    ],
)
def test_a_record_that_violates_the_standard_is_refused_with_its_place(person, changes, field):
    with pytest.raises(Invalid) as refusal:
        share(person, **changes)
    assert refusal.value.field == field
    assert not SharedRecord.objects.exists()


@pytest.mark.django_db
def test_an_unknown_resource_and_a_wrong_kind_of_subject_are_refused(person):
    with pytest.raises(NotFound):
        share(person, resource="data-nothing")
    with pytest.raises(Invalid):
        services.record_shared(
            "data-ys-02-2", subject_id=person, content={"plates": "1", "tonnage": "9", "checked": "2026-01-01"},
            actor=factories.CITY,
        )  # fmt: skip


@pytest.mark.req("D6")
@pytest.mark.django_db
def test_shared_records_are_not_readable_at_rest(person):
    share(person)
    with connection.cursor() as cursor:
        cursor.execute("SELECT content FROM libraries_shared_record")
        assert b"960.50" not in bytes(cursor.fetchone()[0])
