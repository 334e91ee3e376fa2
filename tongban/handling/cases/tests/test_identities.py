"""A person with firms: each application belongs to one identity, and a stale tab loses nothing."""

from datetime import date

import pytest
from django.urls import reverse

from tongban.exchange.libraries import services as libraries
from tongban.foundation.codes import credit_code_check
from tongban.handling.cases.models import Application
from tongban.handling.cases.tests import factories
from tongban.handling.catalog import reading
from tongban.handling.catalog import services as catalog
from tongban.people.identity import services as identity
from tongban.people.identity.testing import signed_in
from tongban.trust.ledger import queries as ledger

pytestmark = [pytest.mark.django_db, pytest.mark.req("B1")]
ITEM = "HJ-09"


@pytest.fixture
def firms(parents):
    """Create two firms of the father, and an item for persons and firms."""
    spec = reading.read(reading.FOLDER / "items" / f"{ITEM}.yaml").spec
    catalog.publish_item(spec.model_copy(update={"serves": ("person", "organisation")}), actor=factories.CITY)
    return [make_firm(parents, name, serial) for name, serial in (("云帆软件", "1"), ("云舟软件", "2"))]


def make_firm(parents, name, serial):
    body = f"91990100MA0Y000{serial}0"
    firm = identity.register_organisation(
        name=name, number=body + credit_code_check(body), division_code="990102", actor=factories.CITY
    )
    libraries.record_enterprise(
        firm.id,
        kind="有限责任公司",
        legal_representative_id=parents.father.subject_id,
        industry="软件",
        capital="50 万元",
        scope="软件开发",
        address="云州市云江区清河街道柳荫路 9 号",
        established_on=date(2020, 5, 6),
        actor=factories.CITY,
    )
    return firm


def act_for(client, principal):
    client.post(reverse("identity:principal"), {"principal": str(principal)})


def start(client):
    """Start a draft, and return the address of its list of pages."""
    client.post(reverse("cases:start", args=["item", ITEM]))
    return reverse("cases:tasks", args=[Application.objects.latest("created_at").id])


def test_a_legal_representative_applies_for_each_firm_and_for_themselves(parents, firms):
    client = signed_in(parents.father.subject_id)
    for principal in ("self", firms[0].id, firms[1].id):
        act_for(client, principal)
        start(client)
    owners = set(Application.objects.filter(service=ITEM).values_list("applicant_id", flat=True))
    assert owners == {parents.father.subject_id, firms[0].id, firms[1].id}
    draft = Application.objects.get(applicant_id=firms[0].id)
    assert draft.facts["enterprise.name"] == "云帆软件"
    begun = ledger.entries_of(draft.id)[0]
    assert (begun.actor, begun.principal) == (str(parents.father.subject_id), firms[0].id)


def test_a_tab_from_another_identity_says_whose_draft_it_is(parents, firms):
    client = signed_in(parents.father.subject_id)
    act_for(client, firms[0].id)
    draft = start(client)
    act_for(client, firms[1].id)
    for answer in (client.get(draft), client.post(draft + "form/", {"contact_phone": "13900001234"})):
        assert answer.status_code == 409
        assert "另一个身份“云帆软件”" in answer.content.decode()
    act_for(client, firms[0].id)
    assert client.get(draft).status_code == 200


def test_another_persons_draft_is_not_found(parents, firms):
    client = signed_in(parents.father.subject_id)
    act_for(client, firms[0].id)
    assert signed_in(parents.mother.subject_id).get(start(client)).status_code == 404


def test_the_firms_drafts_close_when_the_representation_ends(parents, firms):
    client = signed_in(parents.father.subject_id)
    act_for(client, firms[0].id)
    draft = start(client)
    identity.end_representation(
        firms[0].id, person_id=parents.father.subject_id, reason="法定代表人变更", actor=factories.CITY
    )
    assert client.get(draft).status_code == 404


def test_an_item_for_firms_only_says_so_before_the_form_and_offers_to_switch(parents, firms):
    spec = reading.read(reading.FOLDER / "items" / f"{ITEM}.yaml").spec
    only_firms = spec.model_copy(update={"serves": ("organisation",), "version": spec.version + 1})
    catalog.publish_item(only_firms, actor=factories.CITY)
    address = reverse("cases:start", args=["item", ITEM])
    client = signed_in(parents.father.subject_id)
    page = client.get(address).content.decode()
    assert "是企业和组织办理的业务" in page
    assert "切换办事身份" in page
    assert "开始填写" not in page
    refused = client.post(address)
    assert refused.status_code == 422
    assert "切换办事身份" in refused.content.decode()
    assert "切换办事身份" not in signed_in(parents.mother.subject_id).get(address).content.decode()
    act_for(client, firms[0].id)
    assert "开始填写" in client.get(address).content.decode()
