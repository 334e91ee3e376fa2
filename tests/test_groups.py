"""Tests that share a running city stay in one process, and all others are handed out one by one."""

import pytest

from conftest import TOGETHER, group_of


@pytest.mark.parametrize(
    ("test", "group"),
    [
        ("tongban/bench/tests/test_smoke.py::test_it[a]", "tongban/bench/tests/test_smoke.py"),
        ("tests/system/test_old_city.py::test_it", "tests/system/test_old_city.py"),
        ("tests/system/test_autosave.py::test_it", "tests/system/"),
        ("tests/system/test_story.py::test_it", "tests/system/"),
        ("tongban/foundation/tests/test_typed.py::test_it[a]", "tongban/foundation/tests/test_typed.py::test_it[a]"),
    ],
)
def test_each_test_is_in_its_group(test, group):
    assert group_of(test) == group


@pytest.mark.parametrize("beginning", TOGETHER)
def test_each_group_has_tests(beginning, pytestconfig):
    """A file that moves would leave its group without anybody noticing."""
    place = pytestconfig.rootpath / beginning
    assert place.is_file() or list(place.glob("test_*.py"))
