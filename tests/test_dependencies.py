"""The check of licences and known vulnerabilities says what is wrong and what to do about it."""

import tomllib
from importlib.metadata import version

import pytest

from tools import dependencies
from tools.dependencies import Declared, Package

LOCK = """\
django==5.2.7 \\
    --hash=sha256:13b2beaa
psycopg[binary]==3.3.9 \\
    --hash=sha256:f072f4d8
colorama==0.4.6 ; sys_platform == 'win32' \\
    --hash=sha256:08695f5c
"""
DJANGO = Package("django", "5.2.7", "python", "requirements/base.txt", product=True)
LICENCES = {"allowed": ["BSD-3-Clause", "MIT", "PSF-2.0"], "only_named": {"LGPL-3.0-only": ["psycopg"]}}
HOLE = {
    "package": "django",
    "from": "python",
    "affected": [">=5.1,<5.1.14", ">=5.2,<5.2.8"],
    "id": "CVE-2025-64459",
    "means": "SQL injection.",
    "fixed": "5.2.8",
}


def judged(licence, package=DJANGO, declares=None):
    line = licence if declares is None else {"licence": licence, "declares": declares}
    declared = {("python", package.name): Declared(package.version, licence if declares is None else declares)}
    lines = {**LICENCES, "python": {package.name: line}}
    return list(dependencies.check_licences([package], declared, lines))


def test_a_lock_is_read_with_extras_and_packages_of_other_systems():
    packages = dependencies.python_packages(LOCK, "requirements/base.txt", True)
    assert [(one.name, one.version) for one in packages] == [
        ("django", "5.2.7"), ("psycopg", "3.3.9"), ("colorama", "0.4.6"),
    ]  # fmt: skip


def test_an_npm_lock_separates_product_tools_and_nested_packages():
    lock = {
        "packages": {
            "": {"name": "tongban"},
            "node_modules/htmx.org": {"version": "4.0.1", "license": "0BSD"},
            "node_modules/a/node_modules/@scope/b": {"version": "1.0.0", "license": "MIT", "dev": True},
        }
    }
    packages = dependencies.npm_packages(lock)
    assert [(one.name, one.version, one.product) for one in packages] == [
        ("htmx.org", "4.0.1", True), ("@scope/b", "1.0.0", False),
    ]  # fmt: skip
    assert dependencies.declared_by_npm(lock)["npm", "@scope/b"] == Declared("1.0.0", "MIT")


def test_a_package_without_a_line_is_refused():
    (sentence,) = dependencies.check_licences([DJANGO], {}, LICENCES)
    assert sentence.startswith("django 5.2.7 (requirements/base.txt) has no line in requirements/licences.toml")
    assert "[python]" in sentence


@pytest.mark.parametrize(
    "licence", ["MIT", "MIT AND PSF-2.0", "AGPL-3.0-only OR MIT", "AGPL-3.0-only OR MIT AND PSF-2.0"]
)
def test_an_allowed_licence_passes(licence):
    assert judged(licence) == []


@pytest.mark.parametrize("licence", ["AGPL-3.0-only", "GPL-2.0-or-later", "MIT AND GPL-3.0-only", "LGPL-3.0-only"])
def test_a_licence_that_the_product_may_not_contain_is_refused(licence):
    (sentence,) = judged(licence)
    assert f"is under {licence}, which the product may not contain" in sentence


def test_a_named_library_may_be_under_the_lgpl_and_a_tool_under_anything():
    assert judged("LGPL-3.0-only", Package("psycopg", "3.3.9", "python", "requirements/base.txt", product=True)) == []
    assert judged("GPL-3.0-only", Package("gpl-tool", "1.0", "python", "requirements/dev.txt", product=False)) == []


def test_a_package_in_both_locks_counts_as_part_of_the_product():
    tool = Package("django", "5.2.7", "python", "requirements/dev.txt", product=False)
    lines = {**LICENCES, "python": {"django": "GPL-3.0-only"}}
    (sentence,) = dependencies.check_licences([tool, DJANGO], {}, lines)
    assert "requirements/base.txt" in sentence


def test_a_licence_that_changed_with_the_version_must_be_read_again():
    declared = {("python", "django"): Declared("5.2.7", "BUSL-1.1")}
    (sentence,) = dependencies.check_licences([DJANGO], declared, {**LICENCES, "python": {"django": "BSD-3-Clause"}})
    assert "declares “BUSL-1.1”" in sentence
    assert "expects “BSD-3-Clause”" in sentence


def test_a_line_may_say_what_an_unclear_declaration_means():
    assert judged("BSD-3-Clause", declares="BSD License") == []


def test_unreadable_and_unneeded_lines_are_named():
    assert "is no SPDX expression" in judged("BSD, I think")[0]
    lines = {**LICENCES, "python": {"django": "MIT", "gone": "MIT"}}
    (sentence,) = dependencies.check_licences([DJANGO], {}, lines)
    assert "gone is not locked any more" in sentence


def test_a_version_with_a_known_vulnerability_is_refused_until_it_is_raised():
    (sentence,) = dependencies.check_vulnerabilities([DJANGO], [HOLE])
    assert sentence == (
        "django 5.2.7 (requirements/base.txt) has CVE-2025-64459: SQL injection."
        " Raise it to 5.2.8 or later and lock again (CONTRIBUTING.md)."
    )
    raised = Package("django", "5.2.8", "python", "requirements/base.txt", product=True)
    assert list(dependencies.check_vulnerabilities([raised], [HOLE])) == []


def test_each_lock_is_checked():
    sound = Package("django", "5.2.8", "python", "requirements/base.txt", product=True)
    tests = Package("django", "5.2.7", "python", "requirements/dev.txt", product=False)
    (sentence,) = dependencies.check_vulnerabilities([sound, tests], [HOLE])
    assert "requirements/dev.txt" in sentence


def test_a_vulnerability_without_a_fix_says_so_and_can_be_accepted_with_a_reason():
    open_hole = {**HOLE, "fixed": ""}
    (sentence,) = dependencies.check_vulnerabilities([DJANGO], [open_hole])
    assert "Nothing is released that fixes it" in sentence
    accepted = {**open_hole, "accepted": "We unpack no dictionary from outside."}
    assert list(dependencies.check_vulnerabilities([DJANGO], [accepted])) == []


@pytest.mark.parametrize(
    ("change", "says"),
    [
        ({"affected": "<5.2.8"}, "`affected` is missing or is not a list"),
        ({"affected": []}, "`affected` is empty"),
        ({"affected": ["before 5.2.8"]}, "Write `affected` like"),
        ({"fixed": "5.2.7"}, "holds the version that is said to be fixed"),
        ({"from": "pypi"}, "`from` is python or npm"),
        ({"package": "Djangoo"}, "not locked under this name"),
        ({"note": "?"}, "there is no field note"),
    ],
)
def test_a_typo_in_an_entry_is_named(change, says):
    (sentence,) = dependencies.check_vulnerabilities([DJANGO], [{**HOLE, **change}])
    assert says in sentence


def test_product_and_tests_run_the_same_versions():
    tests = Package("django", "5.2.8", "python", "requirements/dev.txt", product=False)
    (sentence,) = dependencies.check_versions([DJANGO, tests], {}, {})
    assert "5.2.7 in requirements/base.txt, 5.2.8 in requirements/dev.txt" in sentence
    assert list(dependencies.check_versions([DJANGO, tests], {}, {"django": "why"})) == []
    (sentence,) = dependencies.check_versions([DJANGO], {}, {"django": "why"})
    assert "remove its line" in sentence


def test_the_installed_packages_are_those_of_the_lock():
    declared = {("python", "django"): Declared("5.2.6", "BSD-3-Clause")}
    (sentence,) = dependencies.check_versions([DJANGO], declared, {})
    assert "installed as 5.2.6 but locked as 5.2.7" in sentence


def test_licence_declarations_are_read_from_the_installed_packages():
    declared = dependencies.declared_by_python(["django", "jinja2", "not-installed-anywhere"])
    assert declared["python", "django"] == Declared(version("django"), "BSD-3-Clause")
    assert declared["python", "jinja2"].licence == "BSD License"
    assert ("python", "not-installed-anywhere") not in declared


def test_the_lists_and_locks_of_this_repository_agree(capsys):
    assert dependencies.main() == 0, capsys.readouterr().out


def test_an_older_lock_is_refused():
    """The real list finds real vulnerabilities, so it is not merely well-formed."""
    entries = tomllib.loads((dependencies.ROOT / dependencies.VULNERABILITIES).read_text())["vulnerability"]
    found = [one for one in dependencies.check_vulnerabilities([DJANGO], entries) if one.startswith("django 5.2.7")]
    assert any("CVE-2025-64459" in one for one in found)
    assert not any("CVE-2025-57833" in one for one in found)
