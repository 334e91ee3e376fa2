"""The machine grants nothing as long as an answer is missing on which a material depends."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tongban.handling.cases.rules.materials import Outcome, Way, machine_may_decide, undecided, union_of_materials
from tongban.handling.catalog.schema import FormField, Item, Material

KEYS = "abc"
CHOICES = (("x", "甲"), ("y", "乙"))
conditions = st.dictionaries(st.sampled_from(KEYS), st.lists(st.sampled_from("xy"), min_size=1), max_size=2)
answers = st.dictionaries(st.sampled_from(KEYS), st.sampled_from(["", "x", "y", "z"]))


def an_item(conditions, form=()):
    return Item(
        code="XX-01", name="某事项", field="XX", field_name="某", department="某局", task_type="20", project_type="1",
        serves=("person",), legal_days=5, promised_days=0, instant=True, form=form,
        materials=[
            Material(key=f"m{n}", name=f"材料{n}", source="data", resource="r", when=when)
            for n, when in enumerate(conditions)
        ],
    )  # fmt: skip


def met(item, given_answers):
    """Return the outcomes of a check in which everything that the answers call for is met by the machine."""
    return [Outcome(key=key, name=key, way=Way.DATA, met=True) for key in union_of_materials([item], given_answers)]


@given(st.lists(conditions, max_size=4), answers)
def test_without_an_answer_to_each_condition_a_person_decides(found, given_answers):
    item = an_item(found)
    open_keys = {key for when in found for key in when if not given_answers.get(key)}
    assert set(undecided(item, given_answers)) == open_keys
    assert machine_may_decide(item, met(item, given_answers), given_answers) is not bool(open_keys)


@given(st.lists(conditions, max_size=4), answers)
def test_an_answer_that_the_form_does_not_offer_decides_nothing(found, given_answers):
    form = [FormField(key=key, label=key, kind="choice", choices=CHOICES) for key in KEYS]
    item = an_item(found, form)
    open_keys = {key for when in found for key in when if given_answers.get(key) not in ("x", "y")}
    assert set(undecided(item, given_answers)) == open_keys


@given(st.lists(conditions, min_size=1, max_size=4), answers, st.sampled_from(KEYS))
def test_taking_an_answer_away_never_lets_the_machine_decide(found, given_answers, key):
    item, fewer = an_item(found), {k: v for k, v in given_answers.items() if k != key}
    if machine_may_decide(item, met(item, fewer), fewer):
        assert machine_may_decide(item, met(item, given_answers), given_answers)


@pytest.mark.parametrize(
    ("given_answers", "missing"),
    [
        ({}, ["car"]),
        ({"car": "yes"}, ["plate"]),
        ({"car": "yes", "plate": "old"}, []),
        ({"car": "no"}, []),
        ({"car": "no", "plate": "old"}, ["plate"]),
    ],
)
def test_a_field_that_is_not_asked_needs_no_answer_but_must_not_keep_an_old_one(given_answers, missing):
    car = FormField(key="car", label="车", kind="choice", choices=(("yes", "有"), ("no", "没有")))
    plate = FormField(
        key="plate", label="牌", kind="choice", choices=(("old", "旧"), ("new", "新")), when={"car": ["yes"]}
    )
    item = an_item([{"plate": ["new"]}], [car, plate])
    assert sorted(undecided(item, given_answers)) == missing
