"""The import contract of the doors: what it takes for a room, and what may enter rooms anywhere."""

import pytest

from tests import contracts


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
