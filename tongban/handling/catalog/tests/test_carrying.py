"""Which questions of its bundle an item keeps when it is applied for alone."""

import pytest

from tongban.handling.catalog import reading
from tongban.handling.catalog.carrying import carried_questions, named_in
from tongban.handling.catalog.completing import completed
from tongban.handling.catalog.rules import asking_findings, bundle_findings
from tongban.handling.catalog.schema import Bundle, BundleStep, Item
from tongban.handling.catalog.tests.conftest import a_bundle, an_item

SPECS = [document.spec for document in reading.read_all(reading.files())]
ITEMS = {spec.code: completed(spec) for spec in SPECS if isinstance(spec, Item)}
BUNDLES = {spec.key: spec for spec in SPECS if isinstance(spec, Bundle)}
ASKED = {
    "key": "married",
    "text": "一起登记了吗？",
    "text_alone": "登记了吗？",
    "choices": [["yes", "是"], ["no", "否"], ["maybe", "不知道"]],
    "usual": "maybe",
}
BY_ANSWER = [{"key": "paper", "name": "声明", "source": "upload", "when": {"married": ["no"]}}]


def carried(item, *steps, question=ASKED):
    return carried_questions(item, a_bundle([BundleStep.model_validate(step) for step in steps], questions=[question]))


@pytest.mark.parametrize("key", sorted(BUNDLES))
def test_every_condition_of_every_item_is_answered_even_if_each_could_be_applied_for_alone(key):
    """`later_resource` is what lets the items of a bundle be applied for alone."""
    bundle = BUNDLES[key].model_copy(update={"later_resource": "birth-certified"})
    items = [ITEMS[code] for code in {step.item for step in bundle.steps} if ITEMS[code].apply_through == key]
    assert [finding for item in items for finding in asking_findings(item, {key: bundle})] == []
    for item in items:
        asked = {q.key for q in carried_questions(item, bundle)} | {field.key for field in item.form}
        assert named_in(item) <= asked


def test_a_question_is_kept_that_a_material_goes_by():
    (question,) = carried(an_item(materials=BY_ANSWER), {"key": "a", "item": "TS-01"})
    assert question.text == "登记了吗？"
    assert len(question.choices) == 3
    assert question.usual == "maybe"


def test_answers_that_leave_the_item_out_are_not_offered():
    (question,) = carried(an_item(), {"key": "a", "item": "TS-01", "when": {"married": ["yes", "no"]}})
    assert [value for value, _ in question.choices] == ["yes", "no"]
    assert question.usual == ""


def test_what_applying_answers_is_not_asked_unless_a_material_goes_by_it():
    step = {"key": "a", "item": "TS-01", "when": {"married": ["no"]}}
    assert carried(an_item(), step) == ()
    (question,) = carried(an_item(materials=BY_ANSWER), step)
    assert [value for value, _ in question.choices] == ["no"]


def test_of_an_item_in_two_steps_the_answers_to_either_are_offered():
    first, second = ({"key": k, "item": "TS-01", "when": {"married": [v]}} for k, v in (("a", "yes"), ("b", "maybe")))
    (question,) = carried(an_item(), first, second)
    assert [value for value, _ in question.choices] == ["yes", "maybe"]
    (question,) = carried(an_item(materials=BY_ANSWER), first, {"key": "b", "item": "TS-01"})
    assert len(question.choices) == 3


def test_a_field_of_the_item_wins_over_a_question_with_the_same_key():
    form = [{"key": "married", "label": "登记", "kind": "choice", "choices": [["no", "否"]]}]
    assert carried(an_item(materials=BY_ANSWER, form=form), {"key": "a", "item": "TS-01"}) == ()


def test_a_condition_on_the_field_of_an_item_that_may_be_left_out_is_an_error():
    asks = an_item(
        code="TS-02", form=[{"key": "married", "label": "登记", "kind": "choice", "choices": [["no", "否"]]}]
    )
    goes_by = an_item(materials=BY_ANSWER, apply_through="test")
    steps = [BundleStep(key="a", item="TS-01"), BundleStep(key="b", item="TS-02")]
    items = {"TS-01": goes_by, "TS-02": asks}

    def wrong(second):
        bundle = a_bundle([steps[0], second], authored=True)
        return [one.sentence for one in bundle_findings(bundle, items) if "married" in one.sentence]

    assert wrong(steps[1]) == []
    left_out = steps[1].model_copy(update={"when": {"other": ["x"]}})
    assert wrong(left_out) == ["事项 TS-01：条件里的“married”既不是引导问题，也不是表单字段"]
