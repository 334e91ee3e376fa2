"""No room queries the tables of another one through a class that it got from a door."""

import ast
from pathlib import Path

import pytest

from tests.contracts import ROOM, is_free

ROOT = Path(__file__).resolve().parents[1]
MANAGERS = {"objects", "_base_manager", "_default_manager"}


def test_only_the_owner_of_a_table_asks_it():
    """`queries` of a room may name the class of a row that they return, so that others can annotate it."""
    found = {}
    for path in sorted((ROOT / "tongban").rglob("*.py")):
        module = ".".join(path.relative_to(ROOT).with_suffix("").parts)
        if ROOM.match(module) and not is_free(module) and "migrations" not in path.parts:
            found[module] = asked_of_others(path.read_text(), module)
    assert len(found) > 300
    assert {module: names for module, names in found.items() if names} == {}


@pytest.mark.parametrize(
    ("source", "asked"),
    [
        ("from tongban.people.identity.queries import Account\nAccount.objects.get()", ["Account.objects"]),
        ("from tongban.people.identity import queries as q\nq.Account.objects.get()", ["q.Account.objects"]),
        ("import tongban.people.identity.queries as q\nq.Visit._base_manager", ["q.Visit._base_manager"]),
        ("def f():\n    from tongban.people.identity.queries import Account as A\n    A.objects.all()", ["A.objects"]),
        ("from tongban.people.sso.models import Binding\nBinding.objects.all()", []),
        ("from tongban.people.identity.queries import Account\ndef f(account: Account): account.save()", []),
    ],
)  # fmt: skip
def test_a_table_that_is_asked_through_a_door_is_found(source, asked):
    assert asked_of_others(source, "tongban.people.sso.services.upstream") == asked


def asked_of_others(source: str, module: str) -> list[str]:
    """Return the managers that a module takes from a class of another room."""
    home = ROOM.match(module)
    nodes = list(ast.walk(ast.parse(source)))
    origins: dict[str, str] = {}
    for node in nodes:
        if isinstance(node, ast.ImportFrom):
            origins |= {name.asname or name.name: f"{node.module}.{name.name}" for name in node.names}
        elif isinstance(node, ast.Import):
            origins |= {name.asname: name.name for name in node.names if name.asname}
    asked = []
    for node in nodes:
        if not (isinstance(node, ast.Attribute) and node.attr in MANAGERS):
            continue
        text = ast.unparse(node)
        first, _, rest = text.partition(".")
        room = ROOM.match(f"{origins.get(first, first)}.{rest}")
        if room and home and room[1] != home[1]:
            asked.append(text)
    return asked
