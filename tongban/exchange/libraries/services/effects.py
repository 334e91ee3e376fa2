"""The effects of granted cases on the base libraries, by name. They are idempotent."""

from collections.abc import Callable, Mapping
from datetime import datetime

from django.db import transaction

from tongban.exchange.libraries.services import benefits, newborn
from tongban.exchange.libraries.services.locks import Grant
from tongban.foundation.errors import NotFound
from tongban.foundation.registry import Registry
from tongban.people.identity.actors import Actor

Effect = Callable[[Grant], dict[str, str]]
"""Changes the libraries for a grant and returns the facts that it produced. A second call changes nothing."""
effects: Registry[Effect] = Registry("effects on the base libraries")
"""Rooms add effects of their own at start, and register the labels of their facts (`libraries.facts`)."""
for _name, _effect in (
    ("birth.certify", newborn.certify),
    ("vaccination.open", newborn.open_vaccination),
    ("household.register_newborn", newborn.register),
    ("insurance.enrol_resident", benefits.enrol_resident),
    ("insurance.pay_premium", benefits.pay_premium),
    ("card.open_social", benefits.open_social_card),
    ("maternity.reimburse", benefits.reimburse_maternity),
    ("childcare.grant_subsidy", benefits.grant_subsidy),
    ("parenting.register", benefits.register_parenting),
):
    effects.add(_name, _effect)


@transaction.atomic
def apply_effect(name: str, *, context: Mapping[str, str], actor: Actor, at: datetime) -> dict[str, str]:
    """Apply an effect for the persons and answers in the context, and return the facts that it produced.

    Raises NotFound for an unknown effect, Conflict or Invalid if the libraries do not allow the change.
    """
    effect = effects.get(name)
    if effect is None:
        raise NotFound(f"基础库里没有“{name}”这项登记，请检查事项的配置。")
    return effect(Grant(context=context, actor=actor, at=at))


def effect_names() -> frozenset[str]:
    """Return the names that an item may list in `effects`."""
    return frozenset(effects.names())
