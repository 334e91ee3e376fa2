"""Granting, answering and changing mandates need a fresh second factor, and lists of mandates need few queries."""

import re
from datetime import date, timedelta

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from tongban.foundation import clock
from tongban.handling.cases.tests import factories
from tongban.handling.catalog import queries as catalog
from tongban.people.faces.tests.drawing import face
from tongban.people.identity import queries as identity
from tongban.people.identity import services as identities
from tongban.people.identity.models import Account, Mandate
from tongban.people.identity.testing import signed_in, with_phone
from tongban.people.signin.testing import confirm
from tongban.portal.acting.tests.helping import ITEM, accept, grant, typed, words

pytestmark = [pytest.mark.django_db, pytest.mark.req("B4")]


def test_another_persons_face_does_not_accept_a_mandate(people):
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


def test_a_helper_gives_the_second_factor_before_taking_pictures(people):
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


def test_without_a_face_service_the_window_is_suggested(people, settings):
    mandate = grant(people)
    settings.PRODUCTION = True
    page = words(people.clients["father"].get(reverse("acting:accept", args=[mandate.id])))
    assert "人脸核验现在用不了" in page
    assert "服务窗口" in page


def test_granting_asks_for_a_proof_and_keeps_the_input(people):
    mother = with_phone(people.mother)
    wrong = mother.post(reverse("acting:give"), typed(people.father, name=""))
    assert wrong.status_code == 422, "errors in the form are shown first"
    asked = mother.post(reverse("acting:give"), typed(people.father, relation="爱人", reach="items", services=[ITEM]))
    assert not Mandate.objects.exists()
    assert confirm(mother, asked)["Location"] == reverse("acting:overview")
    mandate = Mandate.objects.get()
    assert (mandate.helper_id, mandate.reach, mandate.named) == (people.father, "items", [ITEM])


def test_without_a_password_a_code_to_the_phone_is_enough(people):
    client = with_phone(people.mother)
    account = Account.objects.get(subject_id=people.mother)
    account.set_unusable_password()
    account.save()
    client.force_login(account)
    asked = client.post(reverse("acting:give"), typed(people.father))
    assert confirm(client, asked)["Location"] == reverse("acting:overview")
    assert Mandate.objects.exists()


def test_changing_a_mandate_asks_for_a_proof(people):
    mandate = grant(people)
    address = reverse("acting:change", args=[mandate.id])
    given = {"reach": "all", "most": "500", "until": mandate.until.isoformat()}
    assert signed_in(people.mother).post(address, given)["Location"].startswith("/confirm/")
    assert people.clients["mother"].post(address, given).status_code == 302
    mandate.refresh_from_db()
    assert mandate.most == 500


def test_items_are_found_by_everyday_words_and_stay_selected(people):
    client = people.clients["mother"]
    given = typed(people.father, reach="items", q=catalog.item(ITEM).name, find="yes")
    found = client.post(reverse("acting:give"), given).content.decode()
    assert f'value="{ITEM}"' in found
    assert 'class="govuk-error-summary' not in found
    barred = words(client.post(reverse("acting:give"), given | {"q": "结婚登记", "services": [ITEM]}))
    assert "不能代办" in barred
    kept = client.post(reverse("acting:give"), given | {"q": "没有这种事", "services": [ITEM]}).content.decode()
    assert re.search(rf'value="{ITEM}"[^>]*checked', kept)


def test_enter_in_the_form_of_a_mandate_presses_the_button_that_grants(people):
    """The button to search for items comes before it in the page. In the search field, Enter searches."""
    client = people.clients["mother"]
    page = client.get(reverse("acting:give")).content.decode()
    form = page[page.index('name="kind"') - 2000 : page.index("授权</span></button>")]
    assert form.index('name="enter"') < form.index('name="find"')
    given = typed(people.father, reach="items", q=catalog.item(ITEM).name, searched="", enter="yes")
    assert f'value="{ITEM}"' in client.post(reverse("acting:give"), given).content.decode()
    given |= {"searched": given["q"], "services": [ITEM]}
    assert client.post(reverse("acting:give"), given)["Location"].startswith(("/confirm/", reverse("acting:overview")))


def test_nobody_else_can_open_a_mandate(people):
    mandate = grant(people)
    for name in ("acting:accept", "acting:change", "acting:end"):
        assert people.clients["stranger"].get(reverse(name, args=[mandate.id])).status_code == 404
        assert people.clients["stranger"].post(reverse(name, args=[mandate.id])).status_code == 404
    assert people.clients["father"].get(reverse("acting:change", args=[mandate.id])).status_code == 404
    people.clients["mother"].post(reverse("acting:accept", args=[mandate.id]))
    mandate.refresh_from_db()
    assert mandate.accepted_at is None


def test_lists_need_the_same_number_of_queries_for_many_rows(people, city):
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
            "help",
            name=helper.name,
            number=helper.number,
            scope=identities.MandateScope("all"),
            until=until,
            actor=mother,
        )
        identities.accept(made.id, actor=identity.actor_of_subject(helper.id))

    help_and_work(0)
    few = {name: cost(name) for name in ("acting:overview", "acting:acts")}
    for serial in range(1, 9):
        help_and_work(serial)
    assert {name: cost(name) for name in few} == few


def test_what_has_to_be_answered_is_not_marked_as_optional(people):
    page = words(people.clients["mother"].get(reverse("acting:give")))
    assert "代办的方式" in page
    for label in ("代办的方式", "主题", "对方的姓名"):
        assert f"{label}（选填）" not in page, label
    assert "对方是您的（选填）" in page
    mandate = grant(people)
    pictures = words(people.clients["father"].get(reverse("acting:accept", args=[mandate.id])))
    assert "身份证有照片的一面" in pictures
    assert "（选填）" not in pictures


@pytest.mark.parametrize("dress", ["{0} {1} {2}", "\u200e{0}{1}{2}", "{0}-{1}-{2}"], ids=["blanks", "mark", "hyphens"])
def test_field_case_the_helper_is_found_however_the_number_is_typed(people, dress):
    father = identity.subject(people.father)
    number = dress.format(father.number[:6], father.number[6:14], father.number[14:])
    end = clock.legal_day(clock.now()) + timedelta(days=30)
    until, name = f"{end.year}年{end.month}月{end.day}日", f" {father.name[0]}\u3000{father.name[1:]}"
    mandate = grant(people, number=number, name=name, until=until, most="5,000")
    assert (mandate.helper_id, mandate.until, mandate.most) == (people.father, end, 5000)
