"""Every item has acceptance conditions, and they agree with the rest of the item."""

import re

import pytest

from tongban.handling.catalog import reading
from tongban.handling.catalog.conditions import objections
from tongban.handling.catalog.schema import Item

from .conftest import an_item


@pytest.fixture(scope="module")
def shipped() -> dict[str, Item]:
    return {d.spec.code: d.spec for d in reading.read_all(reading.files()) if isinstance(d.spec, Item)}


def remarks(path) -> list[reading.Remark]:
    return [remark for document in reading.read_all([path]) for remark in document.remarks]


@pytest.mark.req("A3")
def test_every_item_has_conditions_with_their_legal_basis(shipped):
    assert [code for code, item in shipped.items() if not item.conditions or not item.conditions_source] == []


@pytest.mark.req("A3")
def test_the_conditions_of_each_item_agree_with_who_may_apply_and_whether_a_visit_is_needed(shipped):
    found = {code: list(objections(item)) for code, item in shipped.items()}
    assert {code: one for code, one in found.items() if one} == {}


@pytest.mark.req("A3")
def test_no_two_items_have_the_same_conditions(shipped):
    sets = [item.conditions for item in shipped.values()]
    assert len(set(sets)) == len(sets)


@pytest.mark.req("A3")
@pytest.mark.parametrize(
    ("code", "field", "bound"),
    [
        ("YS-04", "driver_years", "least"),
        ("GJ-12", "loan_years", "least"),
        ("GJ-12", "loan_years", "most"),
    ],
)
def test_limits_of_the_form_are_stated_in_the_conditions(shipped, code, field, bound):
    item = shipped[code]
    limit = next(getattr(one, bound) for one in item.form if one.key == field)
    assert any(limit in re.findall(r"\d+", sentence) for sentence in item.conditions), (limit, item.conditions)


@pytest.mark.req("A3")
def test_the_form_offers_the_ways_of_losing_a_job_that_the_conditions_name(shipped):
    item = shipped["SB-14"]
    offered = [label for _, label in next(f.choices for f in item.form if f.key == "unemployed_why")]
    assert all(any(label in sentence for sentence in item.conditions) for label in offered), offered


@pytest.mark.req("A3")
def test_an_item_without_conditions_is_not_published(write):
    path = write("XM-04", ("conditions:\n", "faq:\n"))
    text = re.sub(r"faq:\n(?:  - .*\n)+conditions_source: .*\n", "", path.read_text())
    path.write_text(text)
    assert any(r.grade == "error" and "受理条件还没有写" in r.sentence for r in remarks(path)), remarks(path)


FIRM, MAN = "企业已取得营业执照", "年满 60 周岁"


@pytest.mark.req("A3")
@pytest.mark.parametrize(
    ("changes", "sentence"),
    [
        ({"serves": ("person",), "conditions": (FIRM, MAN)}, "服务对象只有个人"),
        ({"serves": ("organisation",), "conditions": (FIRM, MAN)}, "服务对象只有企业和组织"),
        ({"serves": ("organisation",), "conditions": ("有场地", "有资金")}, "却没有一条说到它们"),
        ({"serves": ("person", "organisation"), "conditions": (FIRM, "税款已经缴清")}, "同时写明两种申请人"),
        ({"conditions": ("双方一起到场", MAN)}, "到现场次数是 0"),
        ({"conditions": (MAN,)}, "请写 2 至 5 条"),
        ({"conditions": tuple(f"{n} 月出生" for n in range(1, 7))}, "请写 2 至 5 条"),
        ({"conditions": (MAN, "长" * 61)}, "请分成两条"),
    ],
)
def test_each_kind_of_disagreement_is_reported(changes, sentence):
    assert [text for _, text in objections(an_item(**changes)) if sentence in text], changes


@pytest.mark.parametrize(
    "changes",
    [
        {"serves": ("person",), "conditions": (MAN, "在本市参加职工医保")},
        {"serves": ("organisation",), "conditions": (FIRM, "员工年满 16 周岁")},
        {"serves": ("organisation",), "by_person": True, "conditions": (MAN, "企业的住所在本市")},
        {"serves": ("person", "organisation"), "conditions": ("申请人是个人或者单位", "税款已经缴清")},
        {"visits": 1, "visit_reason": "当面确认", "conditions": ("双方一起到场", MAN)},
    ],
)
def test_matching_conditions_are_accepted(changes):
    assert list(objections(an_item(**changes))) == []


@pytest.mark.req("A3")
def test_a_disagreement_is_reported_at_the_line_of_its_condition(write):
    path = write("SB-05", ("由法定代表人或者受委托的经办人办理", "本人有本市户籍"))
    found = next(r for r in remarks(path) if "服务对象只有企业和组织" in r.sentence)
    assert (found.grade, path.read_text().splitlines()[found.line - 1]) == ("warning", "  - 本人有本市户籍")
