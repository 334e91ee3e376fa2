"""What the source of every module keeps to: queries do not write, and nobody reads the city while modules load."""

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent
PRODUCT = ROOT / "tongban"
WRITING = {
    "abulk_create", "acreate", "adelete", "asave", "aupdate", "bulk_create", "bulk_update", "create", "delete",
    "get_or_create", "save", "select_for_update", "update", "update_or_create",
}  # fmt: skip
"""Methods of models, managers and query sets that write rows or lock them. Those of dicts and sets have other ways."""
ANNOUNCING = {"announce", "announce_many", "record", "record_many", "send_message", "send_messages"}
AT_START = PRODUCT / "site"
"""`site` puts the platform together after the settings are final, e.g. names the interface after the city."""


def modules_named_queries() -> list[Path]:
    return sorted({*PRODUCT.rglob("queries.py"), *PRODUCT.rglob("queries/**/*.py")})


def name_of_call(call: ast.Call) -> str:
    return call.func.attr if isinstance(call.func, ast.Attribute) else getattr(call.func, "id", "")


def writes(tree: ast.AST) -> Iterator[str]:
    for call in ast.walk(tree):
        if not isinstance(call, ast.Call):
            continue
        name, is_method = name_of_call(call), isinstance(call.func, ast.Attribute)
        if name in ANNOUNCING or (is_method and name in WRITING):
            yield f"line {call.lineno}: {name}"


def at_import(node: ast.AST) -> Iterator[ast.AST]:
    """Yield what runs while a module loads: everything but the bodies of functions."""
    for child in ast.iter_child_nodes(node):
        if isinstance(child, ast.FunctionDef | ast.AsyncFunctionDef):
            for part in (*child.decorator_list, *child.args.defaults, *filter(None, child.args.kw_defaults)):
                yield from (part, *at_import(part))
        elif not isinstance(child, ast.Lambda):
            yield from (child, *at_import(child))


def reads_of_city(tree: ast.AST) -> list[int]:
    calls = (node for node in at_import(tree) if isinstance(node, ast.Call))
    return [call.lineno for call in calls if isinstance(call.func, ast.Name) and call.func.id == "city"]


def test_queries_are_found():
    assert len(modules_named_queries()) > 40


@pytest.mark.parametrize("path", modules_named_queries(), ids=lambda path: str(path.relative_to(PRODUCT)))
def test_a_query_does_not_write(path):
    assert list(writes(ast.parse(path.read_text()))) == []


@pytest.mark.parametrize(
    ("source", "found"),
    [
        ("Row.objects.filter(id=1).update(seen=True)", ["line 1: update"]),
        ("row.save(update_fields=['seen'])", ["line 1: save"]),
        ("announce(event, actor=actor)", ["line 1: announce"]),
        ("Row.objects.select_for_update().first()", ["line 1: select_for_update"]),
        ("update(row)\nrows.filter(saved=True)", []),
    ],
)
def test_a_query_that_writes_is_detected(source, found):
    assert list(writes(ast.parse(source))) == found


def test_no_module_reads_the_city_while_it_loads():
    found = [
        f"{path.relative_to(ROOT)}:{line}"
        for path in sorted(PRODUCT.rglob("*.py"))
        if not path.is_relative_to(AT_START)
        for line in reads_of_city(ast.parse(path.read_text()))
    ]
    assert found == []


@pytest.mark.parametrize(
    ("source", "lines"),
    [
        ("TEXT = f'{city().hotline}'", [1]),
        ("class A:\n    text = city().name", [2]),
        ("def f(name=city().name):\n    return city().name", [1]),
        ("@decorated(city().name)\ndef f():\n    pass", [1]),
        ("later = lambda: city().name\ndef f():\n    return city().name", []),
    ],
)
def test_a_read_at_import_is_detected(source, lines):
    assert reads_of_city(ast.parse(source)) == lines
