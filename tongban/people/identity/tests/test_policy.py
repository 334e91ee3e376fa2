from dataclasses import replace
from datetime import UTC, datetime, timedelta
from uuid import uuid4

import pytest
from django.db.models import Q
from hypothesis import given
from hypothesis import strategies as st

from tongban.foundation.registry import AlreadyTaken
from tongban.people.identity import policy, services
from tongban.people.identity.actors import Actor, PostHeld, Proof
from tongban.people.identity.policy import Clause, PolicyRefused, PolicyRequest, ProofNeeded, PurposeNeeded, covers
from tongban.people.identity.purposes import TO_AUDIT, TO_HANDLE, Purpose
from tongban.people.identity.scope import NOTHING, scope_of
from tongban.trust.ledger import queries as ledger

pytestmark = pytest.mark.req("B5")
NOW = datetime(2026, 11, 25, 2, tzinfo=UTC)
HERE, THERE = uuid4(), uuid4()


def officer(*held, division="990100"):
    posts = tuple(PostHeld(uuid4(), department, kind, division) for department, kind in held)
    return Actor(subject_id=uuid4(), posts=posts)


@pytest.fixture
def rules():
    """An empty rule book for one test."""
    with policy.policies.only():
        yield


def test_an_act_without_a_policy_is_refused(rules):
    decision = policy.decide("anything.at-all", officer((HERE, "head")), at=NOW)
    assert not decision.allowed
    with pytest.raises(PolicyRefused):
        policy.check("anything.at-all", officer((HERE, "head")), at=NOW)


def test_a_policy_without_clauses_allows_nothing(rules):
    policy.policy("empty.act", "nothing is said")(lambda asked: iter(()))
    assert not policy.can("empty.act", officer((HERE, "head")), at=NOW)


def test_an_anonymous_visitor_is_asked_to_sign_in(rules):
    policy.policy("open.act", "all")(lambda asked: iter([Clause("always", True)]))
    with pytest.raises(PolicyRefused, match="登录"):
        policy.check("open.act", None, at=NOW)


def test_an_act_can_have_only_one_policy(rules):
    policy.policy("one.act", "a")(lambda asked: iter(()))
    with pytest.raises(AlreadyTaken, match="already"):
        policy.policy("one.act", "b")(lambda asked: iter(()))


@given(st.lists(st.booleans(), min_size=1, max_size=6))
def test_all_clauses_must_be_met_and_the_first_unmet_one_gives_the_refusal(met):
    clauses = tuple(Clause(f"clause {place}", one, f"refusal {place}") for place, one in enumerate(met))
    decision = policy.Decision("a.b", "", False, clauses)
    assert decision.allowed == all(met)
    assert decision.refusal == ("" if all(met) else f"refusal {met.index(False)}")


@pytest.mark.parametrize(
    ("place", "division", "contained"),
    [
        ("990100", "990102001002", True),
        ("990100", "110101", True),
        ("990102", "990102001", True),
        ("990102", "990103001", False),
        ("990102001", "990102001002", True),
        ("990102001", "990102", False),
        ("990102001002", "990102001002", True),
    ],
)
def test_a_division_contains_its_subdivisions(place, division, contained):
    assert covers(place, division) is contained


def test_region_and_department_must_belong_to_the_same_post():
    actor = Actor(
        subject_id=uuid4(),
        posts=(PostHeld(uuid4(), HERE, "head", "990102"), PostHeld(uuid4(), THERE, "head", "990103")),
    )
    asked = PolicyRequest(actor, NOW, {})
    assert policy.within_region(asked, "990102001", [HERE]).met
    assert not policy.within_region(asked, "990102001", [THERE]).met


def test_a_scope_is_one_clause_for_any_number_of_posts():
    actor = officer((HERE, "head"), (HERE, "handler"), (HERE, "head"))
    assert scope_of(actor).clause(post="post") == Q(department_id=HERE, post="head") | Q(
        department_id=HERE, post="handler"
    )
    assert scope_of(actor, "window").clause() == NOTHING
    below = officer((HERE, "window"), division="990102001")
    assert scope_of(below).clause(division="division_code") == Q(
        department_id=HERE, division_code__startswith="990102001"
    )


def who_proved(actor, **proof):
    return replace(actor, proof=Proof(**({"strength": 3, "uses_factor": True} | proof)))


@pytest.fixture
def vault(rules):
    """A policy: heads may act within five minutes of a proof, on the device where they signed in."""

    def clauses(asked):
        yield policy.holds_post(asked, [HERE], "head", refusal="请联系负责人。")
        yield policy.same_device(asked)
        yield policy.proved(asked, within=5)

    policy.policy("vault.open", "heads open it", privileged=True)(clauses)
    return "vault.open"


@pytest.mark.parametrize(("age", "open_"), [(0, True), (5, True), (5.1, False), (None, False), (-0.1, True)])
def test_an_old_or_missing_proof_is_asked_for(vault, age, open_):
    at = None if age is None else NOW - timedelta(minutes=age)
    head = who_proved(officer((HERE, "head")), second_factor_at=at)
    assert policy.decide(vault, head, at=NOW).allowed is open_
    assert policy.can(vault, head, at=NOW), "the button is shown: he may once he has proved as_self"
    if not open_:
        with pytest.raises(ProofNeeded) as needed:
            policy.check(vault, head, at=NOW)
        assert (needed.value.minutes, needed.value.factor) == (5, True)


def test_a_missing_right_is_reported_before_a_proof_is_asked_for(vault):
    clerk = who_proved(officer((HERE, "window")))
    assert not policy.can(vault, clerk, at=NOW)
    with pytest.raises(PolicyRefused, match="负责人"):
        policy.check(vault, clerk, at=NOW)


def test_a_session_on_another_device_is_refused(vault):
    head = officer((HERE, "head"))
    there = {"second_factor_at": NOW, "signed_in_device": "a"}
    assert policy.can(vault, who_proved(head, device="a", **there), at=NOW)
    with pytest.raises(PolicyRefused, match="另一台设备"):
        policy.check(vault, who_proved(head, device="b", **there), at=NOW)


@pytest.fixture
def archive(rules):
    """A policy: heads may open a case to handle it, within five minutes of a proof."""

    def clauses(asked):
        yield policy.holds_post(asked, [HERE], "head", refusal="请联系负责人。")
        yield policy.for_purpose(asked, TO_HANDLE, case_number="A1")
        yield policy.proved(asked, within=5)

    policy.policy("archive.look", "heads look, for a case")(clauses)
    return "archive.look"


FOR_THE_CASE = Purpose(TO_HANDLE, "核对张三的户名", "A1")


def test_right_purpose_and_proof_are_checked_in_this_order(archive):
    head, clerk = who_proved(officer((HERE, "head"))), who_proved(officer((HERE, "window")))
    with pytest.raises(PolicyRefused, match="负责人"):
        policy.check(archive, clerk, at=NOW)
    assert not policy.can(archive, clerk, at=NOW)
    assert policy.can(archive, head, at=NOW), "the button is shown: he may once he has said what for and proved as_self"
    with pytest.raises(PurposeNeeded, match="6 至 200"):
        policy.check(archive, head, at=NOW)
    with pytest.raises(ProofNeeded):
        policy.check(archive, head, at=NOW, purpose=FOR_THE_CASE)
    proved = who_proved(officer((HERE, "head")), second_factor_at=NOW)
    assert policy.check(archive, proved, at=NOW, purpose=FOR_THE_CASE).allowed


@pytest.mark.parametrize("reason", ["", "核对", "  核 对 ", "字" * 201])
def test_a_purpose_needs_a_sensible_reason(archive, reason):
    with pytest.raises(PurposeNeeded) as needed:
        policy.check(archive, officer((HERE, "head")), at=NOW, purpose=replace(FOR_THE_CASE, reason=reason))
    assert (needed.value.field, needed.value.status) == ("reason", 422)


@pytest.mark.parametrize(
    "other", [{"ground": TO_AUDIT}, {"ground": "营销"}, {"case_number": "A2"}, {"case_number": ""}]
)
def test_another_purpose_is_refused(archive, other):
    with pytest.raises(PolicyRefused, match="写明的目的"):
        policy.check(archive, officer((HERE, "head")), at=NOW, purpose=replace(FOR_THE_CASE, **other))


def test_the_decision_shows_the_purpose_but_not_the_words_of_the_reason(archive):
    decision = policy.decide(archive, officer((HERE, "head")), at=NOW, purpose=FOR_THE_CASE)
    assert "办理核对，办件 A1" in decision.clauses[1].condition
    assert "张三" not in str(decision)
    unasked = policy.decide(archive, officer((HERE, "head")), at=NOW)
    assert (unasked.allowed, unasked.within_reach) == (False, True)
    assert "A1" in unasked.clauses[1].condition


@pytest.mark.parametrize(
    ("proof", "open_"),
    [({}, False), ({"second_factor_at": NOW}, True), ({"uses_factor": False}, True)],
)
def test_only_accounts_that_use_a_second_factor_are_asked_for_it(rules, proof, open_):
    policy.policy("door.open", "all")(lambda asked: iter([policy.proved_if_used(asked, within=30)]))
    decision = policy.decide("door.open", who_proved(officer(), **proof), at=NOW)
    assert (decision.allowed, decision.proof_within) == (open_, 0 if open_ else 30)
    assert policy.decide("door.open", officer(), at=NOW).allowed


def test_an_actor_without_a_session_needs_no_proof_and_the_clause_says_so(vault):
    decision = policy.check(vault, officer((HERE, "head")), at=NOW)
    assert "不问" in decision.clauses[-1].condition


def test_a_proof_does_not_change_who_the_actor_is():
    head = officer((HERE, "head"))
    assert who_proved(head) == head
    assert hash(who_proved(head)) == hash(head)
    assert head.proof is None


@pytest.mark.django_db
def test_a_privileged_act_is_recorded_when_allowed_and_when_refused(rules, register):
    policy.policy("vault.open", "heads open it", privileged=True)(
        lambda asked: iter([policy.holds_post(asked, [HERE], "head", refusal="请联系负责人。")])
    )
    person, target = register(), uuid4()
    head = Actor(subject_id=person.id, posts=(PostHeld(uuid4(), HERE, "head", "990100"),))
    services.authorise("vault.open", target, actor=head)
    assert [(e.type, e.payload["action"]) for e in ledger.entries_of(target)] == [("identity.Authorised", "vault.open")]
    clerk = Actor(subject_id=person.id, posts=(PostHeld(uuid4(), HERE, "window", "990100"),))
    with pytest.raises(PolicyRefused, match="负责人") as refused:
        services.authorise("vault.open", target, actor=clerk)
    services.record_refusal(refused.value, actor=clerk)
    (kept,) = [e for e in ledger.entries_of(person.id) if e.type == "identity.AuthorisationRefused"]
    assert kept.payload["action"] == "vault.open"


@pytest.mark.django_db
def test_a_refused_look_records_no_entry(rules, register):
    policy.policy("shelf.look", "heads look")(lambda asked: iter([Clause("head", False, "不行。")]))
    clerk = Actor(subject_id=register().id)
    before = len(ledger.entries_of(clerk.subject_id))
    with pytest.raises(PolicyRefused) as refused:
        policy.check("shelf.look", clerk, at=NOW)
    services.record_refusal(refused.value, actor=clerk)
    assert len(ledger.entries_of(clerk.subject_id)) == before
