"""Run the tests of rooms in a copy of the source tree that lacks other rooms.

    python -m tools.without portal/my supervision/ratings    all rooms but these
    python -m tools.without --each                           the lower rooms alone, then each other room with these

Any room of the storeys above `handling` can be left out: the rest starts, and the tests in its folders pass. What
follows `--` goes to pytest. The house's own tests in `tests/` need the whole house and are not run.

The copy consists of links, so compiled files remain valid. The database lies in `TONGBAN_DATA` or `var/without` and is
kept. It may have tables of rooms that are left out.
"""

import argparse
import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterable, Sequence
from pathlib import Path

from tongban.site.node_parts import KEPT_IN, install
from tongban.site.rooms import REMOVABLE, STOREYS, declared

ROOT = Path(__file__).resolve().parents[1]
COPIED = {"tongban", "tests", "tools", "conftest.py"}
"""What is copied, so that the copy imports itself. Everything else is reached through a link."""
LOWER = [storey for storey in STOREYS if storey not in REMOVABLE]
NO_TESTS = 5
"""Pytest's exit code if it has found no test."""


def removable() -> list[str]:
    """Return the rooms that can be left out, as `storey/room`."""
    rooms = ["/".join(name.split(".")[1:3]) for name in declared()]
    return sorted(room for room in rooms if room.partition("/")[0] in REMOVABLE)


def copy_without(rooms: Iterable[str], tree: Path) -> Path:
    """Make a source tree without the rooms as a new folder, and return it."""
    tree.mkdir()
    for one in ROOT.iterdir():
        if one.name.startswith(".") or one.name == "var":
            continue
        if one.name not in COPIED:
            (tree / one.name).symlink_to(one)
        elif one.is_dir():
            shutil.copytree(one, tree / one.name, copy_function=_link)
        else:
            _link(str(one), str(tree / one.name))
    (tree / "var").mkdir()
    (tree / "var" / KEPT_IN.name).symlink_to(KEPT_IN)
    for room in rooms:
        shutil.rmtree(tree / "tongban" / room)
    return tree


def _link(source: str, target: str) -> None:
    try:
        os.link(source, target)
    except OSError:  # another file system
        shutil.copy2(source, target)


def run(rooms: Iterable[str], tested: Iterable[str], more: Iterable[str]) -> bool:
    """Run the tests in folders of the product, in a tree without the rooms. Return whether all have passed."""
    data = os.environ.get("TONGBAN_DATA", str(ROOT / "var" / "without"))
    with tempfile.TemporaryDirectory(prefix="tongban-without-") as folder:
        tree = copy_without(rooms, Path(folder) / "tree")
        paths = [f"tongban/{one}" for one in tested if (tree / "tongban" / one).is_dir()]
        command = [sys.executable, "-m", "pytest", "-q", "--reuse-db", *more, *paths]
        done = subprocess.run(command, cwd=tree, env=os.environ | {"TONGBAN_DATA": data}, check=False)
    return done.returncode in {0, NO_TESTS}


def main(arguments: Sequence[str]) -> int:
    """Run what the command line asks for, and say what has passed. Return 1 if anything has failed."""
    own, more = list(arguments), []
    if "--" in own:
        own, more = own[: own.index("--")], own[own.index("--") + 1 :]
    rooms = removable()
    parser = argparse.ArgumentParser(prog="python -m tools.without", description=__doc__.partition("\n")[0])
    parser.add_argument("rooms", nargs="*", metavar="STOREY/ROOM", help=", ".join(rooms))
    parser.add_argument("--each", action="store_true", help="leave out all of them, then all but one, for each")
    asked = parser.parse_args(own)
    if asked.each == bool(asked.rooms) or not set(asked.rooms) <= set(rooms):
        parser.error(f"name some of {', '.join(rooms)}, or say --each")
    runs: dict[str, tuple[list[str], Sequence[str]]] = {f"without {', '.join(asked.rooms)}": (asked.rooms, STOREYS)}
    if asked.each:
        runs = {f"{', '.join(LOWER)} alone": (rooms, LOWER)}
        runs |= {f"{room} with these": ([one for one in rooms if one != room], [room]) for room in rooms}
    install(tools=True)
    passed = {name: run(left_out, tested, more) for name, (left_out, tested) in runs.items()}
    for name, well in passed.items():
        print("passed" if well else "FAILED", name)
    return 0 if all(passed.values()) else 1


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
