"""Rotation of the index key in a whole city: journeys succeed before, during and after it."""

import time
from datetime import timedelta
from io import StringIO

import pytest
from django.core.management import call_command

from tongban.demo.city import build, checks
from tongban.demo.journeys import helper, newborn
from tongban.exchange.libraries.models import BirthRecord, Person
from tongban.exchange.licences import queries as licences
from tongban.exchange.licences.models import Licence
from tongban.foundation import clock
from tongban.people.identity import queries as identity
from tongban.people.identity.actors import machine
from tongban.trust.crypto import indexed, keyring
from tongban.trust.crypto.models import IndexKey
from tongban.trust.crypto.services import reindexing
from tongban.trust.keys import services as keys
from tongban.trust.ledger.services import sequencing

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.req("D6")]
BY = machine("test")


def the_ledger_is_sound() -> bool:
    sequencer = sequencing.Sequencer()
    while sequencer.sequence():
        pass
    sequencer.sign()
    call_command("ledger", "check", stdout=StringIO())  # raises if there are findings
    return True


def heads(column: indexed.Column) -> set[str]:
    """Return the keys of a column's indexes: `k002`, or an empty string for key 1."""
    found = column.model._default_manager.exclude(**{f"{column.index}__isnull": True}).exclude(**{column.index: ""})
    return {index[:4] if index[0] == "k" else "" for index in found.values_list(column.index, flat=True)}


def test_the_city_goes_through_a_rotation():
    build.build()
    call_command("catalog", "load", verbosity=0)
    assert the_ledger_is_sound()
    [key] = keys.rotate("index", reason="满三年例行轮换", actor=BY)
    IndexKey.objects.filter(pk=key.pk).update(current_from=clock.now() - timedelta(days=3))
    keyring.forget()

    said: list[str] = []
    assert newborn.run(said.append), said  # the child is indexed under the new key, its parents under the old one
    assert helper.run(said.append), said
    assert {"", "k002"} == heads(next(c for c in indexed.columns if c.name == "identity_subject.number_index"))
    birth = BirthRecord.objects.exclude(child=None).first()
    assert birth is not None
    mother = Person.objects.get(id=identity.subject_by_number(birth.mother_number).id)
    assert mother.number == birth.mother_number
    assert checks.findings() == []
    assert the_ledger_is_sound()

    assert keys.reindex(batch=50, reason="满三年例行轮换", actor=BY) > 100
    assert reindexing.count() == 0
    assert {head for column in indexed.columns for head in heads(column)} == {"k002"}
    IndexKey.objects.filter(pk=key.pk).update(alone_from=clock.now() - timedelta(days=3))
    keyring.forget()
    deadline = time.monotonic() + 60
    while IndexKey.objects.get(number=1).state == "active" and time.monotonic() < deadline:
        keys.reindex_some(100)  # until transactions of tests beside this one, on the same server, have ended
    assert IndexKey.objects.get(number=1).state == "retired"
    assert checks.findings() == []
    assert the_ledger_is_sound()
    versions = [len(licences.versions_of(licence)) for licence in Licence.objects.all()[:20]]
    assert min(versions) == 1
