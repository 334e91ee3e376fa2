"""Check locked packages against the lists of licences and known vulnerabilities: python -m tools.dependencies

The lists are requirements/licences.toml and requirements/vulnerabilities.toml; each explains its own format. The check
does not use the network, so its result is the same everywhere. Each finding is a sentence that says what to do.
"""

import json
import re
import sys
import tomllib
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from importlib.metadata import PackageMetadata, PackageNotFoundError, metadata
from pathlib import Path
from typing import Any, NotRequired, TypedDict

from packaging.licenses import InvalidLicenseExpression, canonicalize_license_expression
from packaging.specifiers import InvalidSpecifier, SpecifierSet
from packaging.utils import canonicalize_name
from packaging.version import InvalidVersion, Version

ROOT = Path(__file__).resolve().parents[1]
LICENCES = "requirements/licences.toml"
VULNERABILITIES = "requirements/vulnerabilities.toml"
LOCKS = {"requirements/base.txt": True, "requirements/dev.txt": False, "requirements/tools.txt": False}
"""The lock files of Python packages, and whether the product contains the locked packages."""
NPM_LOCK = "package-lock.json"
LOCKED = re.compile(r"^([A-Za-z0-9][A-Za-z0-9._-]*)(?:\[[^\]]*\])?==([^\s;\\]+)", re.MULTILINE)
FIELDS = {"package": str, "from": str, "affected": list, "id": str, "means": str, "fixed": str}


@dataclass(frozen=True)
class Package:
    """One locked version of a package."""

    name: str
    version: str
    source: str
    """`python` or `npm`: the table in the list of licences that contains its line."""
    lock: str
    product: bool
    """Whether the product contains the package; otherwise only tests and checks use it."""

    def __str__(self) -> str:
        return f"{self.name} {self.version} ({self.lock})"


@dataclass(frozen=True)
class Declared:
    """What an installed package declares about itself."""

    version: str
    licence: str


class NpmEntry(TypedDict):
    """One package in the lock file of npm."""

    version: str
    license: NotRequired[str]
    dev: NotRequired[bool]


class NpmLock(TypedDict):
    """The lock file of npm; the key of a package is its path."""

    packages: dict[str, NpmEntry]


def main() -> int:
    """Print all findings and return the exit code."""
    licences = tomllib.loads((ROOT / LICENCES).read_text(encoding="utf-8"))
    vulnerabilities = tomllib.loads((ROOT / VULNERABILITIES).read_text(encoding="utf-8"))
    packages = [
        one for lock, product in LOCKS.items() for one in python_packages((ROOT / lock).read_text(), lock, product)
    ]
    npm_lock = json.loads((ROOT / NPM_LOCK).read_text())
    packages += npm_packages(npm_lock)
    declared = declared_by_npm(npm_lock) | declared_by_python(one.name for one in packages if one.source == "python")
    found = [
        *check_licences(packages, declared, licences),
        *check_versions(packages, declared, licences.get("two_versions", {})),
        *check_vulnerabilities(packages, vulnerabilities.get("vulnerability", [])),
    ]
    for sentence in found:
        print(sentence)
    return 1 if found else 0


def python_packages(lock: str, name: str, product: bool) -> list[Package]:
    """Return the packages in a lock file of `uv pip compile`, including those for other systems."""
    return [Package(canonicalize_name(one), version, "python", name, product) for one, version in LOCKED.findall(lock)]


def npm_packages(lock: NpmLock) -> list[Package]:
    """Return the packages in a lock file of npm."""
    return [
        Package(name, held["version"], "npm", NPM_LOCK, not held.get("dev", False)) for name, held in _npm_entries(lock)
    ]


def declared_by_npm(lock: NpmLock) -> dict[tuple[str, str], Declared]:
    """Return the declarations of npm packages, which the lock file contains."""
    return {("npm", name): Declared(held["version"], held.get("license", "")) for name, held in _npm_entries(lock)}


def _npm_entries(lock: NpmLock) -> Iterator[tuple[str, NpmEntry]]:
    for path, held in lock["packages"].items():
        if path:  # the empty path is this repository
            yield path.rpartition("node_modules/")[2], held


def declared_by_python(names: Iterable[str]) -> dict[tuple[str, str], Declared]:
    """Return the declarations of the installed packages; packages for other systems are not installed."""
    found = {}
    for name in set(names):
        try:
            held = metadata(name)
        except PackageNotFoundError:
            continue
        found["python", name] = Declared(held["Version"], _declared_licence(held.get_all("License-Expression"), held))
    return found


def _declared_licence(expressions: list[str] | None, held: PackageMetadata) -> str:
    """Return the SPDX expression, otherwise the classifiers, otherwise the first line of the field `License`."""
    if expressions:
        return expressions[0]
    classifiers = [one.rpartition(" :: ")[2] for one in held.get_all("Classifier", []) if one.startswith("License ::")]
    lines = next(iter(held.get_all("License", [])), "").strip().splitlines()
    return "; ".join(classifiers) or (lines[0] if lines else "")


def check_licences(
    packages: Iterable[Package], declared: Mapping[tuple[str, str], Declared], licences: Mapping[str, Any]
) -> Iterator[str]:
    """Yield a sentence for each package whose licence is not listed, not allowed, or declared differently."""
    allowed, only_named = set(licences["allowed"]), licences.get("only_named", {})
    seen = set()
    for package in _product_first(packages):
        if (package.source, package.name) in seen:
            continue
        seen.add((package.source, package.name))
        line = licences.get(package.source, {}).get(package.name)
        if line is None:
            yield (
                f"{package} has no line in {LICENCES}: read its licence, and name it there under [{package.source}] if"
                " we may use it."
            )
            continue
        licence, expected = (line, line) if isinstance(line, str) else (line["licence"], line["declares"])
        try:
            alternatives = _alternatives(licence)
        except InvalidLicenseExpression:
            yield f"{LICENCES}: “{licence}” of {package.name} is no SPDX expression without brackets: correct the line."
            continue
        named = {one for one, names in only_named.items() if package.name in names}
        if package.product and not any(parts <= allowed | named for parts in alternatives):
            yield (
                f"{package} is under {licence}, which the product may not contain: take another library, or use it in"
                f" tests only (requirements/dev.in). {LICENCES} says which licences are allowed."
            )
        says = declared.get((package.source, package.name))
        if says and says.licence != expected:
            yield (
                f"{package} declares “{says.licence}”, {LICENCES} expects “{expected}”: read the licence of this"
                " version and correct the line."
            )
    for source in ("python", "npm"):
        for name in licences.get(source, {}):
            if (source, name) not in seen:
                yield f"{LICENCES}: {name} is not locked any more: remove its line under [{source}]."


def _product_first(packages: Iterable[Package]) -> list[Package]:
    """Sort packages so that one in several lock files is judged as part of the product."""
    return sorted(packages, key=lambda one: not one.product)


def _alternatives(licence: str) -> list[set[str]]:
    """Return the alternative sets of licences: `A OR B AND C` gives {A} and {B, C}."""
    if "(" in licence:
        raise InvalidLicenseExpression(licence)
    canonical = canonicalize_license_expression(licence)
    return [set(part.split(" AND ")) for part in canonical.split(" OR ")]


def check_versions(
    packages: Iterable[Package], declared: Mapping[tuple[str, str], Declared], two_versions: Mapping[str, str]
) -> Iterator[str]:
    """Yield a sentence for each package with different versions in the lock files or in the installation.

    Tests are only meaningful with the product's own versions.
    """
    versions: dict[tuple[str, str], dict[str, set[str]]] = {}
    for package in packages:  # a lock file for several versions of Python may contain a package more than once
        versions.setdefault((package.source, package.name), {}).setdefault(package.lock, set()).add(package.version)
    for (source, name), locked in versions.items():
        kept = ", ".join(f"{' or '.join(sorted(held))} in {lock}" for lock, held in locked.items())
        differ = len({frozenset(held) for held in locked.values()}) > 1
        if differ and name not in two_versions:
            yield f"{name} is locked as {kept}: tests would not run what people use. Bound it in requirements/base.in."
        if not differ and name in two_versions:
            yield f"{LICENCES}: {name} is locked in one version now: remove its line under [two_versions]."
        here = declared.get((source, name))
        if here and not any(here.version in held for held in locked.values()):
            yield f"{name} is installed as {here.version} but locked as {kept}: remove .venv and run this script again."


def check_vulnerabilities(packages: Iterable[Package], entries: Iterable[Mapping[str, Any]]) -> Iterator[str]:
    """Yield a sentence for each locked package with a known vulnerability, and for each faulty entry of the list."""
    held: dict[tuple[str, str], list[Package]] = {}
    for package in packages:
        held.setdefault((package.source, package.name), []).append(package)
    for number, entry in enumerate(entries, 1):
        wrong = _faults(entry)
        if wrong:
            yield f"{VULNERABILITIES}, entry {number} ({entry.get('id', 'without id')}): {wrong}"
            continue
        locked = held.get((entry["from"], entry["package"]))
        if locked is None:
            yield (
                f"{VULNERABILITIES}, entry {number} ({entry['id']}): {entry['package']} is not locked under this name:"
                " correct the name, or remove the entry if we do not use the package any more."
            )
            continue
        if entry.get("accepted"):
            continue
        cure = (
            f"Raise it to {entry['fixed']} or later and lock again (CONTRIBUTING.md)."
            if entry["fixed"]
            else "Nothing is released that fixes it: do without the package, or write into the entry why we can stay"
            " (`accepted`)."
        )
        for package in locked:
            if is_affected(package.version, entry["affected"]):
                yield f"{package} has {entry['id']}: {entry['means']} {cure}"


def is_affected(version: str, affected: Iterable[str]) -> bool:
    """Return whether a version is in one of the affected ranges (PEP 440 specifiers)."""
    return any(SpecifierSet(one).contains(Version(version), prereleases=True) for one in affected)


def _faults(entry: Mapping[str, Any]) -> str:
    """Return what is wrong with an entry, or an empty string, so that a typing error cannot hide a vulnerability."""
    for field, kind in FIELDS.items():
        if not isinstance(entry.get(field), kind):
            return f"`{field}` is missing or is not a {kind.__name__}."
    if unknown := entry.keys() - FIELDS.keys() - {"accepted"}:
        return f"there is no field {', '.join(sorted(unknown))}."
    if entry["from"] not in {"python", "npm"}:
        return "`from` is python or npm."
    try:
        if not entry["affected"] or (entry["fixed"] and is_affected(entry["fixed"], entry["affected"])):
            return "`affected` is empty, or holds the version that is said to be fixed."
    except (InvalidSpecifier, InvalidVersion) as error:
        return f'{error}. Write `affected` like [">=5.2,<5.2.8"].'
    return ""


if __name__ == "__main__":
    sys.exit(main())
