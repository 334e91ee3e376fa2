"""Versions are immutable; loading files twice changes nothing."""

import pytest
from django.db import DatabaseError, transaction

from tongban.foundation.codes import is_credit_code
from tongban.foundation.errors import Conflict, Invalid, NotFound
from tongban.handling.catalog import queries, services
from tongban.handling.catalog.models import BundleVersion, ItemVersion
from tongban.trust.ledger import queries as ledger

from .conftest import ACTOR, an_item


@pytest.mark.req("A3")
def test_loading_publishes_everything_once_in_few_queries(loaded, django_assert_max_num_queries):
    assert len(loaded.published) == 239 + 16
    with django_assert_max_num_queries(20):
        again = services.load_catalog(actor=ACTOR)
    assert (again.published, again.unchanged) == ((), 239 + 16)
    assert ItemVersion.objects.count() == 239
    assert BundleVersion.objects.count() == 16


@pytest.mark.req("A3")
def test_a_task_code_consists_of_department_code_level_and_catalogue_code(loaded):
    item = queries.item("HJ-01")
    assert len(item.task_code) == 31
    assert is_credit_code(item.task_code[:18])
    assert item.task_code[18:] == "3" + item.catalog_code


@pytest.mark.req("A3")
def test_the_same_version_with_other_content_is_refused(departments):
    services.publish_item(an_item(), actor=ACTOR)
    with pytest.raises(Conflict, match="把文件里的 version 加 1"):
        services.publish_item(an_item(promised_days=4), actor=ACTOR)
    assert queries.item("TS-01").promised_days == 5


@pytest.mark.req("A3")
def test_a_new_version_takes_effect_and_the_old_one_stays_readable(departments):
    first = services.publish_item(an_item(), actor=ACTOR)
    second = services.publish_item(an_item(version=2, promised_days=4), actor=ACTOR)
    assert queries.item("TS-01").promised_days == 4
    assert queries.item("TS-01", 1).promised_days == 5
    assert services.publish_item(an_item(), actor=ACTOR).id == first.id
    assert queries.item("TS-01").version == 2
    with pytest.raises(NotFound):
        queries.item("TS-01", 3)
    assert [e.type for e in ledger.entries_of(second.id)] == ["catalog.ItemPublished"]


@pytest.mark.req("A3")
@pytest.mark.parametrize("change", ["update", "delete"])
def test_the_database_refuses_changes_to_a_version(departments, change):
    row = services.publish_item(an_item(), actor=ACTOR)
    rows = ItemVersion.objects.filter(id=row.id)
    act = {"update": lambda: rows.update(name="改了"), "delete": lambda: rows._raw_delete(rows.db)}[change]
    with pytest.raises(DatabaseError, match="append-only"), transaction.atomic():
        act()


def test_an_older_version_number_is_refused(departments):
    services.publish_item(an_item(version=3), actor=ACTOR)
    with pytest.raises(Conflict, match="version 加 2"):
        services.publish_item(an_item(version=2), actor=ACTOR)


def test_an_unknown_department_is_refused_with_its_name(departments):
    with pytest.raises(NotFound, match="市不存在局"):
        services.publish_item(an_item(department="市不存在局"), actor=ACTOR)


def test_nothing_is_loaded_when_one_file_is_wrong(departments, write):
    path = write("YB-11", ("promised_days: 5", "promised_days: 25"))
    with pytest.raises(Invalid, match="第一处"):
        services.load_catalog([path], actor=ACTOR)
    assert not ItemVersion.objects.exists()


def test_a_version_that_was_read_before_needs_no_query(loaded, django_assert_num_queries):
    version = queries.item("HJ-01").version
    with django_assert_num_queries(0):
        queries.item("HJ-01", version)
    with django_assert_num_queries(1):
        queries.items_named(["HJ-01", "WJ-01", "SB-01"])
