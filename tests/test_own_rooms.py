"""The tests of a room use only rooms that are there in any case, and the room itself.

Rooms of the portal and of supervision can be left out; the tests of all others have to pass then. So no test in a room
imports another of these rooms or names an address of it. What needs several of them is tested in `tests/across`;
`python -m tools.without` runs the tests of rooms without others.
"""

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from django.core.management import get_commands
from django.urls import Resolver404, resolve

from tests.test_sources import name_of_call
from tests.test_templates import TAKES_NAME, names_of
from tongban.foundation.rooms import Room, installed
from tongban.site.rooms import REMOVABLE, STOREYS

ROOT = Path(__file__).parents[1]
FILLERS = ("1", "x", "00000000-0000-7000-8000-000000000000")
"""What stands for the computed parts of an address."""
LINK = re.compile(r"""\b(?:href|action)="(/[^"/][^"]*)\"""")
"""A link in the text of a page."""
SENDS = {"get", "post", "head", "put", "patch", "delete", "options", "generic", "goto"}
"""Methods of clients. Elsewhere "/" is a separator, or the page to which everything falls back."""


def room_of(module: str) -> Room | None:
    return next((room for room in installed() if f"{module}.".startswith(f"{room.name}.")), None)


def can_be_missing(room: Room | None) -> bool:
    return room is not None and room.name.split(".")[1] in REMOVABLE


def rooms_of_address(address: str) -> Iterator[Room | None]:
    """Yield the rooms whose views answer the address, with each value for its computed parts."""
    for filler in FILLERS:
        try:
            yield room_of(resolve(re.split(r"[?#]", address.replace("\0", filler))[0]).func.__module__)
        except Resolver404:
            continue


def commands_in(tree: ast.AST) -> Iterator[tuple[int, str, Room | None]]:
    """Yield (line, text, room) for the commands of manage.py that are called."""
    apps = get_commands()
    for call in ast.walk(tree):
        if isinstance(call, ast.Call) and name_of_call(call) == "call_command":
            name = call.args[0].value if isinstance(call.args[0], ast.Constant) else ""
            yield call.lineno, f"manage.py {name}", room_of(str(apps.get(name)))


def uses(source: str) -> Iterator[tuple[int, str, Room | None]]:
    """Yield (line, text, room) for imports, names of URLs, commands, and addresses that are written out."""
    owners = {name: room for room in installed() for name in names_of(room)}
    tree = ast.parse(source)
    parts = {id(part) for one in ast.walk(tree) if isinstance(one, ast.JoinedStr) for part in one.values}
    requested = {
        id(one.args[0])
        for one in ast.walk(tree)
        if isinstance(one, ast.Call) and isinstance(one.func, ast.Attribute) and one.func.attr in SENDS and one.args
        if "Factory" not in ast.unparse(one.func) and not ast.unparse(one.func).startswith(("rf.", "factory."))
    }
    yield from commands_in(tree)
    named = {
        id(one)
        for call in ast.walk(tree)
        if isinstance(call, ast.Call) and name_of_call(call) in TAKES_NAME
        for one in call.args
    }
    for node in ast.walk(tree):
        if isinstance(node, ast.ImportFrom) and node.module:
            for name in (node.module, *(f"{node.module}.{one.name}" for one in node.names)):
                yield node.lineno, name, room_of(name)
        elif isinstance(node, ast.Import):
            for one in node.names:
                yield node.lineno, one.name, room_of(one.name)
        elif isinstance(node, ast.JoinedStr):
            text = "".join(one.value if isinstance(one, ast.Constant) else "\0" for one in node.values)
            if text.startswith("/"):
                yield from ((node.lineno, text, room) for room in rooms_of_address(text))
            for link in LINK.findall(text):
                yield from ((node.lineno, link, room) for room in rooms_of_address(link))
        elif isinstance(node, ast.Constant) and isinstance(node.value, str) and id(node) not in parts:
            text = node.value
            if text in owners and (":" in text or id(node) in named):
                yield node.lineno, text, owners[text]
            elif text.startswith("/") and (text.strip("/") or id(node) in requested):
                yield from ((node.lineno, text, room) for room in rooms_of_address(text))
            for link in LINK.findall(text):
                yield from ((node.lineno, link, room) for room in rooms_of_address(link))


def foreign(source: str, own: str) -> list[str]:
    """Return what the source uses of rooms that may be missing when the room named `own` is tested."""
    found = {(line, text) for line, text, room in uses(source) if can_be_missing(room) and room.name != own}
    return [f"{line}: {text}" for line, text in sorted(found)]


@pytest.mark.parametrize(
    "room", [room for room in installed() if room.name.split(".")[1] in STOREYS], ids=lambda room: room.name
)
def test_the_tests_of_a_room_use_no_other_room_that_may_be_missing(room):
    wrong = [
        f"{path.relative_to(ROOT)}:{what}"
        for path in sorted([*Path(room.path).glob("**/tests/**/*.py"), *Path(room.path).glob("**/testing.py")])
        for what in foreign(path.read_text(), room.name)
    ]
    assert wrong == [], "move the test to tests/across, or use a page that is always there"


@pytest.mark.parametrize(
    ("source", "found"),
    [
        ("from tongban.portal.home import content", ["1: tongban.portal.home", "1: tongban.portal.home.content"]),
        ("from tongban.portal import home", ["1: tongban.portal.home"]),
        ("import tongban.supervision.ratings.models", ["1: tongban.supervision.ratings.models"]),
        ("client.get(reverse('my:applications'))", ["1: my:applications"]),
        ("call_command('keys', 'list'), call_command('check')", ["1: manage.py keys"]),
        ("reverse('home'), {'home': 1}", ["1: home"]),
        ("assert f'href=\"/my/\"' in page", ["1: /my/"]),
        ("client.get('/my/?state=open')", ["1: /my/?state=open"]),
        ("client.get(f'/desk/cases/{case.number}/')", ["1: /desk/cases/\0/"]),
        ("assert answer['Location'] == '/desk/'", ["1: /desk/"]),
        ("Client().get('/')", ["1: /"]),
        ("rf.get('/'), RequestFactory().get('/'), '/'.join(parts), answer['Location'] == '/'", []),
        ("client.get(f'/applications/draft/{draft.id}/check/'), client.get('/wallet/'), '/no-such-page/'", []),
        ("from tongban.portal.window import forms\nreverse('window:visit')", []),
    ],
)
def test_a_use_of_another_room_is_detected(source, found):
    assert foreign(source, "tongban.portal.window") == found
