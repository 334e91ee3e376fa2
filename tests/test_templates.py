"""Templates and modules name pages by `url()`, `reverse()` and `place()` only, so that a room can move or be left out.

A room names no address of a room that may be missing: one in a higher storey, or another of a storey whose rooms can be
left out. It uses a place for these.
"""

import ast
import re
from collections.abc import Iterator
from fnmatch import fnmatch
from pathlib import Path

import pytest
from django.template import engines
from django.urls import URLPattern, URLResolver, get_resolver
from jinja2 import DictLoader, Environment, nodes

from tongban.foundation.rooms import Room, installed
from tongban.site.rooms import REMOVABLE, STOREYS

ROOT = Path(__file__).parents[1]
TEMPLATES = sorted((ROOT / "tongban").glob("**/jinja2/**/*.html"))
WRITTEN_OUT = re.compile(r"""(?:href|action|src|formaction)=["']/""")
NAMED = re.compile(r"""\burl\(\s*["']([^"']+)""")
TAKES_NAME = {"reverse", "reverse_lazy", "redirect", "MenuEntry", "FooterLink"}
MAY_WRITE_OUT = {
    "foundation/operations/middleware.py": "probes, which are answered before the address table",
    "site/run.py": "asks a platform that runs already, from outside",
    "site/settings.py": "settings are read before the address table",
    "trust/keys/services/certifying.py": "stands in certificates for years",
    "trust/ledger/client.py": "a program without Django, which asks a platform from outside",
}
"""Files that may write out an address of a page, and why."""


@pytest.mark.parametrize("template", TEMPLATES, ids=lambda path: str(path.relative_to(ROOT / "tongban")))
def test_no_template_writes_out_an_address(template):
    assert not WRITTEN_OUT.search(template.read_text())


def blocks_that_no_parent_has(environment, name):
    """Return the outermost blocks of a template that extends another one, and that nobody renders.

    A block of a parent is rendered, and so is `self.name()`.
    """
    tree = environment.parse(environment.loader.get_source(environment, name)[0])
    extends = tree.find(nodes.Extends)
    if extends is None:
        return set()
    called = {one.attr for one in tree.find_all(nodes.Getattr) if getattr(one.node, "name", "") == "self"}
    found = {block.name for block in tree.body if isinstance(block, nodes.Block)} - called
    parent = extends.template
    while isinstance(parent, nodes.Const) and found:
        above = environment.parse(environment.loader.get_source(environment, parent.value)[0])
        found -= {block.name for block in above.find_all(nodes.Block)}
        extends = above.find(nodes.Extends)
        parent = extends.template if extends else None
    return found if parent is None else set()  # a parent that is chosen while rendering


@pytest.mark.parametrize("template", TEMPLATES, ids=lambda path: str(path.relative_to(ROOT / "tongban")))
def test_no_template_fills_a_block_that_its_parents_lack(template):
    name = str(template).rpartition("/jinja2/")[2]
    assert not blocks_that_no_parent_has(engines["jinja2"].env, name)


def test_a_block_that_is_rendered_nowhere_would_be_found():
    loader = DictLoader(
        {
            "base": "{% block main %}{% block inner %}{% endblock %}{% endblock %}",
            "middle": '{% extends "base" %}{% block inner %}{% block new %}{% endblock %}{% endblock %}',
            "page": '{% extends "middle" %}{% block new %}{% endblock %}{% block styles %}{% endblock %}',
        }
    )
    environment = Environment(loader=loader)  # noqa: S701 - nothing is rendered
    assert blocks_that_no_parent_has(environment, "middle") == set()
    assert blocks_that_no_parent_has(environment, "page") == {"styles"}


def first_segments(patterns) -> Iterator[str]:
    """Yield the first segment of the address of each page, except of the home page."""
    for pattern in patterns:
        if isinstance(pattern, URLResolver) and not str(pattern.pattern):
            yield from first_segments(pattern.url_patterns)
        elif found := re.match(r"[\w-]+", str(pattern.pattern)):
            yield found[0]


def written_out(text: str, segments: set[str]) -> list[str]:
    """Return the texts of a module, except docstrings, that begin like the address of a page."""
    tree = ast.parse(text)
    documents = {id(node.value) for node in ast.walk(tree) if isinstance(node, ast.Expr)}
    return [
        node.value
        for node in ast.walk(tree)
        if isinstance(node, ast.Constant)
        and id(node) not in documents
        and isinstance(node.value, str)
        and (found := re.match(r"/([\w-]+)(?:[/?]|$)", node.value))
        and found[1] in segments
    ]


def declares_operations(path: Path) -> bool:
    """Return whether the file holds operations, whose addresses are below that of the programming interface."""
    return path.name == "api.py" or (path.parent.name == "api" and not (path.parent / "room.py").exists())


def test_no_module_writes_out_an_address():
    segments = set(first_segments(get_resolver().url_patterns)) - {"api"}
    assert {"account", "sign-in", "desk", "my", "demo", "livez"} <= segments
    found = {}
    for storey in (*STOREYS, "site"):
        for path in sorted((ROOT / "tongban" / storey).rglob("*.py")):
            if "tests" in path.parts or path.name == "testing.py" or declares_operations(path):
                continue
            if addresses := written_out(path.read_text(), segments):
                found[str(path.relative_to(ROOT / "tongban"))] = addresses
    wrong = {file: addresses for file, addresses in found.items() if file not in MAY_WRITE_OUT}
    assert wrong == {}, "name the page instead: `reverse`, or a place (ARCHITECTURE.md, Add a room)"
    assert MAY_WRITE_OUT.keys() <= found.keys(), "strike out what no longer writes out an address"


@pytest.mark.parametrize(
    "text", ['OPEN = ("/account/", "/static/")', 'f"/desk/cases/{number}/"', 'redirect("/my?state=open")']
)
def test_an_address_is_found_however_it_is_written(text):
    assert len(written_out(f'"""/desk/ in a docstring."""\nfound = {text}', {"account", "desk", "my"})) == 1


def test_templates_are_found():
    assert len(TEMPLATES) > 100


def names_of(room: Room) -> Iterator[str]:
    """Yield the names of the room's URLs."""

    def walk(patterns, prefix):
        for pattern in patterns:
            if isinstance(pattern, URLPattern):
                yield f"{prefix}{pattern.name}"
            else:
                inner = f"{prefix}{pattern.namespace}:" if pattern.namespace else prefix
                yield from walk(pattern.url_patterns, inner)

    if urls := room.part("urls"):
        app_name = getattr(urls, "app_name", "")
        yield from walk(urls.urlpatterns, f"{app_name}:" if app_name else "")


def mentions_in_python(text: str) -> Iterator[str]:
    """Yield the texts that may be names of URLs: arguments where a name is expected, and all that look like one."""
    for node in ast.walk(ast.parse(text)):
        if isinstance(node, ast.Call):
            called = node.func.attr if isinstance(node.func, ast.Attribute) else getattr(node.func, "id", "")
            if called in TAKES_NAME:
                yield from (one.value for one in node.args if isinstance(one, ast.Constant))
        if isinstance(node, ast.Constant) and isinstance(node.value, str) and ":" in node.value:
            yield node.value


def may_name(room: Room, other: Room) -> bool:
    """Return whether the room may name addresses of the other, which is then always there."""
    storey, others = room.name.split(".")[1], other.name.split(".")[1]
    if room is other or others not in STOREYS:
        return room is other
    return STOREYS.index(others) < STOREYS.index(storey) or (others == storey and storey not in REMOVABLE)


def test_no_room_names_an_address_of_a_room_that_may_be_missing():
    rooms = [room for room in installed() if room.name.split(".")[1] in STOREYS]
    owners = {name: room for room in rooms for name in names_of(room)}
    assert len(owners) > 150
    wrong, seen = [], 0
    for room in rooms:
        for path in sorted(Path(room.path).rglob("*")):
            if path.suffix not in {".py", ".html"} or "tests" in path.parts or path.name == "testing.py":
                continue
            text = path.read_text()
            for said in set(NAMED.findall(text) if path.suffix == ".html" else mentions_in_python(text)):
                named = [
                    owner for name, owner in owners.items() if name == said or ("*" in said and fnmatch(name, said))
                ]
                seen += len(named)
                wrong += [f"{path.relative_to(ROOT)}: {said}" for owner in named if not may_name(room, owner)]
    assert seen > 300
    assert sorted(set(wrong)) == [], "use a place (ARCHITECTURE.md, Add a room)"
