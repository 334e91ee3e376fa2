"""A stolen dump reveals no resident's number, even if everything else about the person is known; see tests/thief.py."""

import hmac
from dataclasses import replace
from datetime import date
from typing import Any

import pytest
from django.test import Client

from tests import thief
from tests.test_dump import walk
from tests.thief import NUMBER, KnownLicence, KnownPerson, Loot, Thief, digest, steal
from tongban.exchange.libraries.models import Person
from tongban.exchange.licences import finding
from tongban.exchange.licences import services as licences
from tongban.exchange.licences.models import Licence
from tongban.handling.cases.tests import factories
from tongban.trust.crypto import services as crypto

pytestmark = [pytest.mark.django_db, pytest.mark.req("D6")]


def known_of(person: Person) -> KnownPerson:
    """Return everything about a person except the number, and what the public page shows of every licence."""
    number = person.number
    held = []
    for one in Licence.objects.filter(holder_id=person.id):
        assert one.identifier in Client().get(f"/verify/{one.verify_code}/").content.decode()
        held.append(
            KnownLicence(
                id=one.id,
                holder_name=one.holder_name,
                holder_number=(one.holder_number or "").replace(number, NUMBER),
                number=one.number.replace(number, NUMBER),
                surface={label: text.replace(number, NUMBER) for label, text in one.surface.items()},
                seen={"verify_code": one.verify_code, "identifier": one.identifier},
            )
        )
    return KnownPerson(person.born, person.sex, number[:6], person.name, held, number)


@pytest.fixture
def stolen(settings: Any) -> tuple[Loot, list[KnownPerson]]:
    """Return the stolen dump after the newborn's journey with all documents rendered, and the victims."""
    settings.PUBLIC_ADDRESS = "https://yunzhou.example"
    city = factories.make_city()
    parents = factories.make_parents(city)
    walk(city, parents)
    for one in Licence.objects.all():
        licences.render(one.id)
    people = [person for person in Person.objects.order_by("id") if person.number]
    assert len(people) == 3, "mother, father and child"
    known = [known_of(person) for person in people]
    assert all(NUMBER in str(one) for one in known), "a licence of each shows the number"
    return steal(), known


def test_a_thief_finds_no_number(stolen):
    loot, robbed = stolen
    for known in robbed:
        one = Thief(loot, known)
        assert one.found() == []
        assert one.spent > 1_000_000, "the thief really tried"
        for licence in known.licences:
            assert_little_is_public(licence.seen, known.true)


def assert_little_is_public(seen: dict[str, str], number: str) -> None:
    """The last four characters of a number reveal all of it to somebody who knows birthday and district.

    The salt is in the record and in the document, and nowhere else.
    """
    salt = finding.licence_by(seen["identifier"], Licence.objects.all()).salt
    page = Client().get(f"/verify/{seen['verify_code']}/").content.decode()
    assert salt
    assert salt not in page
    for known in seen.values():
        page = page.replace(known, "")
    assert f"*{number[-4:]}" not in page


def as_it_was(loot: Loot, known: KnownPerson) -> Loot:
    """Return the dump with the person's licences as the old code stored them: no salt, codes in the clear."""
    before = Loot({**loot.tables, "licences_licence": []}, loot.files)
    for stolen in loot.tables["licences_licence"]:
        held = next((one for one in known.licences if one.id == stolen["id"]), None)
        row = dict(stolen)
        if held:
            row |= {**held.seen, "salt": None}
            record = Thief(loot, known)._record(row, held, known.true)
            row["digest"], row["signature"] = crypto.digest(record), crypto.sign(row["key_id"], record)
        before.tables["licences_licence"].append(row)
    return before


def test_the_thief_finds_what_the_old_code_left_open(stolen):
    """Plants a record and a document without a salt, found by digest and by signature."""
    loot, robbed = stolen
    known = replace(robbed[0], licences=robbed[0].licences[:1])
    held = known.licences[0]
    before = as_it_was(loot, known)
    content = thief.document.render(Thief(loot, known)._page(held, known.true))
    document = next(row for row in loot.tables["licences_rendereddocument"] if row["licence_id"] == held.id)
    document["signature"] = crypto.sign(document["key_id"], content)
    document["digest"] = crypto.digest(content).hex()
    assert Thief(before, known).found() == [
        "licences_licence: the digest of a licence's record (sm3)",
        "licences_licence: the signature of a licence's record",
        "licences_rendereddocument: the digest of a document (sm3)",
        "licences_rendereddocument: the signature of a document",
    ]


@pytest.mark.parametrize("oracle", ["bare", "salted", "keyed", "in JSON", "name of a file", "series"])
def test_the_thief_finds_other_oracles(oracle):
    number = "990102199403121228"
    known = KnownPerson(date(1994, 3, 12), "female", number[:6], "李文敏", [], number)
    row: dict[str, Any] = {"id": 1, "beside": "a salt", "digest": ""}
    loot = Loot({"planted": [row], "libraries_number_series": []}, {})
    assert Thief(loot, known).found() == []
    if oracle == "bare":
        row["digest"] = digest("sha256", number.encode()).hex()
    elif oracle == "salted":
        row["digest"] = digest("sm3", f"a salt:{number}".encode())
    elif oracle == "keyed":
        row["digest"] = hmac.new(b"a salt", number.encode(), "sm3").hexdigest()
    elif oracle == "in JSON":
        row["beside"] = {"trace": [digest("md5", f"{known.name}{number}".encode()).hex()]}
    elif oracle == "name of a file":
        loot.files[f"/files/{digest('sha1', number.encode()).hex()}"] = b""
    else:
        loot.tables["libraries_number_series"].append({"key": f"{known.district}:{known.born:%Y%m%d}:x", "last": 1})
    assert Thief(loot, known).found()
