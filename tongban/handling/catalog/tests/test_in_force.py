"""What is in force, as a process keeps it: the same answers as the queries give, and current after each publication."""

import pytest
from django.db import transaction
from django.test import Client

from tongban.foundation.ui.tests.kept_views import elsewhere
from tongban.handling.catalog import queries, reading, services
from tongban.people.identity import services as identity
from tongban.people.identity.actors import machine
from tongban.people.identity.testing import signed_in
from tongban.people.organisation.models import Department

pytestmark = pytest.mark.django_db(transaction=True)
CODES = ["HJ-09", "YB-01", "no-such-item"]


def answers():
    """Everything that is answered from memory outside a transaction."""
    return (
        queries.items_named(CODES),
        [queries.bundles(serves) for serves in ("", "person", "organisation")],
        queries.is_empty(),
        [queries.bundles_with(code) for code in CODES],
        queries.bundle("birth").key,
        queries.item("HJ-09"),
    )


def test_memory_answers_as_the_queries_do(loaded):
    kept = answers()
    with transaction.atomic():
        assert answers() == kept


def test_a_signed_in_reader_sees_what_another_connection_has_published(loaded):
    person = identity.register_person(name="李文敏", division_code="990102", actor=machine("test"))
    browser = signed_in(person.id)
    guide, home = "/items/HJ-09/", "/"
    assert browser.get(guide).status_code == 200
    assert browser.get(home).status_code == 200
    spec = reading.read(reading.FOLDER / "items" / "HJ-09.yaml").spec
    renamed = spec.model_copy(update={"name": "无犯罪记录证明（新版）", "version": spec.version + 1})
    elsewhere(lambda: services.publish_item(renamed, actor=machine("test")))
    assert "无犯罪记录证明（新版）" in browser.get(guide).content.decode()

    def rename():
        department = Department.objects.get(name=spec.department)
        department.also_known_as = [*department.also_known_as, department.name]
        department.name = "市改名后的局"
        department.save()

    elsewhere(rename)
    assert "市改名后的局" in browser.get(guide).content.decode()
    assert "市改名后的局" in Client().get(guide).content.decode()


def test_what_is_withdrawn_elsewhere_is_not_offered_any_more(loaded):
    assert queries.item("HJ-09")
    elsewhere(lambda: services.withdraw_item("HJ-09", actor=machine("test"), reason="测试"))
    assert not queries.items_named(["HJ-09"])
