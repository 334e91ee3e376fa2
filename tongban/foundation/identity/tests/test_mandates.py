"""Mandates: who may grant, what they cover, how they end."""

from datetime import date, timedelta
from decimal import Decimal
from importlib import import_module
from types import SimpleNamespace

import pytest
from django.apps import apps
from hypothesis import given
from hypothesis import strategies as st

from tongban.foundation import clock
from tongban.foundation.codes import credit_code_check, resident_number_check
from tongban.foundation.errors import Conflict, DomainError, Invalid, NotAllowed, NotFound
from tongban.foundation.identity import ports, queries, rules, services
from tongban.foundation.identity.actors import WINDOW, Actor, Right
from tongban.foundation.identity.models import Mandate
from tongban.foundation.identity.services import Scope
from tongban.foundation.identity.tests.conftest import BY
from tongban.foundation.ids import new_id
from tongban.foundation.ledger import queries as ledger

ALL = Scope("all")


def number(born, serial):
    body = f"990102{born:%Y%m%d}{serial:03d}"
    return body + resident_number_check(body)


def today():
    return clock.legal_day(clock.now())


def in_a_year():
    return rules.anniversary(today(), 1)


@pytest.fixture
def people(db, monkeypatch):
    """Somebody old, her daughter, a stranger, a child; the registers know the daughter of the first."""

    def person(name, born, serial):
        return services.register_person(name=name, number=number(born, serial), division_code="990102", actor=BY)

    made = SimpleNamespace(
        old=person("宋玉珍", date(1950, 10, 20), 602),
        daughter=person("马晓红", date(1985, 3, 4), 604),
        stranger=person("罗芳", date(1986, 1, 31), 606),
    )
    relations = {(made.old.id, made.daughter.id): "女儿"}
    made.parents = set()
    monkeypatch.setattr(
        ports,
        "_family",
        ports.Family(
            lambda guardian, child: (guardian, child) in made.parents,
            lambda guardian: [child for parent, child in made.parents if parent == guardian],
            lambda principal, helper: relations.get((principal, helper), ""),
        ),
    )
    return made


@pytest.fixture
def firm(people):
    """A firm whose representative is the stranger."""
    body = "91990100MA0Y00021"
    made = services.register_organisation(
        name="云州云帆软件有限公司", number=body + credit_code_check(body), division_code="990104", actor=BY
    )
    services.entitle_representative(made.id, person_id=people.stranger.id, actor=BY)
    return made


def himself(person):
    return queries.actor_of_subject(person.id)


def for_firm(person, firm):
    return Actor(subject_id=person.id, principal_id=firm.id)


def let_help(people, scope=ALL, kind="family", helper=None, **given):
    helper = helper or people.daughter
    given = {"until": in_a_year(), "relation": "朋友"} | given
    return services.grant(kind, name=helper.name, number=helper.number, scope=scope, actor=himself(people.old), **given)


def let_agent(people, firm, scope=ALL, helper=None, until=None):
    helper = helper or people.daughter
    return services.grant(
        "agent",
        name=helper.name,
        number=helper.number,
        scope=scope,
        until=until or in_a_year(),
        actor=for_firm(people.stranger, firm),
    )


def right(mandate):
    return queries.right_of(mandate.id, mandate.helper_id)


def story(mandate):
    return [entry.type.rpartition(".")[2] for entry in ledger.entries_of(mandate.id)]


# -- life of a mandate


@pytest.mark.req("B4")
def test_a_mandate_works_from_acceptance_until_either_side_ends_it(people):
    mandate = let_help(people)
    assert right(mandate) is None
    services.accept(mandate.id, actor=himself(people.daughter), confirmed="face")
    assert right(mandate) == (Right(mandate.id, "family", "all"), people.old.id)
    services.revoke(mandate.id, actor=himself(people.old))
    services.revoke(mandate.id, actor=himself(people.old))
    assert right(mandate) is None
    assert story(mandate) == ["MandateGranted", "MandateAccepted", "MandateEnded"]
    again = let_help(people)
    services.accept(again.id, actor=himself(people.daughter), confirmed="face")
    services.revoke(again.id, actor=himself(people.daughter))
    again.refresh_from_db()
    assert again.ended_because == "helper"


@pytest.mark.req("B4")
def test_on_his_own_device_a_family_helper_shows_first_that_it_is_he(people):
    mandate = let_help(people)
    with pytest.raises(Conflict, match="窗口"):
        services.accept(mandate.id, actor=himself(people.daughter))
    assert right(mandate) is None


@pytest.mark.req("B4")
def test_a_declined_mandate_never_works(people):
    mandate = let_help(people)
    services.decline(mandate.id, actor=himself(people.daughter))
    assert right(mandate) is None
    with pytest.raises(NotFound):
        services.accept(mandate.id, actor=himself(people.daughter), confirmed="face")


@pytest.mark.req("B4")
def test_only_the_two_sides_touch_a_mandate(people):
    mandate = let_help(people)
    for act in (services.accept, services.decline, services.revoke, services.confirm):
        with pytest.raises(NotFound):
            act(mandate.id, actor=himself(people.stranger))
    with pytest.raises(NotFound):
        services.change(mandate.id, scope=ALL, until=today(), actor=himself(people.daughter))
    with pytest.raises(NotFound):
        services.accept(mandate.id, actor=himself(people.old))
    assert queries.mandate_between(mandate.id, (people.stranger.id,)) is None


@pytest.mark.req("B4")
def test_on_the_day_after_its_last_it_is_over_and_written_down(people):
    mandate = let_help(people, until=today() + timedelta(days=3))
    services.accept(mandate.id, actor=himself(people.daughter), confirmed="face")
    with clock.at_moment(clock.now() + timedelta(days=3)):
        assert right(mandate) is not None
        assert services.end_lapsed_mandates() == 0
    with clock.at_moment(clock.now() + timedelta(days=4)):
        assert right(mandate) is None
        assert services.end_lapsed_mandates() == 1
    mandate.refresh_from_db()
    assert mandate.ended_because == "lapsed"


@pytest.mark.req("B4")
def test_a_relation_that_a_register_knows_needs_not_be_declared(people):
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
        ({"scope": Scope("everything")}, "reach"),
        ({"scope": Scope("items")}, "named"),
        ({"scope": Scope("items", tuple(f"HJ-{n}" for n in range(61)))}, "named"),
        ({"scope": Scope("all", (), Decimal(0))}, "most"),
        ({"until": date(2020, 1, 1)}, "until"),
        ({"until": date(2090, 1, 1)}, "until"),
    ],
)
def test_what_is_wrong_is_said_at_its_field_and_nothing_is_written(people, changes, field):
    with pytest.raises(Invalid) as refusal:
        let_help(people, **changes)
    assert refusal.value.field == field
    assert not Mandate.objects.exists()


@pytest.mark.req("B4")
def test_an_unknown_number_and_a_wrong_name_read_the_same(people):
    sentences = set()
    for name, no in (("李四", people.daughter.number), ("马晓红", number(date(1970, 1, 1), 888)), ("马晓红", "")):
        with pytest.raises(Invalid) as refusal:
            services.grant("help", name=name, number=no, scope=ALL, until=in_a_year(), actor=himself(people.old))
        sentences.add(refusal.value.message)
    assert len(sentences) == 1


@pytest.mark.req("B4")
def test_two_open_mandates_of_a_kind_for_one_helper_are_one_too_many(people):
    let_help(people)
    with pytest.raises(Conflict):
        let_help(people)


@pytest.mark.req("B4")
def test_what_was_granted_is_not_handed_on(people):
    mandate = let_help(people)
    services.accept(mandate.id, actor=himself(people.daughter), confirmed="face")
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
def test_a_change_counts_at_once_also_for_a_request_on_its_way(people):
    mandate = let_help(people)
    services.accept(mandate.id, actor=himself(people.daughter), confirmed="face")
    held, principal = right(mandate)
    acting = Actor(subject_id=people.daughter.id, principal_id=principal, right=held)
    queries.check_right_holds(acting)
    services.change(mandate.id, scope=Scope("items", ("HJ-09",)), until=today(), actor=himself(people.old))
    with pytest.raises(rules.MandateOver):
        queries.check_right_holds(acting)


# -- agents


@pytest.mark.req("B1")
def test_only_the_legal_representative_grants_an_agent(people, firm):
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
def test_agents_wait_for_a_new_representative_and_end_without_him(people, firm):
    mandate = let_agent(people, firm)
    services.accept(mandate.id, actor=himself(people.daughter), confirmed="face")
    services.end_representation(firm.id, person_id=people.stranger.id, reason="法定代表人变更", actor=BY)
    assert right(mandate) is None
    services.entitle_representative(firm.id, person_id=people.old.id, actor=BY)
    with pytest.raises(NotFound):
        services.confirm(mandate.id, actor=himself(people.stranger))
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
    made = [let_agent(people, one, Scope("items", (code,))) for one, code in ((firm, "QY-01"), (second, "QY-02"))]
    for mandate in made:
        services.accept(mandate.id, actor=himself(people.daughter), confirmed="face")
    with django_assert_num_queries(2):
        identities = queries.identities_of(people.daughter.id)
    assert [one.name for one in identities] == [firm.name, second.name]
    assert right(made[0])[0].named == {"QY-01"}
    assert right(made[1])[0].named == {"QY-02"}


# -- minors


def child_of(people, born, serial=702):
    child = services.register_person(name="马小满", number=number(born, serial), division_code="990102", actor=BY)
    people.parents.add((people.daughter.id, child.id))
    return child


@pytest.mark.req("B4")
def test_a_parent_acts_for_a_small_child_by_guardianship_alone(people):
    child = child_of(people, rules.anniversary(today(), -8) + timedelta(days=1))
    mandate = services.claim_guardianship(child.id, actor=himself(people.daughter))
    assert right(mandate) is not None
    assert mandate.until == today()
    assert services.claim_guardianship(child.id, actor=himself(people.daughter)) == mandate
    with clock.at_moment(clock.now() + timedelta(days=1)):  # the eighth birthday
        assert right(mandate) is None
        second = services.claim_guardianship(child.id, actor=himself(people.daughter))
        assert second != mandate
        assert right(second) is None
        with pytest.raises(NotFound):
            services.accept(second.id, actor=himself(people.daughter), confirmed="face")
        services.accept(second.id, actor=himself(child))
        assert right(second) is not None


@pytest.mark.req("B4")
def test_at_eighteen_guardianship_ends_by_itself(people):
    child = child_of(people, rules.anniversary(today(), -18) + timedelta(days=1))
    mandate = services.claim_guardianship(child.id, actor=himself(people.daughter))
    services.accept(mandate.id, actor=himself(child))
    assert right(mandate) is not None
    with clock.at_moment(clock.now() + timedelta(days=1)):
        assert right(mandate) is None
        with pytest.raises(Conflict, match="满 18 周岁"):
            services.claim_guardianship(child.id, actor=himself(people.daughter))


@pytest.mark.req("B4")
def test_a_guardian_whom_the_registers_no_longer_name_is_none(people):
    child = child_of(people, rules.anniversary(today(), -3))
    mandate = services.claim_guardianship(child.id, actor=himself(people.daughter))
    people.parents.clear()
    assert right(mandate) is None
    with pytest.raises(NotFound):
        services.claim_guardianship(child.id, actor=himself(people.daughter))


@pytest.mark.req("B4")
def test_a_minor_neither_helps_nor_mandates(people):
    child = child_of(people, rules.anniversary(today(), -12))
    with pytest.raises(Invalid, match="年满 18"):
        let_help(people, helper=child)
    with pytest.raises(Conflict, match="监护人"):
        services.grant(
            "help",
            name=people.old.name,
            number=people.old.number,
            scope=ALL,
            until=in_a_year(),
            actor=himself(child),
        )


days = st.dates(date(1930, 1, 1), date(2020, 12, 31)) | st.sampled_from([date(y, 2, 29) for y in range(1932, 2021, 4)])


@given(days, st.integers(0, 17), st.integers(0, 365))
def test_ages_turn_on_the_anniversary_and_never_before(born, years, later):
    birthday = rules.anniversary(born, years)
    assert rules.full_years(born, birthday) == years
    assert birthday == born or rules.full_years(born, birthday - timedelta(days=1)) == years - 1
    day = min(birthday + timedelta(days=later), rules.anniversary(born, years + 1) - timedelta(days=1))
    assert rules.full_years(born, day) == years
    until = rules.guardianship_until(born, day)
    stage = 8 if years < 8 else 18
    assert until + timedelta(days=1) == rules.anniversary(born, stage)
    assert day <= until
    assert rules.needs_consent(born, day) == (years >= 8)


def test_who_was_born_on_the_29th_of_february_comes_of_age_on_the_28th():
    assert rules.anniversary(date(2008, 2, 29), 18) == date(2026, 2, 28)
    assert rules.anniversary(date(2008, 2, 29), 16) == date(2024, 2, 29)
    assert rules.guardianship_until(date(2008, 2, 29), date(2026, 2, 27)) == date(2026, 2, 27)
    assert rules.guardianship_until(date(2008, 2, 29), date(2026, 2, 28)) is None


# -- scope, as a matrix

ITEM = rules.Wanted("户口迁移", frozenset({"HJ-03"}), (frozenset({"户籍办理"}),))
BUNDLE = rules.Wanted("出生一件事", frozenset({"birth"}), (frozenset({"户籍办理"}), frozenset({"社会保障"})))
WEDDING = rules.Wanted("结婚登记", frozenset({"HY-02"}), (frozenset({"婚姻登记"}),), "要双方本人亲自办理")


@pytest.mark.req("B4")
@pytest.mark.parametrize(
    ("kind", "reach", "named", "most", "wanted", "amount", "allowed"),
    [
        ("family", "all", (), None, ITEM, None, True),
        ("family", "all", (), None, BUNDLE, None, True),
        ("family", "all", (), None, WEDDING, None, False),
        ("help", "items", ("HY-02",), None, WEDDING, None, False),
        ("guardian", "all", (), None, WEDDING, None, False),
        ("agent", "all", (), None, WEDDING, None, True),
        ("family", "items", ("HJ-03",), None, ITEM, None, True),
        ("family", "items", ("HJ-04",), None, ITEM, None, False),
        ("family", "items", ("birth",), None, BUNDLE, None, True),
        ("family", "themes", ("户籍办理",), None, ITEM, None, True),
        ("family", "themes", ("户籍办理",), None, BUNDLE, None, False),
        ("family", "themes", ("户籍办理", "社会保障"), None, BUNDLE, None, True),
        ("agent", "all", (), "50000", ITEM, "50000", True),
        ("agent", "all", (), "50000", ITEM, "50000.01", False),
        ("agent", "all", (), "50000", ITEM, None, True),
        ("agent", "all", (), None, ITEM, "9999999", True),
    ],
)
def test_inside_and_outside_of_a_scope(kind, reach, named, most, wanted, amount, allowed):
    held = Right(new_id(), kind, reach, frozenset(named), Decimal(most) if most else None)
    actor = Actor(subject_id=new_id(), principal_id=new_id(), right=held)
    asked = Decimal(amount) if amount else None
    if allowed:
        rules.check_may_act(actor, wanted, asked)
    else:
        with pytest.raises(rules.OutsideMandate):
            rules.check_may_act(actor, wanted, asked)


def test_who_acts_for_himself_is_not_bounded():
    rules.check_may_act(Actor(subject_id=new_id()), WEDDING, Decimal(10**9))


# -- kinds of legal persons


@pytest.mark.req("B1")
@pytest.mark.parametrize(
    ("head", "kind"),
    [("91", "enterprise"), ("92", "business"), ("12", "institution"), ("51", "society"), ("52", "society"),
     ("11", "agency"), ("93", "enterprise"), ("N1", "other")],
)  # fmt: skip
def test_the_credit_code_says_what_kind_of_legal_person(db, head, kind):
    body = f"{head}990100MA0Y00031"
    made = services.register_organisation(
        name="某单位", number=body + credit_code_check(body), division_code="990104", actor=BY
    )
    assert made.organisation_kind == kind


@pytest.mark.req("B1")
def test_a_kind_that_the_code_contradicts_is_refused(db):
    body = "92990100MA0Y00031"
    code = body + credit_code_check(body)
    with pytest.raises(Invalid, match="机构类型"):
        services.register_organisation(name="某店", number=code, kind="enterprise", division_code="990104", actor=BY)
    body = "A1990100MA0Y00031"
    made = services.register_organisation(
        name="某单位", number=body + credit_code_check(body), kind="agency", division_code="990104", actor=BY
    )
    assert made.organisation_kind == "agency"


@pytest.mark.req("B1")
def test_organisations_registered_before_get_their_kind(firm):
    fill = import_module("tongban.foundation.identity.migrations.0005_kinds_of_organisations").fill
    type(firm).objects.filter(id=firm.id).update(organisation_kind="")
    fill(apps, None)
    firm.refresh_from_db()
    assert firm.organisation_kind == "enterprise"


# -- at a window


@pytest.fixture
def clerk(register, office):
    subject = register(name="韩雪", number="990102198805060048")
    services.appoint(subject.id, post_id=office["window"].id, actor=BY)
    return queries.actor_of_subject(subject.id)


def at_window(clerk, visitor, **given):
    visit = services.begin_visit(name=visitor.name, number=visitor.number, actor=clerk, **given)
    return Actor(clerk.subject_id, visit.applicant_id, posts=clerk.posts, channel=WINDOW)


def with_form(people, principal, actor, kind="family", **given):
    given = {"helper_present": True, "relation": "女儿"} | given
    return services.grant_at_window(
        kind, principal=principal, name=people.daughter.name, number=people.daughter.number, scope=ALL,
        until=in_a_year(), form_id=new_id(), actor=actor, **given,
    )  # fmt: skip


@pytest.mark.req("A11")
def test_at_a_window_both_sign_and_it_works_at_once(people, clerk):
    mandate = with_form(people, people.old, at_window(clerk, people.old))
    assert right(mandate) is not None
    granted = ledger.entries_of(mandate.id)[0]
    assert (granted.actor, granted.principal) == (str(clerk.subject_id), people.old.id)
    assert (mandate.channel, mandate.form_id is not None) == ("window", True)


@pytest.mark.req("A11")
def test_the_helper_brings_the_signed_form_of_one_who_stays_at_home(people, clerk):
    assert right(with_form(people, people.old, at_window(clerk, people.daughter))) is not None


@pytest.mark.req("A11")
def test_a_stranger_at_the_window_mandates_nobody(people, clerk, firm):
    with pytest.raises(NotAllowed):
        with_form(people, people.old, at_window(clerk, people.stranger))
    with pytest.raises(DomainError):  # an agent's principal is the firm, whose representative must be there
        with_form(people, firm, at_window(clerk, people.daughter), kind="agent")
    present = at_window(clerk, people.stranger, credit_code=firm.number)
    assert with_form(people, firm, present, kind="agent", helper_present=False).accepted_at is None


@pytest.mark.req("A11")
def test_at_the_window_the_one_who_is_present_accepts_and_revokes(people, clerk):
    mandate = let_help(people)
    with pytest.raises(NotFound):
        services.accept(mandate.id, actor=at_window(clerk, people.stranger))
    services.accept(mandate.id, actor=at_window(clerk, people.daughter))
    assert right(mandate) is not None
    services.revoke(mandate.id, actor=at_window(clerk, people.old))
    assert right(mandate) is None
