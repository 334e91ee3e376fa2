"""The machine grants nothing on an answer that somebody typed though a record would have to say it."""

import pytest

from tongban.handling.cases.models import Application
from tongban.handling.cases.plan import Plan
from tongban.handling.catalog.schema import BundleStep, GuidingQuestion
from tongban.handling.catalog.tests.conftest import a_bundle, an_item

MARRIED = GuidingQuestion(
    key="married", text="登记结婚了吗？", choices=(("yes", "是"), ("no", "否")), resource="marriage", answer="yes"
)
INSURED = GuidingQuestion(
    key="insured",
    text="报销吗？",
    choices=(("employee", "按职工医保"), ("resident", "按居民医保"), ("no", "不报销")),
    resource="enrolment",
    fact="mother.insurance",
    open_choices={"职工": ("employee", "no"), "居民": ("resident", "no"), "没有": ("no",)},
)
ITEM = an_item()


def unproven(question, answer, *, facts=None, sources=None):
    application = Application(kind="bundle", answers={question.key: answer}, facts=facts or {}, sources=sources or {})
    plan = Plan(application)
    wanted = [value for value, _ in question.choices if value != "no"]
    plan.bundle = a_bundle([BundleStep(key="one", item=ITEM.code, when={question.key: wanted})], questions=[question])
    return plan.unproven(ITEM)


def test_the_answer_by_which_a_step_is_chosen_needs_its_record():
    """Such a question leaves one choice to the step, so it was dropped as if the item were applied for alone."""
    assert unproven(MARRIED, "yes") == [MARRIED.text]
    assert unproven(MARRIED, "yes", sources={"married": "婚姻登记"}) == []
    assert unproven(MARRIED, "no") == []


@pytest.mark.parametrize(
    ("answer", "insurance", "proven"),
    [
        ("employee", "", False),
        ("resident", "", False),
        ("", "", True),
        ("employee", "职工", True),
        ("resident", "居民", True),
        ("employee", "别的", False),
    ],
)
def test_an_answer_that_a_record_could_rule_out_needs_that_record(answer, insurance, proven):
    assert unproven(INSURED, answer, facts={"mother.insurance": insurance}) == ([] if proven else [INSURED.text])


def test_a_question_without_a_register_is_answered_by_the_applicant():
    assert unproven(MARRIED.model_copy(update={"resource": ""}), "yes") == []


@pytest.mark.parametrize(
    ("insurance", "given"), [("职工", True), ("居民", False), ("没有", False), ("别的", False), ("", False)]
)
def test_an_answer_is_given_by_the_record_as_it_is_now(insurance, given):
    assert INSURED.is_given_by("employee", {"mother.insurance": insurance}) is given
    assert MARRIED.is_given_by("yes", {})
    assert not MARRIED.is_given_by("no", {})
