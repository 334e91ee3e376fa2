"""People and page requests for the tests of mandates."""

import re
from datetime import date, timedelta
from types import SimpleNamespace

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse

from tongban.foundation import clock
from tongban.handling.cases.tests import factories
from tongban.handling.catalog import reading
from tongban.handling.catalog import services as catalogs
from tongban.people.faces.tests.drawing import MOVES, face
from tongban.people.identity import queries as identity
from tongban.people.identity import services as identities
from tongban.people.identity.models import Mandate
from tongban.people.identity.testing import signed_in
from tongban.people.signin.testing import prove_again

ITEM, OTHER, WEDDING = "HJ-09", "HJ-08", "HY-02"


@pytest.fixture
def people(city, parents):
    """The mother, who is helped, the father, who helps, and a stranger."""
    for code in (ITEM, OTHER, WEDDING):
        spec = reading.read(reading.FOLDER / "items" / f"{code}.yaml").spec
        catalogs.publish_item(spec, actor=factories.CITY)
    stranger = identities.register_person(
        name="罗芳", number=city.number(date(1986, 1, 31), "f"), division_code="990102", actor=factories.CITY
    )
    made = SimpleNamespace(mother=parents.mother.subject_id, father=parents.father.subject_id, stranger=stranger.id)
    made.clients = {who: signed_in(getattr(made, who)) for who in ("mother", "father", "stranger")}
    for client in made.clients.values():
        prove_again(client)
    return made


def typed(person_id, **changes):
    person = identity.subject(person_id)
    until = clock.legal_day(clock.now()) + timedelta(days=90)
    return {
        "kind": "family", "name": person.name, "number": person.number, "relation": "", "reach": "all",
        "until": until.isoformat(),
    } | changes  # fmt: skip


def grant(people, **changes):
    answer = people.clients["mother"].post(reverse("acting:give"), typed(people.father, **changes))
    assert answer.status_code == 302, answer.content.decode()
    return Mandate.objects.get(ended_at=None)


def accept(people, mandate):
    client, address = people.clients["father"], reverse("acting:accept", args=[mandate.id])
    client.get(address)
    prompts = client.session["face_challenge"]["prompts"]
    images = [("reference", face()), ("front", face())]
    images += [(f"move{n}", face(**MOVES[prompt])) for n, prompt in enumerate(prompts, 1)]
    files = {name: SimpleUploadedFile(f"{name}.png", content) for name, content in images}
    return client.post(address, files)


@pytest.fixture
def helping(people):
    """The father's client, after accepting the mandate and switching."""
    mandate = grant(people)
    identities.accept(mandate.id, actor=identity.actor_of_subject(people.father), confirmed="face")
    switch(people, mandate)
    return mandate


def switch(people, mandate):
    return people.clients["father"].post(reverse("identity:principal"), {"principal": f"m-{mandate.id}"})


def start(people, item=ITEM):
    return people.clients["father"].post(reverse("cases:start", args=["item", item]))


def draft_of(answer):
    """Return the address of the draft to whose first page an answer leads."""
    return re.match("/applications/draft/[^/]+/", answer["Location"])[0]


def words(answer):
    return re.sub(r"<[^>]+>", "", answer.content.decode())
