"""The layout of a bundle's graph. Lanes are departments; the column of a step follows from its predecessors. Pure."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from graphlib import CycleError, TopologicalSorter
from typing import NotRequired, TypedDict

COLUMN, LEFT, TOP = 212, 140, 44
WIDTH, GAP, LINE = 180, 16, 19
LETTERS = 8
"""Characters of a name that fit on one line; a longer name takes two lines."""


class Step(TypedDict):
    """One step of a bundle, as templates pass it. `after` holds the keys of its predecessors."""

    key: str
    name: str
    department: str
    after: NotRequired[Sequence[str]]
    note: NotRequired[str]
    optional: NotRequired[bool]
    instant: NotRequired[bool]
    state: NotRequired[str]


@dataclass(frozen=True)
class Node:
    """The box of one step, with its position in pixels; `waits_for` holds the numbers of its predecessors."""

    number: int
    name: str
    lines: tuple[str, ...]
    department: str
    note: str
    optional: bool
    instant: bool
    state: str
    x: int
    y: int
    waits_for: tuple[int, ...]


@dataclass(frozen=True)
class Lane:
    """The row of one department, in pixels."""

    name: str
    y: int
    height: int


@dataclass(frozen=True)
class Layout:
    """The whole drawing in pixels; `edges` are SVG paths."""

    width: int
    height: int
    node_width: int
    node_height: int
    nodes: tuple[Node, ...]
    lanes: tuple[Lane, ...]
    columns: tuple[tuple[int, str], ...]
    edges: tuple[str, ...] = field(default=())


def lay_out(steps: Sequence[Step]) -> Layout:
    """Compute the layout of steps. Unknown predecessors are ignored."""
    lines = {s["key"]: _lines(s["name"]) for s in steps}
    box = 33 + LINE * max((len(parts) for parts in lines.values()), default=1)
    row = box + GAP
    known = {s["key"]: s for s in steps}
    numbers = {s["key"]: i for i, s in enumerate(steps, 1)}
    depth = _depths({key: [a for a in step.get("after", ()) if a in known] for key, step in known.items()})
    lane_rows: dict[str, int] = {}
    taken: dict[tuple[str, int], int] = {}
    rows: dict[str, int] = {}
    for s in steps:
        cell = (s["department"], depth[s["key"]])
        rows[s["key"]] = taken.get(cell, 0)
        taken[cell] = rows[s["key"]] + 1
        lane_rows[s["department"]] = max(lane_rows.get(s["department"], 1), taken[cell])
    lanes, y = [], TOP
    for name, count in lane_rows.items():
        lanes.append(Lane(name=name, y=y, height=count * row))
        y += count * row
    top = {lane.name: lane.y for lane in lanes}
    places = {
        s["key"]: (
            LEFT + depth[s["key"]] * COLUMN,
            top[s["department"]] + rows[s["key"]] * row + GAP // 2,
        )
        for s in steps
    }
    nodes = tuple(
        Node(
            number=numbers[s["key"]],
            name=s["name"],
            lines=lines[s["key"]],
            department=s["department"],
            note=s.get("note", ""),
            optional=bool(s.get("optional")),
            instant=bool(s.get("instant")),
            state=s.get("state", ""),
            x=places[s["key"]][0],
            y=places[s["key"]][1],
            waits_for=tuple(sorted(numbers[a] for a in s.get("after", ()) if a in known)),
        )
        for s in steps
    )
    last = max(depth.values(), default=0)
    names = ["提交就办", "之后", "再之后", "最后"] if last > 2 else ["提交就办", "之后", "最后"]
    columns = tuple((LEFT + i * COLUMN, names[min(i, len(names) - 1)]) for i in range(last + 1))
    edges = tuple(_curve(places[a], places[s["key"]], box) for s in steps for a in s.get("after", ()) if a in known)
    return Layout(LEFT + last * COLUMN + WIDTH + 16, y, WIDTH, box, nodes, tuple(lanes), columns, edges)


def _depths(before: Mapping[str, list[str]]) -> dict[str, int]:
    """Return the column of each step. Cycles, which no published bundle has, are broken by dropping their edges."""
    left = {key: set(keys) for key, keys in before.items()}
    while True:
        sorter = TopologicalSorter(left)
        try:
            sorter.prepare()
            break
        except CycleError as found:
            earlier, later = found.args[1][:2]
            left[later].discard(earlier)
    depths: dict[str, int] = {}
    while sorter.is_active():
        ready = sorter.get_ready()
        depths |= {key: 1 + max((depths[k] for k in left[key]), default=-1) for key in ready}
        sorter.done(*ready)
    return depths


def _lines(name: str) -> tuple[str, ...]:
    if len(name) <= LETTERS + 1:
        return (name,)
    cut = name.find("（")
    cut = cut if 3 <= cut <= LETTERS else min(LETTERS, (len(name) + 1) // 2)
    rest = name[cut:]
    return (name[:cut], rest if len(rest) <= LETTERS + 1 else rest[:LETTERS] + "…")


def _curve(start: tuple[int, int], end: tuple[int, int], box: int) -> str:
    x1, y1 = start[0] + WIDTH, start[1] + box // 2
    x2, y2 = end[0] - 6, end[1] + box // 2
    turn = x2 - (COLUMN - WIDTH) // 2
    if y1 == y2:
        return f"M{x1} {y1}H{x2}"
    bend = 10 if y2 > y1 else -10
    return f"M{x1} {y1}H{turn - 10}q10 0 10 {bend}V{y2 - bend}q0 {bend} 10 {bend}H{x2}"
