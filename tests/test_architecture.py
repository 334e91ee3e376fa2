"""The plan in ARCHITECTURE.md and docs/registries.md say what .importlinter and the code say.

`TONGBAN_WRITE_ARCHITECTURE=1 bin/test tests/test_architecture.py` writes both again. Read the difference before you
commit it.
"""

import os
import re
from configparser import ConfigParser
from dataclasses import fields
from functools import cache
from pathlib import Path

from tests.meetings import Meeting, meetings
from tongban.foundation import rooms
from tongban.foundation.ui.slots import MenuEntry
from tongban.site.rooms import EXTRAS, STOREYS

ROOT = Path(__file__).parents[1]
PAGE, REGISTRIES, ROOMS = (ROOT / name for name in ("ARCHITECTURE.md", "docs/registries.md", "docs/rooms.md"))
PLAN = re.compile(r"(?<=^```\n)tongban/\n.*?(?=^```)", re.M | re.S)
ABOVE = {
    "bench": "measurements                                      not installed in production",
    "demo": "the invented city and the journeys through it     not installed in production",
    "site": "settings, start, address table: puts the rooms together; only demo and bench import it",
}
HEAD = """# Registries and ports

`tests/test_architecture.py` makes this page from the code. A room that offers something to a lower one adds it to a
[`Registry`](../tongban/foundation/registry.py) (many rooms fill it) or offers it to a
[`Port`](../tongban/foundation/registry.py) (one room fills it), in `connect` of its `room.py`. "Every room" fills by an
attribute of its `room.py`, listed in [rooms.md](rooms.md#what-a-room-can-declare). What rooms tell
each other goes through [events](../ARCHITECTURE.md#events-and-the-ledger) instead.

| name | holds | what it is for | filled by |
|---|---|---|---|
"""


@cache
def contracts() -> ConfigParser:
    found = ConfigParser()
    found.read(ROOT / ".importlinter", encoding="utf-8")
    return found


def layers(contract: str) -> list[str]:
    """Return the layers of a contract, the lowest first. Parts of one layer stay in one line."""
    return contracts()[f"importlinter:contract:{contract}"]["layers"].split("\n")[:0:-1]


def plan() -> str:
    """Draw the storeys, and the rooms inside each in the order of `.importlinter`."""
    lines = []
    for storey in reversed(layers("storeys")):
        name = storey.strip("()")
        if name in ABOVE:
            inside = ABOVE[name]
        elif (
            f"importlinter:contract:{name}" in contracts() and "layers" in contracts()[f"importlinter:contract:{name}"]
        ):
            inside = " < ".join(" ".join(re.findall(r"\w+", layer)) for layer in layers(name))
        else:
            inside = " ".join(sorted(room.parent.name for room in (ROOT / "tongban" / name).glob("*/room.py")))
        lines.append(f"  {name + '/':<14} {inside or '(no room yet)'}")
    return "\n".join(["tongban/", *lines, ""])


def rooms_of(meeting: Meeting) -> str:
    """Return the rooms that fill a registry or port, as paths."""
    found = {
        "every room" if module == "tongban.foundation.rooms" else "/".join(module.split(".")[1:3])
        for module in meeting.filled_by
    }
    return ", ".join(sorted(found))


def table() -> str:
    lines = []
    for one in meetings():
        holds = f"{one.kind}[{one.type}]" if one.type else one.kind
        cells = [f"[`{one.name}`](../{one.file.as_posix()})", f"`{holds}`", one.purpose, rooms_of(one)]
        lines.append("| " + " | ".join(cell.replace("|", "\\|") for cell in cells) + " |")
    return HEAD + "\n".join(lines) + "\n"


def compare(page: Path, made: str) -> None:
    """Check that the page is as made; with TONGBAN_WRITE_ARCHITECTURE, write it."""
    if os.environ.get("TONGBAN_WRITE_ARCHITECTURE"):
        page.write_text(made, encoding="utf-8")
    assert page.read_text(encoding="utf-8") == made, "write it again: see the head of tests/test_architecture.py"


def test_the_plan_agrees_with_the_import_contracts():
    text = PAGE.read_text(encoding="utf-8")
    assert PLAN.search(text), "ARCHITECTURE.md has no plan"
    compare(PAGE, PLAN.sub(lambda _: plan(), text))


def test_the_contracts_and_the_start_know_the_same_storeys():
    """`exhaustive` contracts name every room below `supervision`; above, a room needs no entry."""
    assert [layer.strip("()") for layer in layers("storeys")] == [*STOREYS, "site", *EXTRAS]
    drawn = plan()
    for room in (ROOT / "tongban").glob("*/*/room.py"):
        assert re.search(rf"^  {room.parents[1].name}/ .*\b{room.parent.name}\b", drawn, re.M), room


def test_every_registry_and_port_is_listed():
    assert len(meetings()) > 20
    assert [one.name for one in meetings() if not one.filled_by] == [], "nobody fills it"
    compare(REGISTRIES, table())


def test_everything_that_a_room_can_declare_is_listed():
    listed = ROOMS.read_text(encoding="utf-8").partition("## What a room can declare\n")[2].partition("\n## ")[0]
    entry = {field.name for field in fields(MenuEntry)} - {"text", "to"}
    declared = [*rooms.Room.__annotations__, "connect", *entry]
    assert [name for name in declared if f"`{name}`" not in listed] == []


def test_only_the_page_shell_opens_all_its_modules():
    assert [room.name for room in rooms.installed() if "*" in room.doors] == ["tongban.foundation.ui"]
