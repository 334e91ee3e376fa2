"""How the pages of a draft show what is known about people.

Readers see their own facts and those of their minor children whole, and those of others masked.
"""

from collections.abc import Mapping

from tongban.exchange.libraries import queries as libraries
from tongban.foundation import clock
from tongban.handling.cases.models import Application
from tongban.handling.cases.plan import PARTIES, party
from tongban.handling.catalog import queries as catalog
from tongban.people.identity.actors import Actor, Channel


def own_roles(application: Application, actor: Actor) -> frozenset[str]:
    """Return the roles whose facts the reader sees whole: their own, e.g. `applicant` and `mother`, and `child`.

    A child counts if it is a minor and a birth record names the applicant as its parent. A firm's legal representative
    sees the firm's own facts. None for whoever acts by a mandate, at a window or through another system: they see
    nobody's facts whole.
    """
    if actor.channel != Channel.ONLINE or actor.right is not None or actor.acting_for != application.applicant_id:
        return frozenset()
    own = {who for who in PARTIES if party(application.facts, who) == application.applicant_id}
    return frozenset(own | {"child"} if _is_own_child(application) else own)


def _is_own_child(application: Application) -> bool:
    """Return whether the child of an application is a minor child of its applicant; no query without a known child."""
    child = party(application.facts, "child")
    if child is None:
        return False
    today = clock.legal_day(clock.now())
    return any(child == one for one, _ in libraries.minor_children_of(application.applicant_id, today))


def shown_value(key: str, value: str, own: frozenset[str], *, minor: bool = False) -> str:
    """Return a fact as a page shows it to somebody who is named in the roles `own`."""
    label = catalog.fact_labels().get(key)
    if label is None or (key.partition(".")[0] in own and label.mask != "datetime"):
        return value
    return label.display_value(value, minor=minor)


def shown_values(facts: Mapping[str, str], own: frozenset[str] = frozenset()) -> dict[str, str]:
    """Return all facts as pages show them, to be filled into labels."""
    return {key: shown_value(key, value, own) for key, value in facts.items()}
