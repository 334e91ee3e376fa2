"""One story: an adult child applies for an old parent, who sees each act and revokes the mandate during a form."""

from datetime import timedelta

import pytest
from django.urls import reverse

from tongban.exchange.libraries import services as libraries
from tongban.exchange.libraries.models import Household, Person
from tongban.foundation import clock
from tongban.handling.cases.models import Application
from tongban.handling.cases.tests import factories
from tongban.handling.catalog import queries as catalog
from tongban.handling.catalog import services as catalogs
from tongban.handling.catalog.schema import FormField
from tongban.people.identity import queries as identity
from tongban.people.identity import services as identities
from tongban.people.identity.models import Mandate
from tongban.people.identity.testing import signed_in
from tongban.people.signin.testing import prove_again
from tongban.portal.acting.tests.helping import ITEM, OTHER, WEDDING, accept, draft_of, grant, start, switch, words
from tongban.trust.ledger import queries as ledger

pytestmark = [pytest.mark.django_db, pytest.mark.req("B4")]


def test_a_mandate_is_granted_used_and_ended_through_the_pages(people):
    mandate = grant(people)
    assert (mandate.relation, mandate.relation_checked) == ("配偶", True)
    assert "李*敏请您代办" in words(people.clients["father"].get(reverse("acting:overview")))
    answer = accept(people, mandate)
    assert answer.status_code == 302, words(answer)
    switch(people, mandate)
    draft = draft_of(start(people))
    page = people.clients["father"].get(draft)
    assert "亲情代办：正在代李*敏办理" in words(page)
    assert "李文敏" not in words(page)
    application = Application.objects.get(service=ITEM)
    assert application.applicant_id == people.mother
    entry = ledger.entries_of(application.id)[0]
    assert (entry.actor, entry.principal) == (str(people.father), people.mother)
    assert entry.payload["mandate"] == str(mandate.id)
    seen = words(people.clients["mother"].get(reverse("acting:acts")))
    assert "开始填写申请" in seen
    assert "亲情代办" in seen
    assert "张*" in seen
    end = reverse("acting:end", args=[mandate.id])
    assert "马上生效" in words(people.clients["mother"].get(end))
    people.clients["mother"].post(end)
    refused = people.clients["father"].post(draft + "form/", {"contact_phone": "13900001234"})
    assert refused.status_code == 403
    assert "代办授权已经结束" in words(refused)
    assert people.clients["father"].get(draft).status_code == 404
    assert people.clients["mother"].get(draft).status_code == 200


def test_input_stays_in_the_principals_draft_without_being_submitted(people, helping):
    draft = draft_of(start(people, OTHER))
    application = Application.objects.get(service=OTHER)
    people.clients["father"].post(f"{draft}form/", {"card_reason": "lost"})
    application.refresh_from_db()
    before = application.answers
    assert before["card_reason"] == "lost"
    identities.revoke(helping.id, actor=identity.actor_of_subject(people.mother))
    assert people.clients["father"].post(f"{draft}check/").status_code == 403
    application.refresh_from_db()
    assert (application.state, application.answers) == ("draft", before)


def test_the_form_closes_on_the_day_after_the_mandates_last(people, helping):
    draft = draft_of(start(people))
    father, session = people.clients["father"], people.clients["father"].session
    with clock.at_moment(clock.now() + timedelta(days=91)):
        session["signin.seen"] = int(clock.now().timestamp())  # in use all the time, so idleness is not why access ends
        session.save()
        answer = father.post(f"{draft}check/")
    assert answer.status_code == 403
    assert "代办授权已经结束" in words(answer)
    assert not Application.objects.exclude(state="draft").exists()


@pytest.mark.parametrize(("item", "status"), [(ITEM, 302), (OTHER, 403), (WEDDING, 403)])
def test_an_item_outside_the_scope_is_refused_with_advice(people, item, status):
    mandate = grant(people, reach="items", services=[ITEM])
    identities.accept(mandate.id, actor=identity.actor_of_subject(people.father), confirmed="face")
    switch(people, mandate)
    answer = start(people, item)
    assert answer.status_code == status
    if item == OTHER:
        assert "授权管理" in words(answer)
    if item == WEDDING:
        assert "亲自办理" in words(answer)


def test_the_amount_is_checked_at_submission(people):
    spec = catalog.item(ITEM)
    asks = FormField(key="sum", label="申请金额", kind="amount")
    newer = {"version": spec.version + 1, "form": (asks,), "materials": (), "authored": True}
    catalogs.publish_item(spec.model_copy(update=newer), actor=factories.CITY)
    mandate = grant(people, most="500")
    identities.accept(mandate.id, actor=identity.actor_of_subject(people.father), confirmed="face")
    switch(people, mandate)
    draft = draft_of(start(people))
    people.clients["father"].post(f"{draft}form/", {"sum": "500.01"})
    refused = people.clients["father"].post(f"{draft}check/", {"agreed": "yes"})
    assert refused.status_code == 409
    assert "超过您的授权上限 500" in words(refused)
    assert Application.objects.get().state == "draft"
    for nonsense in ("NaN", "sNaN", "Infinity", "-1"):
        people.clients["father"].post(f"{draft}form/", {"sum": nonsense})
        answer = people.clients["father"].post(f"{draft}check/", {"agreed": "yes"})
        assert answer.status_code == 422, nonsense
        assert "请填数字金额" in words(answer)
    people.clients["father"].post(f"{draft}form/", {"sum": "500"})
    assert people.clients["father"].post(f"{draft}check/", {"agreed": "yes"}).status_code == 302
    assert Application.objects.get().state == "submitted"


def test_a_child_of_twelve_consents_with_their_own_account(people, city):
    spring = clock.legal_day(clock.now()).replace(day=1, month=1)
    child = identities.register_person(
        name="张小满", number=city.number(spring.replace(year=spring.year - 12), "f"), division_code="990102",
        actor=factories.CITY,
    )  # fmt: skip
    libraries.record_resident(child.id, actor=factories.CITY)
    household = Household.objects.get(members=people.mother)
    registered = Person.objects.get(id=child.id)
    registered.household, registered.role_in_household = household, "女"
    registered.save(update_fields=["household", "role_in_household"])
    father = people.clients["father"]
    assert "张*满" in words(father.get(reverse("acting:overview")))
    answer = father.post(reverse("acting:claim"), {"child": str(child.id)}, follow=True)
    assert "要他本人同意" in words(answer)
    mandate = Mandate.objects.get()
    declined = father.get(reverse("acting:end", args=[mandate.id]))
    assert "不再替" in words(declined)
    own = signed_in(child.id)
    assert "监护人" in words(own.get(reverse("acting:overview")))
    asked = own.post(reverse("acting:accept", args=[mandate.id]))
    assert asked["Location"].startswith("/confirm/")
    prove_again(own)
    own.post(reverse("acting:accept", args=[mandate.id]))
    assert identity.right_of(mandate.id, people.father) is not None
    assert people.clients["stranger"].post(reverse("acting:claim"), {"child": str(child.id)}).status_code == 404
