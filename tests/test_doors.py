"""Every room is entered through its doors (docs/adr/0002)."""

import re

import grimp
import pytest

ROOM = re.compile(r"^(tongban\.(?:foundation|exchange|handling|supervision|portal|applications)\.[a-z]+)(?:\.(.+))?$")
OPEN = re.compile(r"^(services|queries|events)(\..+)?$")
VOCABULARY = {
    "tongban.foundation.identity.actors",
    "tongban.foundation.identity.access",
    "tongban.foundation.identity.capacity",
    "tongban.foundation.identity.policies",
    "tongban.foundation.identity.policy",
    "tongban.foundation.identity.purposes",
    "tongban.foundation.identity.rules",
    "tongban.foundation.identity.scope",
    "tongban.foundation.identity.unmasking",
    "tongban.foundation.identity.uses",
    "tongban.foundation.identity.ports",
    "tongban.foundation.identity.stepup",
    "tongban.foundation.signin.ports",
    "tongban.foundation.signin.stepup",
    "tongban.foundation.api.access",
    "tongban.foundation.api.guesses",
    "tongban.foundation.api.interface",
    "tongban.foundation.api.once",
    "tongban.foundation.api.pages",
    "tongban.foundation.api.scopes",
    "tongban.foundation.crypto.fields",
    "tongban.foundation.crypto.indexed",
    "tongban.foundation.crypto.masking",
    "tongban.foundation.crypto.primitives",
    "tongban.foundation.crypto.streams",
    "tongban.foundation.ledger.append_only",
    "tongban.foundation.ledger.keys",
    "tongban.foundation.operations.postgres",
    "tongban.foundation.ledger.folds",
    "tongban.foundation.announcements.subscriptions",
    "tongban.foundation.workdays.rules",
    "tongban.foundation.workorders.kinds",
    "tongban.foundation.workorders.rules",
    "tongban.handling.catalog.levels",
    "tongban.handling.catalog.schema",
}
ROOMS_OF_VALUES = {"tongban.foundation.ui"}
FOREIGN_KEY_TARGETS = {
    "tongban.foundation.organisation.models",
    "tongban.foundation.identity.models",
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
