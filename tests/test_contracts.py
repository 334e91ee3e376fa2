"""The import contract of the doors: what it takes for a room, and what may enter rooms anywhere."""

from configparser import ConfigParser
from pathlib import Path

import pytest
from grimp import ImportGraph

from tests import contracts

ROOT = Path(__file__).resolve().parents[1]


def broken(name):
    def import_module(path):
        raise ModuleNotFoundError(name=name)

    return import_module


def test_a_module_without_a_declaration_is_not_a_room():
    assert contracts._declaration("tongban.foundation.errors") is None
    assert contracts._declaration("tongban.foundation.nothing") is None
    assert contracts._declaration("tongban.portal.desk").label == "desk"


def test_a_declaration_that_cannot_be_imported_is_an_error(monkeypatch):
    """Otherwise everything in the room would count as a door."""
    monkeypatch.setattr(contracts, "import_module", broken("tongban.people.missing"))
    with pytest.raises(ModuleNotFoundError):
        contracts._declaration("tongban.portal.desk")


def test_only_whole_packages_are_free():
    assert contracts.FREE.match("tongban.site.urls")
    assert contracts.FREE.match("tongban.demo")
    assert not contracts.FREE.match("tongban.sites")


def graph_of(importer: str, imported: str) -> ImportGraph:
    graph = ImportGraph()
    graph.add_import(importer=f"tongban.{importer}", imported=f"tongban.{imported}")
    return graph


@pytest.mark.parametrize(
    ("importer", "imported"),
    [
        ("portal.desk.acts", "handling.cases.models"),
        ("portal.desk.acts", "people.organisation.models"),  # only the tables of others may point at it
        ("portal.desk.models", "handling.cases.models"),  # tables of others do not point at cases
        ("handling.cases.queries.timeline", "trust.ledger.models"),
        ("handling.cases.services.drafts", "exchange.licences.finding"),
        ("supervision.ratings.views", "handling.cases.views.apply"),
        ("foundation.health", "trust.ledger.models"),
    ],
)
def test_an_import_that_is_no_door_is_found(importer, imported):
    assert contracts.windows_of(graph_of(importer, imported)) == [f"tongban.{importer} enters tongban.{imported}"]


@pytest.mark.parametrize(
    ("importer", "imported"),
    [
        ("portal.desk.acts", "handling.cases"),
        ("portal.desk.acts", "handling.cases.queries.timeline"),
        ("portal.desk.acts", "handling.cases.services"),
        ("portal.desk.words", "handling.cases.events"),
        ("portal.desk.acts", "people.identity.access"),  # which the room declares
        ("portal.desk.acts", "foundation.ui.pages"),  # the shell opens all
        ("portal.desk.acts", "foundation.errors"),  # not a room
        ("portal.desk.acts", "portal.desk.forms"),
        ("people.workorders.models", "people.organisation.models"),
        ("people.workorders.migrations.0001_initial", "people.organisation.models"),
        ("portal.desk.tests.test_pages", "handling.cases.models"),
        ("handling.catalog.testing", "trust.ledger.models"),
        ("demo.city.people", "people.identity.models"),
    ],
)
def test_doors_are_open(importer, imported):
    assert contracts.windows_of(graph_of(importer, imported)) == []


def test_imports_for_types_are_no_exception():
    """Attributes of a class that is imported for its type are used all the same."""
    settings = ConfigParser()
    settings.read(ROOT / ".importlinter")
    assert not settings["importlinter"].getboolean("exclude_type_checking_imports", fallback=False)
