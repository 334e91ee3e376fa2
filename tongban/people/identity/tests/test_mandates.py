"""Mandates: who may grant, how they end; agents of a firm."""

from datetime import date, timedelta
from decimal import Decimal

import pytest

from tongban.foundation import clock
from tongban.foundation.codes import credit_code_check
from tongban.foundation.errors import Conflict, Invalid, NotAllowed, NotFound
from tongban.people.identity import queries, rules, services
from tongban.people.identity.actors import Actor, Right
from tongban.people.identity.models import Mandate
from tongban.people.identity.services import MandateScope
from tongban.people.identity.tests.conftest import BY
from tongban.people.identity.tests.mandating import (
    ALL,
    as_self,
    for_firm,
    in_a_year,
    let_agent,
    let_help,
    number,
    right,
    story,
    today,
)


@pytest.mark.req("B4")
def test_a_mandate_is_valid_from_acceptance_until_either_side_ends_it(people):
    mandate = let_help(people)
    assert right(mandate) is None
    services.accept(mandate.id, actor=as_self(people.daughter), confirmed="face")
    assert right(mandate) == (Right(mandate.id, "family", "all"), people.old.id)
    services.revoke(mandate.id, actor=as_self(people.old))
    services.revoke(mandate.id, actor=as_self(people.old))
    assert right(mandate) is None
    assert story(mandate) == ["MandateGranted", "MandateAccepted", "MandateEnded"]
    again = let_help(people)
    services.accept(again.id, actor=as_self(people.daughter), confirmed="face")
    services.revoke(again.id, actor=as_self(people.daughter))
    again.refresh_from_db()
    assert again.ended_because == "helper"


@pytest.mark.req("B4")
def test_a_family_helper_on_their_own_device_must_first_prove_who_they_are(people):
    mandate = let_help(people)
    with pytest.raises(Conflict, match="窗口"):
        services.accept(mandate.id, actor=as_self(people.daughter))
    assert right(mandate) is None


@pytest.mark.req("B4")
def test_a_declined_mandate_never_becomes_valid(people):
    mandate = let_help(people)
    services.decline(mandate.id, actor=as_self(people.daughter))
    assert right(mandate) is None
    with pytest.raises(NotFound):
        services.accept(mandate.id, actor=as_self(people.daughter), confirmed="face")


@pytest.mark.req("B4")
def test_only_the_two_parties_can_change_a_mandate(people):
    mandate = let_help(people)
    for act in (services.accept, services.decline, services.revoke, services.confirm):
        with pytest.raises(NotFound):
            act(mandate.id, actor=as_self(people.stranger))
    with pytest.raises(NotFound):
        services.change(mandate.id, scope=ALL, until=today(), actor=as_self(people.daughter))
    with pytest.raises(NotFound):
        services.accept(mandate.id, actor=as_self(people.old))
    assert queries.mandate_between(mandate.id, (people.stranger.id,)) is None


@pytest.mark.req("B4")
def test_a_mandate_lapses_the_day_after_its_last_and_is_recorded_as_lapsed(people):
    mandate = let_help(people, until=today() + timedelta(days=3))
    services.accept(mandate.id, actor=as_self(people.daughter), confirmed="face")
    with clock.at_moment(clock.now() + timedelta(days=3)):
        assert right(mandate) is not None
        assert services.end_lapsed_mandates() == 0
    with clock.at_moment(clock.now() + timedelta(days=4)):
        assert right(mandate) is None
        assert services.end_lapsed_mandates() == 1
    mandate.refresh_from_db()
    assert mandate.ended_because == "lapsed"


@pytest.mark.req("B4")
def test_a_relation_known_to_a_register_need_not_be_declared(people):
    checked = let_help(people, relation="")
    assert (checked.relation, checked.relation_checked) == ("女儿", True)
    with pytest.raises(Invalid, match="关系"):
        let_help(people, helper=people.stranger, relation="")
    declared = let_help(people, helper=people.stranger, relation="邻居")
    assert (declared.relation, declared.relation_checked) == ("邻居", False)


@pytest.mark.req("B4")
@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"scope": MandateScope("everything")}, "reach"),
        ({"scope": MandateScope("items")}, "named"),
        ({"scope": MandateScope("items", tuple(f"HJ-{n}" for n in range(61)))}, "named"),
        ({"scope": MandateScope("all", (), Decimal(0))}, "most"),
        ({"until": date(2020, 1, 1)}, "until"),
        ({"until": date(2090, 1, 1)}, "until"),
    ],
)
def test_errors_are_shown_at_their_fields_and_nothing_is_written(people, changes, field):
    with pytest.raises(Invalid) as refusal:
        let_help(people, **changes)
    assert refusal.value.field == field
    assert not Mandate.objects.exists()


@pytest.mark.req("B4")
def test_an_unknown_number_and_a_wrong_name_give_the_same_answer(people):
    sentences = set()
    for name, no in (("李四", people.daughter.number), ("马晓红", number(date(1970, 1, 1), 888)), ("马晓红", "")):
        with pytest.raises(Invalid) as refusal:
            services.grant("help", name=name, number=no, scope=ALL, until=in_a_year(), actor=as_self(people.old))
        sentences.add(refusal.value.message)
    assert len(sentences) == 1


@pytest.mark.req("B4")
def test_a_helper_cannot_have_two_open_mandates_of_one_kind(people):
    let_help(people)
    with pytest.raises(Conflict):
        let_help(people)


@pytest.mark.req("B4")
def test_a_helper_cannot_pass_on_a_mandate(people):
    mandate = let_help(people)
    services.accept(mandate.id, actor=as_self(people.daughter), confirmed="face")
    held, principal = right(mandate)
    acting = Actor(subject_id=people.daughter.id, principal_id=principal, right=held)
    with pytest.raises(NotAllowed, match="不能再转授权"):
        services.grant(
            "help",
            name=people.stranger.name,
            number=people.stranger.number,
            scope=ALL,
            until=in_a_year(),
            actor=acting,
        )


@pytest.mark.req("B4")
def test_a_change_takes_effect_at_once_even_for_a_request_in_progress(people):
    mandate = let_help(people)
    services.accept(mandate.id, actor=as_self(people.daughter), confirmed="face")
    held, principal = right(mandate)
    acting = Actor(subject_id=people.daughter.id, principal_id=principal, right=held)
    services.check_right_holds(acting)
    services.change(mandate.id, scope=MandateScope("items", ("HJ-09",)), until=today(), actor=as_self(people.old))
    with pytest.raises(rules.MandateOver):
        services.check_right_holds(acting)


@pytest.mark.req("B1")
def test_only_the_legal_representative_can_appoint_an_agent(people, firm):
    with pytest.raises(NotAllowed, match="法定代表人"):
        services.grant(
            "agent",
            name=people.daughter.name,
            number=people.daughter.number,
            scope=ALL,
            until=in_a_year(),
            actor=for_firm(people.old, firm),
        )
    with pytest.raises(NotAllowed):  # the firm's own account is not its representative
        services.grant(
            "agent",
            name=people.daughter.name,
            number=people.daughter.number,
            scope=ALL,
            until=in_a_year(),
            actor=Actor(subject_id=firm.id, principal_id=firm.id),
        )
    with pytest.raises(NotAllowed, match="切换到您本人"):
        services.grant(
            "family",
            name=people.daughter.name,
            number=people.daughter.number,
            scope=ALL,
            until=in_a_year(),
            actor=for_firm(people.stranger, firm),
        )
    assert let_agent(people, firm).principal_id == firm.id


@pytest.mark.req("B1")
def test_agents_wait_for_a_new_representative_and_lapse_without_one(people, firm):
    mandate = let_agent(people, firm)
    services.accept(mandate.id, actor=as_self(people.daughter), confirmed="face")
    services.end_representation(firm.id, person_id=people.stranger.id, reason="法定代表人变更", actor=BY)
    assert right(mandate) is None
    services.entitle_representative(firm.id, person_id=people.old.id, actor=BY)
    with pytest.raises(NotFound):
        services.confirm(mandate.id, actor=as_self(people.stranger))
    services.confirm(mandate.id, actor=for_firm(people.old, firm))
    assert right(mandate) is not None
    assert story(mandate)[-2:] == ["MandatePaused", "MandateConfirmed"]
    services.end_representation(firm.id, person_id=people.old.id, reason="法定代表人变更", actor=BY)
    with clock.at_moment(clock.now() + timedelta(days=31)):
        assert services.end_lapsed_mandates() == 1
    mandate.refresh_from_db()
    assert mandate.ended_because == "unconfirmed"


@pytest.mark.req("B1")
def test_one_agent_of_two_firms_has_two_identities(people, firm, django_assert_num_queries):
    body = "91990100MA0Y00999"
    second = services.register_organisation(
        name="云州第二软件有限公司", number=body + credit_code_check(body), division_code="990104", actor=BY
    )
    services.entitle_representative(second.id, person_id=people.stranger.id, actor=BY)
    made = [
        let_agent(people, one, MandateScope("items", (code,))) for one, code in ((firm, "QY-01"), (second, "QY-02"))
    ]
    for mandate in made:
        services.accept(mandate.id, actor=as_self(people.daughter), confirmed="face")
    with django_assert_num_queries(2):
        identities = queries.identities_of(people.daughter.id)
    assert [one.name for one in identities] == [firm.name, second.name]
    assert right(made[0])[0].named == {"QY-01"}
    assert right(made[1])[0].named == {"QY-02"}
