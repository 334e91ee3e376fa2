"""Two officers, or two workers, handle the same newborn at the same moment."""

import pytest

from tongban.exchange.libraries import services
from tongban.exchange.libraries.models import Person
from tongban.exchange.libraries.tests.conftest import AT, BY
from tongban.foundation import clock
from tongban.foundation.testing import together
from tongban.trust.ledger.models import Entry


@pytest.mark.django_db(transaction=True)
@pytest.mark.req("C3")
@pytest.mark.parametrize("name", ["birth.certify", "household.register_newborn"])
def test_a_newborn_is_certified_and_registered_once(context, name):
    if name != "birth.certify":
        context |= services.apply_effect("birth.certify", context=context, actor=BY, at=AT)

    def apply() -> dict[str, str]:
        with clock.at_moment(AT):
            return services.apply_effect(name, context=context, actor=BY, at=AT)

    facts = together(*[apply] * 3)
    assert facts[0] == facts[1] == facts[2]
    assert Person.objects.filter(birth__isnull=False).count() == 1
    event = {"birth.certify": "BirthCertified", "household.register_newborn": "NewbornRegistered"}[name]
    assert Entry.objects.filter(type=f"libraries.{event}").count() == 1
