"""Which level an item needs, who is asked for the missing step, and how a draft waits for it."""

import pytest
from django.urls import resolve

from tongban.foundation import clock
from tongban.handling.cases import services
from tongban.handling.cases.models import Application
from tongban.handling.cases.tests import factories
from tongban.handling.catalog import reading
from tongban.handling.catalog.levels import highest, need_of
from tongban.people.identity.models import Account
from tongban.people.identity.stepup import LevelNeeded
from tongban.people.identity.testing import signed_in
from tongban.people.signin import services as signin
from tongban.people.signin.models import Proof
from tongban.people.signin.testing import prove_again

pytestmark = pytest.mark.req("B1")
ITEMS = {path.stem: reading.read(path).spec for path in (reading.FOLDER / "items").glob("*.yaml")}


def test_the_rule_assigns_a_level_to_every_item():
    needs = {code: need_of(item) for code, item in ITEMS.items()}
    assert needs["GJ-01"].level == needs["BD-01"].level == needs["YB-01"].level == 3
    assert all(need.factor for need in needs.values() if need.level == 3)
    assert {need.level for need in needs.values()} == {1, 2, 3}
    assert "涉及" in needs["BD-01"].words


def test_a_level_stated_by_an_item_takes_precedence():
    item = ITEMS["BD-01"]
    assert need_of(item.model_copy(update={"auth_level": 2})).level == 2
    assert not need_of(item.model_copy(update={"auth_level": 0})).factor
    assert highest([]).level == 1


@pytest.fixture
def mother(parents):
    """Return the mother without any evidence of her identity."""
    Proof.objects.filter(subject_id=parents.mother.subject_id).delete()
    return parents.mother


@pytest.mark.django_db
def test_an_applicant_without_the_level_is_led_to_the_missing_step_and_back(mother):
    client = signed_in(mother.subject_id)
    guide = client.get("/bundles/birth/")
    assert guide.status_code == 200
    asked = client.post("/apply/bundle/birth/")
    assert asked["Location"] == "/account/level/?need=3&next=%2Fapply%2Fbundle%2Fbirth%2F"
    page = client.get(asked["Location"]).content.decode()
    assert "还差一步" in page
    assert "到窗口核验" in page
    account = Account.objects.get(subject_id=mother.subject_id)
    signin.record_proof(mother.subject_id, account_id=account.id, level=3, kind="window", actor=factories.CITY)
    assert resolve(client.post("/apply/bundle/birth/")["Location"]).view_name == "cases:page"


@pytest.mark.django_db
def test_a_draft_is_not_submitted_after_the_level_has_ended(parents):
    mother = parents.mother
    draft = factories.start_newborn(mother)
    factories.answer(draft, mother)
    Proof.objects.filter(subject_id=mother.subject_id).update(until=clock.now())
    client = signed_in(mother.subject_id)
    asked = client.post(f"/applications/draft/{draft.id}/check/", {"agreed": "yes"})
    assert asked["Location"].startswith("/account/level/?need=3&next=%2Fapplications%2Fdraft%2F")
    with pytest.raises(LevelNeeded) as refusal:
        services.submit(draft.id, actor=mother)
    assert (refusal.value.level, refusal.value.code, refusal.value.status) == (3, "level-needed", 403)
    draft.refresh_from_db()
    assert (draft.state, draft.answers["given_name"]) == (Application.States.DRAFT, draft.answers["given_name"])
    signin.record_proof(mother.subject_id, level=3, kind="face", actor=factories.CITY)
    assert services.submit(draft.id, actor=mother).state == Application.States.SUBMITTED


@pytest.mark.django_db
@pytest.mark.req("B3")
def test_a_person_with_a_second_factor_is_asked_for_it_before_submission(parents, settings):
    settings.SECOND_FACTOR_REQUIRED = True
    mother = parents.mother
    draft = factories.start_newborn(mother)
    factories.answer(draft, mother)
    client = signed_in(mother.subject_id)
    address = f"/applications/draft/{draft.id}/check/"
    assert client.post(address, {"agreed": "yes"})["Location"].startswith("/confirm/?next=")
    prove_again(client)
    assert "/receipt/" in client.post(address, {"agreed": "yes"})["Location"]
