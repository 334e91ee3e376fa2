"""People, a firm, and helpers that give mandates, for the tests of mandates."""

from datetime import date
from types import SimpleNamespace

import pytest

from tongban.foundation import clock
from tongban.foundation.codes import credit_code_check, resident_number_check
from tongban.people.identity import ports, queries, rules, services
from tongban.people.identity.actors import Actor, machine
from tongban.people.identity.services import MandateScope
from tongban.trust.ledger import queries as ledger

ALL = MandateScope("all")
BY = machine("test")


def number(born, serial):
    body = f"990102{born:%Y%m%d}{serial:03d}"
    return body + resident_number_check(body)


def today():
    return clock.legal_day(clock.now())


def in_a_year():
    return rules.anniversary(today(), 1)


@pytest.fixture
def people(db, monkeypatch):
    """An old woman, her daughter, a stranger and a child. The registers know the daughter."""

    def person(name, born, serial):
        return services.register_person(name=name, number=number(born, serial), division_code="990102", actor=BY)

    made = SimpleNamespace(
        old=person("宋玉珍", date(1950, 10, 20), 602),
        daughter=person("马晓红", date(1985, 3, 4), 604),
        stranger=person("罗芳", date(1986, 1, 31), 606),
    )
    relations = {(made.old.id, made.daughter.id): "女儿"}
    made.parents = set()
    known = ports.Family(
        lambda guardian, child: (guardian, child) in made.parents,
        lambda guardian: [child for parent, child in made.parents if parent == guardian],
        lambda principal, helper: relations.get((principal, helper), ""),
    )
    with ports.family.replaced(known):
        yield made


@pytest.fixture
def firm(people):
    """A firm whose representative is the stranger."""
    body = "91990100MA0Y00021"
    made = services.register_organisation(
        name="云州云帆软件有限公司", number=body + credit_code_check(body), division_code="990104", actor=BY
    )
    services.entitle_representative(made.id, person_id=people.stranger.id, actor=BY)
    return made


def as_self(person):
    return queries.actor_of_subject(person.id)


def for_firm(person, firm):
    return Actor(subject_id=person.id, principal_id=firm.id)


def let_help(people, scope=ALL, kind="family", helper=None, **given):
    helper = helper or people.daughter
    given = {"until": in_a_year(), "relation": "朋友"} | given
    return services.grant(kind, name=helper.name, number=helper.number, scope=scope, actor=as_self(people.old), **given)


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
    found = queries.right_of(mandate.id, mandate.helper_id)
    return found and (found[0], found[1].id)


def story(mandate):
    return [entry.type.rpartition(".")[2] for entry in ledger.entries_of(mandate.id)]
