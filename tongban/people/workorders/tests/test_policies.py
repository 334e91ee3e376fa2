"""Who may see, handle and follow up an order, and that lists hold exactly what the policy allows."""

from dataclasses import replace

import pytest

from tongban.people.identity.policy import PolicyRefused
from tongban.people.workorders import access, queries
from tongban.people.workorders.models import WorkOrder
from tongban.people.workorders.policies import FOLLOW, HANDLE, LOOK_INTO
from tongban.people.workorders.tests.conftest import HEALTH, POLICE

pytestmark = pytest.mark.req("B5")


def test_responsible_posts_and_heads_can_see_and_handle_an_order(town):
    order = town.raised()  # at the police's handler
    answers = {
        (department, kind): [
            access.is_allowed(action, order, town.officer(department, kind)) for action in (LOOK_INTO, HANDLE)
        ]
        for department in (POLICE, HEALTH)
        for kind in ("window", "handler", "head")
    }
    responsible = {(POLICE, "handler"), (POLICE, "head")}
    assert answers == {who: [who in responsible] * 2 for who in answers}


def test_nobody_handles_their_own_order_but_they_may_look_at_it(town):
    handler = town.officer(POLICE, "handler")
    order = town.raised(by=handler)
    assert [access.is_allowed(action, order, handler) for action in (LOOK_INTO, HANDLE, FOLLOW)] == [True, False, True]
    assert not access.acts_of(order, handler).take
    assert access.acts_of(order, town.officer(POLICE, "head")).take


def test_an_order_is_followed_up_under_the_identity_that_raised_it(town):
    for_father = replace(town.mother, principal_id=town.father.subject_id)
    order = town.raised(by=for_father)
    assert access.is_allowed(FOLLOW, order, for_father)
    assert access.is_allowed(FOLLOW, order, town.father)
    assert not access.is_allowed(FOLLOW, order, town.mother), "she acts in her own name now"


def test_a_refused_officer_gets_the_reason_from_the_decision(town):
    order = town.raised()
    with pytest.raises(PolicyRefused, match="其他部门或岗位") as refused:
        queries.order_for_officer(order.number, town.officer(HEALTH, "head"))
    assert refused.value.decision.action == LOOK_INTO


def test_a_list_contains_exactly_what_the_policy_allows(town):
    made = [town.raised(), town.raised(HEALTH), town.raised(HEALTH, post_id=town.posts[HEALTH, "window"])]
    for (department, kind), _ in town.people.items():
        officer = town.officer(department, kind)
        listed = set(WorkOrder.objects.filter(access.visible(officer)).values_list("id", flat=True))
        assert listed == {order.id for order in made if access.is_allowed(LOOK_INTO, order, officer)}
    assert not WorkOrder.objects.filter(access.visible(town.mother)).exists(), "without a post, no order"
