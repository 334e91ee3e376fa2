"""The general form: people can apply for every shipped item, and the machine never decides on free text."""

import pytest

from tongban.handling.catalog import reading
from tongban.handling.catalog.completing import REQUEST, completed
from tongban.handling.catalog.schema import Item, Material, Result

from .conftest import an_item

ITEMS = [d.spec for d in reading.read_all(reading.files()) if isinstance(d.spec, Item)]


@pytest.mark.req("A2")
@pytest.mark.parametrize("item", ITEMS, ids=lambda item: item.code)
def test_every_item_of_the_catalogue_can_be_applied_for(item):
    ready = completed(item)
    fields = {f.key for f in ready.form}
    assert ready.authored
    assert ready.plan
    assert ready.results
    assert all(r.surface for r in ready.results)
    assert len({m.key for m in ready.materials}) == len(ready.materials)
    for material in ready.materials:
        if material.source == "form":
            assert set(material.fields) <= fields
        if material.source == "commitment":
            assert material.commitment


def test_a_fully_written_item_is_left_unchanged():
    item = an_item(authored=True, materials=(Material(key="m1", name="申请表", source="upload"),))
    assert completed(item) == item


def test_the_machine_does_not_decide_on_free_text():
    form = Material(key="m1", name="申请表", source="form")
    card = Material(key="m2", name="居民身份证", source="licence", licence_type="id-card")
    base = {"instant": True, "promised_days": 0, "fallback_days": 1}
    assert not completed(an_item(**base, materials=(form, card))).instant
    assert completed(an_item(**base, materials=(card,))).instant


def test_a_document_is_one_material_whichever_item_asks_for_it():
    card = {"name": "居民身份证", "source": "licence", "licence_type": "id-card"}
    photo = {"name": "近期免冠照片", "source": "upload"}
    one = completed(an_item(materials=(Material(key="m1", **card), Material(key="m2", **photo))))
    other = completed(an_item(materials=(Material(key="m1", **photo), Material(key="m2", **card))))
    assert {m.key for m in one.materials} == {m.key for m in other.materials}


def test_the_result_shows_who_applied_and_for_what():
    item = an_item(
        materials=(Material(key="m1", name="申请表", source="form"),),
        results=(Result(licence_type="result-ts-01-1", name="测试证明", kind="document"),),
    )
    assert dict(completed(item).results[0].surface) == {
        "姓名": "applicant.name",
        "公民身份号码": "applicant.number",
        "申请内容": REQUEST.key,
    }


@pytest.mark.req("A2")
def test_fifty_pilot_items_have_forms_of_their_own_in_every_large_field():
    specs = [d.spec for d in reading.read_all(reading.files()) if isinstance(d.spec, Item)]
    pilots = [completed(spec) for spec in specs if spec.pilot]
    assert len(pilots) >= 50
    assert not any(REQUEST.key in {field.key for field in pilot.form} for pilot in pilots)
    assert all(pilot.form for pilot in pilots if any(m.source == "form" for m in pilot.materials))
    assert len({pilot.field for pilot in pilots}) >= 20
