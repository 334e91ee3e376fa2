"""One story: a child applies for an old parent, who sees each act and revokes in the middle of a form."""

import re
from datetime import date, timedelta
from types import SimpleNamespace

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from tongban.exchange.libraries import services as libraries
from tongban.exchange.libraries.models import Household, Person
from tongban.foundation import clock
from tongban.foundation.faces.tests.drawing import MOVES, face
from tongban.foundation.identity import queries as identity
from tongban.foundation.identity import services as identities
from tongban.foundation.identity.models import Account, Mandate
from tongban.foundation.identity.testing import signed_in, with_phone
from tongban.foundation.ledger import queries as ledger
from tongban.foundation.signin.testing import confirm, prove_again
from tongban.handling.cases.models import Application
from tongban.handling.cases.tests import factories
from tongban.handling.catalog import queries as catalog
from tongban.handling.catalog import reading
from tongban.handling.catalog import services as catalogs
from tongban.handling.catalog.schema import FormField

pytestmark = [pytest.mark.django_db, pytest.mark.req("B4")]
ITEM, OTHER, WEDDING = "HJ-09", "HJ-08", "HY-02"
FIXED = {"materials", "check", "discard"}


@pytest.fixture
def people(city, parents):
    """The mother is to be helped, the father helps, a stranger has no part in it."""
    for code in (ITEM, OTHER, WEDDING):
        spec = reading.read(reading.FOLDER / "items" / f"{code}.yaml").spec
        catalogs.publish_item(spec, actor=factories.CITY)
    stranger = identities.register_person(
        name="罗芳", number=city.number(date(1986, 1, 31), "f"), division_code="990102", actor=factories.CITY
    )
    made = SimpleNamespace(mother=parents.mother.subject_id, father=parents.father.subject_id, stranger=stranger.id)
    made.clients = {who: signed_in(getattr(made, who)) for who in ("mother", "father", "stranger")}
    for client in made.clients.values():
        prove_again(client)
    return made


def typed(person_id, **changes):
    person = identity.subject(person_id)
    until = clock.legal_day(clock.now()) + timedelta(days=90)
    return {
        "kind": "family", "name": person.name, "number": person.number, "relation": "", "reach": "all",
        "until": until.isoformat(),
    } | changes  # fmt: skip


def grant(people, **changes):
    answer = people.clients["mother"].post(reverse("acting:give"), typed(people.father, **changes))
    assert answer.status_code == 302, answer.content.decode()
    return Mandate.objects.get(ended_at=None)


def accept(people, mandate):
    client, address = people.clients["father"], reverse("acting:accept", args=[mandate.id])
    client.get(address)
    prompts = client.session["face_challenge"]["prompts"]
    images = [("reference", face()), ("front", face())]
    images += [(f"move{n}", face(**MOVES[prompt])) for n, prompt in enumerate(prompts, 1)]
    files = {name: SimpleUploadedFile(f"{name}.png", content) for name, content in images}
    return client.post(address, files)


@pytest.fixture
def helping(people):
    """The father has accepted and switched."""
    mandate = grant(people)
    identities.accept(mandate.id, actor=identity.actor_of_subject(people.father), confirmed="face")
    switch(people, mandate)
    return mandate


def switch(people, mandate):
    return people.clients["father"].post(reverse("identity:principal"), {"principal": f"m-{mandate.id}"})


def start(people, item=ITEM):
    return people.clients["father"].post(reverse("cases:start", args=["item", item]))


def words(answer):
    return re.sub(r"<[^>]+>", "", answer.content.decode())


def test_the_whole_way_by_pages(people):
    mandate = grant(people)
    assert (mandate.relation, mandate.relation_checked) == ("配偶", True)
    assert "李*敏请您代办" in words(people.clients["father"].get(reverse("acting:overview")))
    answer = accept(people, mandate)
    assert answer.status_code == 302, words(answer)
    switch(people, mandate)
    draft = start(people)["Location"]
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


def test_what_was_typed_stays_in_the_principals_draft_and_nothing_is_submitted(people, helping):
    draft = start(people, OTHER)["Location"]
    application = Application.objects.get(service=OTHER)
    found = words_with_links(people, draft)
    page = next(key for key in re.findall(rf"{draft}([\w-]+)/", found) if key not in FIXED)
    people.clients["father"].post(f"{draft}{page}/", {"card_reason": "lost"})
    application.refresh_from_db()
    before = application.answers
    assert before["card_reason"] == "lost"
    identities.revoke(helping.id, actor=identity.actor_of_subject(people.mother))
    assert people.clients["father"].post(f"{draft}check/").status_code == 403
    application.refresh_from_db()
    assert (application.state, application.answers) == ("draft", before)


def test_on_the_day_after_the_last_the_form_is_closed_too(people, helping):
    draft = start(people)["Location"]
    father, session = people.clients["father"], people.clients["father"].session
    with clock.at_moment(clock.now() + timedelta(days=91)):
        session["signin.seen"] = int(clock.now().timestamp())  # in use all the time: it is not idle that he is refused
        session.save()
        answer = father.post(f"{draft}check/")
    assert answer.status_code == 403
    assert "代办授权已经结束" in words(answer)
    assert not Application.objects.exclude(state="draft").exists()


@pytest.mark.parametrize(("item", "status"), [(ITEM, 302), (OTHER, 403), (WEDDING, 403)])
def test_outside_of_the_scope_the_sentence_says_how_to_ask(people, item, status):
    mandate = grant(people, reach="items", services=[ITEM])
    identities.accept(mandate.id, actor=identity.actor_of_subject(people.father), confirmed="face")
    switch(people, mandate)
    answer = start(people, item)
    assert answer.status_code == status
    if item == OTHER:
        assert "授权管理" in words(answer)
    if item == WEDDING:
        assert "亲自办理" in words(answer)


def test_a_helper_sees_what_he_may_do_and_no_more(people):
    mine = people.clients["mother"].post(reverse("cases:start", args=["item", OTHER]))["Location"]
    mandate = grant(people, reach="items", services=[ITEM])
    identities.accept(mandate.id, actor=identity.actor_of_subject(people.father), confirmed="face")
    switch(people, mandate)
    client = people.clients["father"]
    assert client.get(mine).status_code == 403
    listed = words(client.get(reverse("my:applications")))
    assert catalog.item(OTHER).name not in listed
    assert client.get(reverse("licences:wallet")).status_code == 403
    assert client.get(reverse("acting:overview")).status_code == 403
    assert client.get(reverse("acting:give")).status_code == 403


def test_of_what_is_finished_a_helper_sees_only_his_own_work(people, helping):
    start(people)
    mine = Application.objects.get(service=ITEM)
    people.clients["mother"].post(reverse("cases:start", args=["item", OTHER]))
    hers = Application.objects.get(service=OTHER)
    now = clock.now()
    for serial, one in enumerate((mine, hers)):
        Application.objects.filter(id=one.id).update(
            state="closed", number=f"99{serial:020d}", submitted_at=now, closed_at=now
        )
    client = people.clients["father"]
    listed = words(client.get(reverse("my:applications")))
    assert mine.title in listed
    assert hers.title not in listed
    assert client.get(reverse("my:application", args=[f"99{0:020d}"])).status_code == 200
    assert client.get(reverse("my:application", args=[f"99{1:020d}"])).status_code == 403


def test_the_amount_is_checked_when_it_is_submitted(people):
    spec = catalog.item(ITEM)
    asks = FormField(key="sum", label="申请金额", kind="amount")
    newer = {"version": spec.version + 1, "form": (asks,), "materials": (), "authored": True}
    catalogs.publish_item(spec.model_copy(update=newer), actor=factories.CITY)
    mandate = grant(people, most="500")
    identities.accept(mandate.id, actor=identity.actor_of_subject(people.father), confirmed="face")
    switch(people, mandate)
    draft = start(people)["Location"]
    page = next(key for key in re.findall(rf"{draft}([\w-]+)/", words_with_links(people, draft)) if key not in FIXED)
    people.clients["father"].post(f"{draft}{page}/", {"sum": "500.01"})
    refused = people.clients["father"].post(f"{draft}check/")
    assert refused.status_code == 409
    assert "超过您的授权上限 500" in words(refused)
    assert Application.objects.get().state == "draft"
    people.clients["father"].post(f"{draft}{page}/", {"sum": "500"})
    assert people.clients["father"].post(f"{draft}check/").status_code == 302
    assert Application.objects.get().state == "submitted"


def words_with_links(people, draft):
    return people.clients["father"].get(draft).content.decode()


def test_another_face_accepts_nothing(people):
    mandate = grant(people)
    client, address = people.clients["father"], reverse("acting:accept", args=[mandate.id])
    client.get(address)
    still = client.post(address)
    assert still.status_code == 422
    assert "身份证" in words(still)
    photo = {name: SimpleUploadedFile(f"{name}.png", face()) for name in ("reference", "front", "move1", "move2")}
    held_up = client.post(address, photo)
    assert held_up.status_code == 422
    assert "没有看到" in words(held_up)
    mandate.refresh_from_db()
    assert mandate.accepted_at is None


def test_a_helper_proves_himself_before_he_takes_the_pictures(people):
    mandate = grant(people)
    address = reverse("acting:accept", args=[mandate.id])
    people.clients["father"] = with_phone(people.father)
    asked = people.clients["father"].get(address)
    assert confirm(people.clients["father"], asked)["Location"] == address
    with clock.at_moment(clock.now() + timedelta(minutes=1)):
        answer = accept(people, mandate)
    assert answer.status_code == 302, words(answer)
    mandate.refresh_from_db()
    assert mandate.accepted_at is not None


def test_without_a_face_service_the_window_is_shown(people, settings):
    mandate = grant(people)
    settings.PRODUCTION = True
    page = words(people.clients["father"].get(reverse("acting:accept", args=[mandate.id])))
    assert "人脸核验现在用不了" in page
    assert "服务窗口" in page


def test_giving_asks_for_a_proof_and_loses_nothing_typed(people):
    mother = with_phone(people.mother)
    wrong = mother.post(reverse("acting:give"), typed(people.father, name=""))
    assert wrong.status_code == 422, "what is wrong in the form is said first"
    asked = mother.post(reverse("acting:give"), typed(people.father, relation="爱人", reach="items", services=[ITEM]))
    assert not Mandate.objects.exists()
    assert confirm(mother, asked)["Location"] == reverse("acting:overview")
    mandate = Mandate.objects.get()
    assert (mandate.helper_id, mandate.reach, mandate.named) == (people.father, "items", [ITEM])


def test_who_has_no_password_gives_by_a_code_to_his_phone(people):
    client = with_phone(people.mother)
    account = Account.objects.get(subject_id=people.mother)
    account.set_unusable_password()
    account.save()
    client.force_login(account)
    asked = client.post(reverse("acting:give"), typed(people.father))
    assert confirm(client, asked)["Location"] == reverse("acting:overview")
    assert Mandate.objects.exists()


def test_a_change_asks_for_a_proof(people):
    mandate = grant(people)
    address = reverse("acting:change", args=[mandate.id])
    given = {"reach": "all", "most": "500", "until": mandate.until.isoformat()}
    assert signed_in(people.mother).post(address, given)["Location"].startswith("/confirm/")
    assert people.clients["mother"].post(address, given).status_code == 302
    mandate.refresh_from_db()
    assert mandate.most == 500


def test_items_are_found_by_everyday_words_and_kept_ticked(people):
    client = people.clients["mother"]
    given = typed(people.father, reach="items", q=catalog.item(ITEM).name, find="yes")
    found = client.post(reverse("acting:give"), given).content.decode()
    assert f'value="{ITEM}"' in found
    assert 'class="govuk-error-summary' not in found
    barred = words(client.post(reverse("acting:give"), given | {"q": "结婚登记", "services": [ITEM]}))
    assert "不能代办" in barred
    kept = client.post(reverse("acting:give"), given | {"q": "没有这种事", "services": [ITEM]}).content.decode()
    assert re.search(rf'value="{ITEM}"[^>]*checked', kept)


def test_nobody_else_opens_a_mandate(people):
    mandate = grant(people)
    for name in ("acting:accept", "acting:change", "acting:end"):
        assert people.clients["stranger"].get(reverse(name, args=[mandate.id])).status_code == 404
        assert people.clients["stranger"].post(reverse(name, args=[mandate.id])).status_code == 404
    assert people.clients["father"].get(reverse("acting:change", args=[mandate.id])).status_code == 404
    people.clients["mother"].post(reverse("acting:accept", args=[mandate.id]))
    mandate.refresh_from_db()
    assert mandate.accepted_at is None


def test_lists_cost_the_same_with_many_rows(people, city):
    def cost(name):
        with CaptureQueriesContext(connection) as seen:
            assert people.clients["mother"].get(reverse(name)).status_code == 200
        return len(seen)

    def help_and_work(serial):
        helper = identities.register_person(
            name=f"帮办员{serial}", number=city.number(date(1980, 1, 1), "m"), division_code="990102",
            actor=factories.CITY,
        )  # fmt: skip
        until = clock.legal_day(clock.now()) + timedelta(days=9)
        mother = identity.actor_of_subject(people.mother)
        made = identities.grant(
            "help", name=helper.name, number=helper.number, scope=identities.Scope("all"), until=until, actor=mother
        )
        identities.accept(made.id, actor=identity.actor_of_subject(helper.id))

    help_and_work(0)
    few = {name: cost(name) for name in ("acting:overview", "acting:acts")}
    for serial in range(1, 9):
        help_and_work(serial)
    assert {name: cost(name) for name in few} == few


def test_the_clerk_registers_a_signed_form_and_the_one_who_is_present_answers(people, city):
    clerk = signed_in(city.officer("市公安局", "window").subject_id)
    mother = identity.subject(people.mother)
    clerk.post(reverse("window:visit"), {"number": mother.number, "name": mother.name, "seen": "yes"})
    form = typed(people.father, way="both") | {"form": SimpleUploadedFile("授权书.pdf", factories.PDF)}
    answer = clerk.post(reverse("acting:window"), form)
    assert answer.status_code == 302, words(answer)
    mandate = Mandate.objects.get()
    assert (mandate.channel, mandate.accepted_at is not None, mandate.form_id is not None) == ("window", True, True)
    clerk.post(reverse("acting:window-answer", args=[mandate.id]), {"answer": "revoke"})
    mandate.refresh_from_db()
    assert mandate.ended_because == "principal"
    missing = clerk.post(reverse("acting:window"), typed(people.father, way="both"))
    assert missing.status_code == 422
    assert "请上传签了名的授权书" in words(missing)
    seen = words(people.clients["mother"].get(reverse("acting:acts")))
    assert "在窗口替您登记了授权" in seen


def test_the_helper_at_the_window_brings_the_form_of_one_at_home(people, city):
    clerk = signed_in(city.officer("市公安局", "window").subject_id)
    father, mother = identity.subject(people.father), identity.subject(people.mother)
    clerk.post(reverse("window:visit"), {"number": father.number, "name": father.name, "seen": "yes"})
    given = typed(people.father, way="helper", name="", number="") | {
        "principal_name": mother.name,
        "principal_number": mother.number,
    }
    answer = clerk.post(reverse("acting:window"), given | {"form": SimpleUploadedFile("书.pdf", factories.PDF)})
    assert answer.status_code == 302, words(answer)
    mandate = Mandate.objects.get()
    assert (mandate.principal_id, mandate.helper_id) == (people.mother, people.father)
    assert identity.right_of(mandate.id, people.father) is not None


def test_a_window_officer_may_help_as_a_person_but_who_decides_may_not(people, city):
    until = clock.legal_day(clock.now()) + timedelta(days=9)
    mother = identity.actor_of_subject(people.mother)
    for kind, status in (("window", 200), ("head", 403)):
        officer = city.officer("市民政局", kind).subject_id
        client, person = signed_in(officer), identity.subject(officer)
        made = identities.grant(
            "help", name=person.name, number=person.number, scope=identities.Scope("all"), until=until, actor=mother
        )
        identities.accept(made.id, actor=identity.actor_of_subject(officer))
        assert client.get(reverse("identity:principal")).status_code == status
        client.post(reverse("identity:principal"), {"principal": f"m-{made.id}"})
        expected = {"window": 302, "head": 403}[kind]
        assert client.post(reverse("cases:start", args=["item", ITEM])).status_code == expected
        assert client.get(reverse("desk:to_do")).status_code == 200


def test_a_child_of_twelve_agrees_with_his_own_account(people, city):
    spring = clock.legal_day(clock.now()).replace(day=1, month=1)
    child = identities.register_person(
        name="张小满", number=city.number(spring.replace(year=spring.year - 12), "f"), division_code="990102",
        actor=factories.CITY,
    )  # fmt: skip
    libraries.record_resident(child.id, actor=factories.CITY)
    household = Household.objects.get(members=people.mother)
    Person.objects.filter(id=child.id).update(household=household, role_in_household="女")
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
