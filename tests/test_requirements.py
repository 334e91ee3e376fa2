"""Which test proves which requirement: docs/requirements.md is made from the marks on the tests.

`TONGBAN_WRITE_REQUIREMENTS=1 bin/test tests/test_requirements.py` writes the page again. Each row's text, its state and
what is missing are maintained by hand in docs/requirements.yaml.
"""

import ast
import os
from collections import Counter, defaultdict
from collections.abc import Iterator
from functools import cache
from pathlib import Path

import yaml

ROOT = Path(__file__).parents[1]
FACTS = ROOT / "docs" / "requirements.yaml"
PAGE = ROOT / "docs" / "requirements.md"
STATES = ("proved", "partly", "none")
WHOLE_FILE = "the whole file"
HEAD = """# Requirements and the tests that prove them

`tests/test_requirements.py` makes this page from [requirements.yaml](requirements.yaml) and from the marks
`@pytest.mark.req("C4")` on the tests; change those, not this page. *proved*: tests prove all of the row, its figures
too. *partly*: the row says what they do not prove. *none*: no test proves any of it.
"""


@cache
def facts() -> dict[str, dict[str, dict[str, str]]]:
    """Return the rows by id, below the heading of their group."""
    found: dict[str, dict[str, dict[str, str]]] = yaml.safe_load(FACTS.read_text(encoding="utf-8"))
    return found


def rows() -> dict[str, dict[str, str]]:
    return {key: row for group in facts().values() for key, row in group.items()}


def ids_in(*nodes: ast.AST) -> Iterator[str]:
    """Return the ids in every `pytest.mark.req(…)` below these nodes."""
    for node in nodes:
        for one in ast.walk(node):
            if isinstance(one, ast.Call) and isinstance(one.func, ast.Attribute) and one.func.attr == "req":
                yield from (ast.literal_eval(argument) for argument in one.args)


@cache
def marks() -> dict[str, dict[str, list[str]]]:
    """Return what is marked with a row: by id and file, the names of tests, or that it is the whole file."""
    found: dict[str, dict[str, list[str]]] = defaultdict(lambda: defaultdict(list))
    for path in sorted([*ROOT.glob("tests/**/test_*.py"), *ROOT.glob("tongban/**/test_*.py")]):
        file = path.relative_to(ROOT).as_posix()
        text = path.read_text(encoding="utf-8")
        if "mark.req(" not in text:
            continue
        for node in ast.parse(text).body:
            if isinstance(node, ast.Assign):
                for key in ids_in(node.value):
                    found[key][file].append(WHOLE_FILE)
            elif isinstance(node, ast.FunctionDef):
                for key in ids_in(*node.decorator_list):
                    if found[key][file] != [WHOLE_FILE]:
                        found[key][file].append(node.name)
    return found


def page() -> str:
    counted = Counter(row["state"] for row in rows().values())
    lines = [HEAD, " · ".join(f"{state}: {counted[state]}" for state in STATES), ""]
    for heading, group in facts().items():
        letter, _, name = heading.partition(" ")
        lines += [f"## {letter} · {name}", "", "| id | what is asked | state | what is missing |", "|---|---|---|---|"]
        lines += [
            f"| {key} | {row['what']} | {row['state']} | {row.get('missing', '')} |" for key, row in group.items()
        ]
        lines.append("")
        for key in group:
            for file, names in marks().get(key, {}).items():
                lines.append(f"- {key} · `{file}`: " + ", ".join(names))
        lines.append("")
    return "\n".join(lines).rstrip() + "\n"


def test_the_page_of_requirements_is_up_to_date():
    if os.environ.get("TONGBAN_WRITE_REQUIREMENTS"):
        PAGE.write_text(page(), encoding="utf-8")
    assert PAGE.read_text(encoding="utf-8") == page(), "write it again, and read the difference: see this file's head"


def test_every_mark_names_a_requirement():
    assert {key: dict(files) for key, files in marks().items() if key not in rows()} == {}


def test_each_state_agrees_with_the_marks():
    wrong = []
    for key, row in rows().items():
        state = row["state"]
        if state not in STATES:
            wrong.append(f"{key}: there is no state {state}")
        if (state == "none") == (key in marks()):
            wrong.append(f"{key}: {state}, but {'a' if key in marks() else 'no'} test carries its mark")
        if (state == "partly" and not row.get("missing")) or (state == "proved" and row.get("missing")):
            wrong.append(f"{key}: {state}, so `missing` {'is' if state == 'partly' else 'is not'} needed")
    assert wrong == []


def test_rows_are_grouped_by_letter_and_in_order():
    for heading, group in facts().items():
        letter = heading[0]
        assert list(group) == [f"{letter}{number}" for number in range(1, len(group) + 1)], heading
    assert "".join(heading[0] for heading in facts()) == "ABCDEFGHN"


def test_marks_of_a_file_and_of_its_tests_are_found():
    tree = ast.parse(
        'pytestmark = [pytest.mark.django_db, pytest.mark.req("A1", "A2")]\n'
        '@pytest.mark.req("B1")\n@pytest.mark.parametrize("x", [1])\ndef test_it(x): ...\n'
    )
    assert [list(ids_in(node)) for node in tree.body] == [["A1", "A2"], ["B1"]]
