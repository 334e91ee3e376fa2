"""People apply for an item that has no form of its own with the general form."""

import pytest

from tongban.foundation.codes import credit_code_check
from tongban.handling.cases import services
from tongban.handling.cases.models import Application
from tongban.handling.cases.rights import CannotStart
from tongban.handling.cases.tests import factories
from tongban.handling.catalog import services as catalog
from tongban.handling.catalog.schema import Material, PlanStep, Result
from tongban.handling.catalog.tests.conftest import an_item
from tongban.people.identity import queries as identity
from tongban.people.identity import services as identity_services
from tongban.people.signin import services as signin


def publish(**changes) -> None:
    values = {
        "materials": (Material(key="m1", name="申请书", source="form"),
                      Material(key="m2", name="属实承诺", source="commitment"),
                      Material(key="m3", name="尚未接入的数据", source="data", resource="data-none")),
        "plan": (PlanStep(key="accept", name="受理", kind="accept", post="window", stage=1),
                 PlanStep(key="decide", name="决定", kind="decide", post="head", stage=2)),
        "results": (Result(licence_type="result-ts-01-1", name="测试证明", kind="document"),),
    }  # fmt: skip
    catalog.publish_item(an_item(**values | changes), actor=factories.CITY)


@pytest.mark.req("A4")
def test_the_general_form_leads_to_a_result(city, parents):
    publish()
    draft = services.start_draft("TS-01", kind="item", actor=parents.mother)
    problems = services.save_answers(
        draft.id, {"request": "", "contact_phone": "13900001234"}, page="form", actor=parents.mother
    )
    assert [p.field for p in problems] == ["request"]
    answers = {"request": "证明我住在清河街道", "contact_phone": "13900001234"}
    assert not services.save_answers(draft.id, answers, page="form", actor=parents.mother)
    view = services.check_draft(draft.id, actor=parents.mother)
    by_way = {m.material.source: m for m in view.materials}
    assert by_way["form"].outcome.met
    assert by_way["data"].outcome.way == "upload"
    services.save_answers(
        draft.id, {f"commit.{by_way['commitment'].material.key}": "yes"}, page="materials", actor=parents.mother
    )
    services.attach(draft.id, by_way["data"].material.key, content=factories.PDF, name="a.pdf", actor=parents.mother)
    application = services.submit(draft.id, actor=parents.mother)
    case = application.cases.get()
    officer = city.officer("市公安局", "window")
    services.accept(case.steps.get(kind="accept").id, actor=officer)
    head = city.officer("市公安局", "head")
    services.decide(case.steps.get(kind="decide").id, outcome="grant", opinion="同意", actor=head)
    application.refresh_from_db()
    assert application.state == Application.States.CLOSED


def test_a_withdrawn_commitment_no_longer_counts(city, parents):
    publish()
    draft = services.start_draft("TS-01", kind="item", actor=parents.mother)
    key, met = _commitment(draft, parents.mother)
    assert not met
    services.save_answers(draft.id, {f"commit.{key}": "yes"}, page="materials", actor=parents.mother)
    services.save_answers(draft.id, {"request": "证明"}, page="form", actor=parents.mother)
    assert _commitment(draft, parents.mother) == (key, True)
    services.save_answers(draft.id, {}, page="materials", actor=parents.mother)
    assert _commitment(draft, parents.mother) == (key, False)


def _commitment(draft, actor) -> tuple[str, bool]:
    """Return the key of the draft's only commitment, and whether it is met."""
    (found,) = (m for m in services.check_draft(draft.id, actor=actor).materials if m.material.source == "commitment")
    return found.material.key, found.outcome.met


def test_a_service_for_firms_is_refused_to_persons_and_vice_versa(city, parents):
    publish(serves=("organisation",))
    with pytest.raises(CannotStart) as refusal:
        services.start_draft("TS-01", kind="item", actor=parents.mother)
    assert "企业" in refusal.value.message
    publish(code="TS-02", catalog_code="992001002000")
    body = "91990100MA0Y0002X"
    firm = identity_services.register_organisation(
        name="云州测试有限公司", number=body + credit_code_check(body), division_code="990100",
        actor=factories.CITY,
    )  # fmt: skip
    signin.record_proof(firm.id, level=3, kind="window", actor=factories.CITY)
    actor = identity.actor_of_subject(firm.id)
    assert services.start_draft("TS-01", kind="item", actor=actor).applicant_id == firm.id
    with pytest.raises(CannotStart) as refusal:
        services.start_draft("TS-02", kind="item", actor=actor)
    assert "本人" in refusal.value.message


def test_a_founder_of_a_firm_applies_as_a_person(parents):
    publish(serves=("organisation",), by_person=True)
    draft = services.start_draft("TS-01", kind="item", actor=parents.mother)
    assert draft.applicant_id == parents.mother.subject_id
