"""The step of the set-up that publishes the shipped catalogue."""

import pytest

from tongban.handling.catalog import preparing, reading, services
from tongban.handling.catalog.models import CurrentItem, ItemVersion
from tongban.handling.catalog.schema import Item

from .conftest import ACTOR


@pytest.fixture
def without_demo(settings):
    settings.DEMO = False


def test_a_start_does_not_publish_what_the_city_has_not_chosen(departments, without_demo):
    said = []
    preparing.load_shipped(said.append)
    assert said == ["No items are offered yet: run `manage.py catalog load`."]
    assert not ItemVersion.objects.exists()


def test_a_start_brings_up_to_date_what_is_in_force_even_where_departments_are_missing(departments, without_demo):
    for code in ("YB-10", "YB-11"):
        spec = reading.read(reading.FOLDER / f"items/{code}.yaml").spec
        assert isinstance(spec, Item)
        services.publish_item(spec.model_copy(update={"version": spec.version - 1}), actor=ACTOR)
    services.withdraw_item("YB-10", reason="停办", actor=ACTOR)
    next(one for one in departments if one.name == "市公安局").delete()
    preparing.load_shipped(print)
    current = CurrentItem.objects.select_related("version").get()
    assert (current.code, current.version.version) == ("YB-11", spec.version)
    assert ItemVersion.objects.count() == 3


def test_the_start_of_a_demo_city_publishes_everything(departments):
    preparing.load_shipped(print)
    assert CurrentItem.objects.count() == 239
