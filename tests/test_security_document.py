"""docs/security.md names every requirement of ASVS 5.0 Level 2 once, and only tests and pages that exist."""

import re
from functools import cache
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
DOCUMENT = (ROOT / "docs" / "security.md").read_text(encoding="utf-8")
CELL = r" *([^|\n]*?) *\|"
ROW = re.compile(rf"^\| *(V\d+\.\d+\.\d+) *\|{CELL * 4}$", re.M)
STATE = re.compile(r"met|partly|not met|site|n/a")
LEVEL_2 = """
1.1.1-2 1.2.1-9 1.3.1-11 1.4.1-3 1.5.1-2 2.1.1-3 2.2.1-3 2.3.1-4 2.4.1-1 3.2.1-2 3.3.1-4 3.4.1-6 3.5.1-5 3.7.1-2
4.1.1-3 4.2.1-1 4.3.1-2 4.4.1-4 5.1.1-1 5.2.1-3 5.3.1-2 5.4.1-3 6.1.1-3 6.2.1-12 6.3.1-4 6.4.1-4 6.5.1-5 6.6.1-3
6.8.1-4 7.1.1-3 7.2.1-4 7.3.1-2 7.4.1-5 7.5.1-2 7.6.1-2 8.1.1-2 8.2.1-3 8.3.1-1 8.4.1-1 9.1.1-3 9.2.1-4 10.1.1-2
10.2.1-2 10.3.1-4 10.4.1-11 10.5.1-5 10.6.1-2 10.7.1-3 11.1.1-2 11.2.1-3 11.3.1-3 11.4.1-4 11.5.1-1 11.6.1-1 12.1.1-3
12.2.1-2 12.3.1-4 13.1.1-1 13.2.1-5 13.3.1-2 13.4.1-5 14.1.1-2 14.2.1-4 14.3.1-3 15.1.1-3 15.2.1-3 15.3.1-7 16.1.1-1
16.2.1-5 16.3.1-4 16.4.1-3 16.5.1-3
"""
"""The requirements of levels 1 and 2 of version 5.0.0, `chapter.section.first-last`, but WebRTC, which is one line."""


def expected() -> list[str]:
    found = []
    for span in LEVEL_2.split():
        section, _, numbers = span.rpartition(".")
        first, last = map(int, numbers.split("-"))
        found += [f"V{section}.{number}" for number in range(first, last + 1)]
    return found


@cache
def text_of(path: str) -> str:
    return (ROOT / path).read_text(encoding="utf-8")


def test_every_requirement_appears_once_and_in_order():
    assert [row[0] for row in ROW.findall(DOCUMENT)] == expected()
    assert "V17.1.1, V17.2.1, V17.2.2, V17.2.3, V17.2.4, V17.3.1, V17.3.2" in DOCUMENT


@pytest.mark.parametrize("row", ROW.findall(DOCUMENT), ids=lambda row: row[0])
def test_each_line_explains_itself_and_names_existing_tests(row):
    _, _, state, how, proof = row
    assert STATE.fullmatch(state), state
    named = re.findall(r"`([^`]+)`", proof)
    assert named or not state.startswith("met"), "a met requirement names its proof"
    assert how or named
    for one in named:
        path, _, test = one.partition("::")
        assert (ROOT / path).is_file(), one
        if test:
            assert f"def {test}(" in text_of(path), one


def test_unmet_requirements_are_named_at_the_top():
    top = DOCUMENT.partition("## V1 ")[0]
    for id_, _, state, _, _ in ROW.findall(DOCUMENT):
        if state == "not met":
            assert re.search(rf"\b{re.escape(id_)}\b", top), id_
