"""Every room is entered through its doors (docs/adr/0002)."""

import re

import grimp
import pytest

ROOM = re.compile(r"^(tongban\.(?:foundation|exchange|handling|supervision|portal|applications)\.[a-z]+)(?:\.(.+))?$")
OPEN = re.compile(r"^(services|queries|events)(\..+)?$")
VOCABULARY = {
    "tongban.people.identity.actors",
    "tongban.people.identity.access",
    "tongban.people.identity.capacity",
    "tongban.people.identity.policies",
    "tongban.people.identity.policy",
    "tongban.people.identity.purposes",
    "tongban.people.identity.rules",
    "tongban.people.identity.scope",
    "tongban.people.identity.unmasking",
    "tongban.people.identity.uses",
    "tongban.people.identity.ports",
    "tongban.people.identity.stepup",
    "tongban.people.signin.ports",
    "tongban.people.signin.stepup",
    "tongban.people.api.access",
    "tongban.people.api.guesses",
    "tongban.people.api.interface",
    "tongban.people.api.once",
    "tongban.people.api.pages",
    "tongban.people.api.scopes",
    "tongban.trust.crypto.fields",
    "tongban.trust.crypto.indexed",
    "tongban.trust.crypto.masking",
    "tongban.trust.crypto.primitives",
    "tongban.trust.crypto.streams",
    "tongban.trust.ledger.append_only",
    "tongban.trust.ledger.keys",
    "tongban.foundation.operations.postgres",
    "tongban.trust.ledger.folds",
    "tongban.foundation.announcements.subscriptions",
    "tongban.foundation.workdays.rules",
    "tongban.people.workorders.kinds",
    "tongban.people.workorders.rules",
    "tongban.handling.catalog.levels",
    "tongban.handling.catalog.schema",
}
ROOMS_OF_VALUES = {"tongban.foundation.ui"}
FOREIGN_KEY_TARGETS = {
    "tongban.people.organisation.models",
    "tongban.people.identity.models",
}
"""Models that others may point at; only `models` and their migrations may name them."""


def _windows() -> list[str]:
    graph = grimp.build_graph("tongban", exclude_type_checking_imports=True, cache_dir=None)
    found = []
    for importer in sorted(graph.modules):
        if ".tests" in importer or ".migrations" in importer or importer.startswith("tongban.site"):
            continue
        home = ROOM.match(importer)
        for imported in sorted(graph.find_modules_directly_imported_by(importer)):
            room = ROOM.match(imported)
            if not room or (home and home[1] == room[1]) or room[1] in ROOMS_OF_VALUES:
                continue
            inside = room[2] or ""
            if not inside or OPEN.match(inside) or imported in VOCABULARY:
                continue
            if imported in FOREIGN_KEY_TARGETS and home and (home[2] or "").split(".")[0] == "models":
                continue
            found.append(f"{importer} enters {imported}")
    return found


def test_rooms_are_entered_through_their_doors():
    assert _windows() == []


@pytest.mark.parametrize(
    "name", ["errors", "clock", "codes", "disk", "health", "ids", "locks", "networks", "outbound", "texts"]
)
def test_the_ground_imports_nothing_of_the_house(name):
    graph = grimp.build_graph("tongban", exclude_type_checking_imports=True, cache_dir=None)
    below = {"tongban", "tongban.foundation"}
    assert graph.find_modules_directly_imported_by(f"tongban.foundation.{name}") <= below
