"""A clerk records that he compared the person with his document."""

import pytest
from django.urls import reverse

from tongban.foundation.identity import queries as identity
from tongban.foundation.identity import services as identities
from tongban.foundation.signin import queries as signin
from tongban.foundation.signin.models import Proof
from tongban.handling.cases.tests import factories
from tongban.portal.window.tests.test_window import begin, window  # noqa: F401

pytestmark = [pytest.mark.django_db, pytest.mark.req("B1")]
PROOF = "/desk/window/proof/"


def test_without_a_visit_nothing_is_recorded(window):  # noqa: F811
    assert window.client.post(PROOF).status_code == 403
    assert not Proof.objects.filter(adapter=str(window.clerk.subject_id)).exists()


@pytest.mark.parametrize(("typed", "level"), [({}, 2), ({"chip": "1"}, 3)])
def test_the_clerk_who_compared_is_named_in_the_evidence(window, typed, level):  # noqa: F811
    Proof.objects.all().delete()
    begin(window)
    assert "实名核验" in window.client.get(reverse("window:visit")).content.decode()
    window.client.post(PROOF, typed)
    proof = Proof.objects.get()
    assert (proof.subject_id, proof.level, proof.kind) == (window.mother.subject_id, level, "window")
    assert proof.adapter == str(window.clerk.subject_id)


def test_an_account_under_a_name_only_becomes_that_of_the_person_present(window):  # noqa: F811
    stranger = identities.register_person(name="李文敏", division_code="990102", actor=factories.CITY)
    account = identities.open_account("u1234", password="Sunny-day-7", subject_id=stranger.id, actor=factories.CITY)
    identities.verify_phone(account.id, phone="13900007777", actor=factories.CITY)
    begin(window)
    window.client.post(PROOF, {"chip": "1", "phone": "13900007777"})
    bound = identity.account_by_phone("13900007777")
    assert bound.subject_id == window.mother.subject_id
    assert signin.level_of(bound.subject_id) == 3


def test_another_persons_account_is_not_bound(window):  # noqa: F811
    other = identities.register_person(
        name="张三", number="990102198801010035", division_code="990102", actor=factories.CITY
    )
    account = identities.open_account("u1234", password="Sunny-day-7", subject_id=other.id, actor=factories.CITY)
    identities.verify_phone(account.id, phone="13900007777", actor=factories.CITY)
    begin(window)
    assert window.client.post(PROOF, {"phone": "13900007777"}).status_code == 409
    assert identity.account_by_phone("13900007777").subject_id == other.id


def test_only_window_clerks_record_it(window, city, parents):  # noqa: F811
    from tongban.foundation.identity.testing import signed_in

    assert signed_in(parents.mother.subject_id).post(PROOF).status_code == 403
    assert signed_in(city.officer("市公安局", "head").subject_id).post(PROOF).status_code == 403
