"""Which acts a mandate covers, as a matrix."""

from decimal import Decimal

import pytest

from tongban.foundation.ids import new_id
from tongban.people.identity import rules
from tongban.people.identity.actors import Actor, Right

ITEM = rules.ServiceFacts("户口迁移", frozenset({"HJ-03"}), (frozenset({"户籍办理"}),))
BUNDLE = rules.ServiceFacts("出生一件事", frozenset({"birth"}), (frozenset({"户籍办理"}), frozenset({"社会保障"})))
WEDDING = rules.ServiceFacts("结婚登记", frozenset({"HY-02"}), (frozenset({"婚姻登记"}),), "要双方本人亲自办理")


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
def test_each_act_is_inside_or_outside_a_mandate_as_the_matrix_says(kind, reach, named, most, wanted, amount, allowed):
    held = Right(new_id(), kind, reach, frozenset(named), Decimal(most) if most else None)
    actor = Actor(subject_id=new_id(), principal_id=new_id(), right=held)
    asked = Decimal(amount) if amount else None
    if allowed:
        rules.check_may_act(actor, wanted, asked)
    else:
        with pytest.raises(rules.OutsideMandate):
            rules.check_may_act(actor, wanted, asked)


def test_a_person_acting_for_themselves_is_not_limited():
    rules.check_may_act(Actor(subject_id=new_id()), WEDDING, Decimal(10**9))
