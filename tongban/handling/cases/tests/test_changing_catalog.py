"""The catalogue changes while somebody fills in a form: a new version, a withdrawn item."""

import re

import pytest
from django.urls import reverse

from tongban.handling.cases import queries, services
from tongban.handling.cases.rights import CannotStart
from tongban.handling.cases.services.submission import Incomplete, ServiceChanged
from tongban.handling.cases.tests import factories
from tongban.handling.catalog import queries as catalog_queries
from tongban.handling.catalog import reading
from tongban.handling.catalog import services as catalog
from tongban.handling.catalog.models import ItemVersion
from tongban.handling.catalog.schema import FormField, Material
from tongban.people.identity.testing import signed_in
from tongban.trust.ledger import queries as ledger

pytestmark = pytest.mark.django_db
ITEM = "HJ-09"
PHONE = FormField(key="contact_phone", label="联系手机", kind="phone")
PURPOSE = FormField(key="purpose", label="证明的用途", kind="text")


def an_item(**changes):
    card = Material(key="id", name="居民身份证", source="licence", licence_type="id-card")
    spec = reading.read(reading.FOLDER / "items" / f"{ITEM}.yaml").spec
    written = {"authored": True, "pilot": False, "form": (PHONE,), "materials": (card,), "version": 1, "results": ()}
    return spec.model_copy(update=written | changes)


@pytest.fixture
def draft(parents):
    """Return a draft that is complete according to version 1, but not submitted."""
    catalog.publish_item(an_item(), actor=factories.CITY)
    draft = services.start_draft(ITEM, kind="item", actor=parents.mother)
    services.save_answers(draft.id, {"contact_phone": "13900001234"}, page="form", actor=parents.mother)
    return draft


def publish_second():
    catalog.publish_item(an_item(version=2, form=(PHONE, PURPOSE)), actor=factories.CITY)


def test_a_version_that_the_applicant_has_not_seen_is_not_submitted(draft, parents):
    client = signed_in(parents.mother.subject_id)
    check = reverse("cases:check", args=[draft.id])
    seen = re.search(r'name="checked" value="(\w+)"', client.get(check).content.decode())[1]
    publish_second()
    answer = client.post(check, {"checked": seen, "agreed": "yes"})
    page = answer.content.decode()
    assert answer.status_code == 409
    assert "办事指南在填写期间更新了" in page
    assert "请填写“证明的用途”" in page
    assert "办事指南更新了" in client.get(reverse("cases:tasks", args=[draft.id])).content.decode()


def test_a_new_requirement_is_asked_for_and_the_input_is_kept(draft, parents):
    publish_second()
    with pytest.raises(Incomplete) as refusal:
        services.submit(draft.id, actor=parents.mother)
    assert [problem.field for problem in refusal.value.problems] == ["purpose"]
    answers = {"contact_phone": "13900001234", "purpose": "入学"}
    assert services.save_answers(draft.id, answers, page="form", actor=parents.mother) == []
    application = services.submit(draft.id, actor=parents.mother)
    assert (application.service_version, application.cases.get().item_version) == (2, 2)


def test_a_running_case_keeps_its_version(draft, parents, city):
    application = services.submit(draft.id, actor=parents.mother)
    publish_second()
    catalog.withdraw_item(ITEM, reason="并入另一事项", actor=factories.CITY)
    case = application.cases.get()
    file = queries.case_file(case.number, city.officer("市公安局", "window"))
    assert [label for label, _ in file.answers] == ["联系手机"]
    assert case.item_version == 1


def test_an_item_withdrawn_during_a_draft_is_refused_without_losing_input(draft, parents):
    catalog.withdraw_item(ITEM, reason="并入另一事项", actor=factories.CITY)
    with pytest.raises(ServiceChanged, match="停止办理"):
        services.submit(draft.id, actor=parents.mother)
    client = signed_in(parents.mother.subject_id)
    check = client.post(reverse("cases:check", args=[draft.id]), {"agreed": "yes"})
    assert check.status_code == 409
    assert "停止办理了，这份申请不能提交" in check.content.decode()
    assert "13900001234" in client.get(reverse("cases:page", args=[draft.id, "form"])).content.decode()


def test_a_withdrawn_item_is_marked_and_returns_with_a_newer_version(draft, parents):
    version = catalog_queries.item(ITEM).version
    catalog.withdraw_item(ITEM, reason="并入另一事项", actor=factories.CITY)
    client = signed_in(parents.mother.subject_id)
    page = client.get(reverse("catalog:item", args=[ITEM]))
    assert page.status_code == 404
    assert "已经停止办理" in page.content.decode()
    assert catalog_queries.withdrawn([ITEM]) == ["开具户籍类证明"]
    publish_second()
    assert catalog_queries.item(ITEM).version == version + 1


def test_withdrawing_an_item_records_an_event_with_the_reason(draft):
    version_id = ItemVersion.objects.filter(current__isnull=False).get(code=ITEM).id
    catalog.withdraw_item(ITEM, reason="并入另一事项", actor=factories.CITY)
    last = ledger.entries_of(version_id)[-1]
    assert (last.type.rpartition(".")[2], last.reason) == ("ItemWithdrawn", "并入另一事项")


def test_a_bundle_with_a_withdrawn_item_cannot_be_started(parents):
    catalog.withdraw_item("JK-01", reason="停办", actor=factories.CITY)
    with pytest.raises(CannotStart, match="已经停止办理"):
        factories.start_newborn(parents.mother)


def test_a_bundle_draft_with_a_withdrawn_item_keeps_its_input(parents):
    draft = factories.start_newborn(parents.mother)
    factories.answer(draft, parents.mother)
    catalog.withdraw_item("JK-01", reason="停办", actor=factories.CITY)
    with pytest.raises(ServiceChanged, match="停止办理"):
        services.submit(draft.id, actor=parents.mother)
    assert queries.draft(draft.id, actor=parents.mother).answers["given_name"] == "知予"
