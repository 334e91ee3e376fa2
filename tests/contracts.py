"""The import contract that rooms are entered through their doors only (docs/adr/0002); see `.importlinter`."""

import re
from importlib import import_module
from typing import Any

from grimp import ImportGraph
from importlinter import Contract, ContractCheck, output

from tongban.site.rooms import STOREYS

ROOM = re.compile(rf"^(tongban\.(?:{'|'.join(STOREYS)})\.\w+)(?:\.(.+))?$")
ALWAYS = {"services", "queries", "events"}
SHELL = "tongban.foundation.ui"
"""The page shell: the one room that may open all its modules, by `doors = ("*",)`."""
FREE = re.compile(r"^tongban\.(site|demo|bench)(\.|$)")
"""Packages that put the rooms together, fill them or measure them. They may import anything."""


class Doors(Contract):
    """Other rooms may import `services`, `queries`, `events`, and what the room's declaration lists as `doors`."""

    type_name = "doors"

    def check(self, graph: ImportGraph, verbose: bool) -> ContractCheck:
        windows = windows_of(graph)
        return ContractCheck(kept=not windows, metadata={"windows": windows})

    def render_broken_contract(self, check: ContractCheck) -> None:
        for window in check.metadata["windows"]:
            output.print_error(window)


def windows_of(graph: ImportGraph) -> list[str]:
    """Return every import that enters a room by something other than a door."""
    windows = []
    for importer in sorted(graph.modules):
        if is_free(importer):
            continue
        home = ROOM.match(importer)
        for imported in sorted(graph.find_modules_directly_imported_by(importer)):
            room = ROOM.match(imported)
            if room and not (home and home[1] == room[1]) and not _is_door(room[1], room[2] or "", home):
                windows.append(f"{importer} enters {imported}")
    return windows


def is_free(module: str) -> bool:
    """Return whether a module may import anything."""
    return ".tests" in module or module.endswith(".testing") or bool(FREE.match(module))


def _is_door(room: str, inside: str, home: "re.Match[str] | None") -> bool:
    declared = _declaration(room)
    if declared is None:  # a module of the foundation, not a room
        return True
    first = inside.partition(".")[0]
    if not first or first in ALWAYS or first in declared.doors or (room == SHELL and declared.doors == ("*",)):
        return True
    points_at_rows = bool(home) and (home[2] or "").partition(".")[0] in {"models", "migrations"}
    return first == "models" and declared.is_pointed_at and points_at_rows


def _declaration(room: str) -> Any:
    """Return what the room declares, or None for a module without `room.py`. A broken `room.py` raises its error."""
    try:
        return import_module(f"{room}.room").Room
    except ModuleNotFoundError as error:
        if error.name in {room, f"{room}.room"}:
            return None
        raise
