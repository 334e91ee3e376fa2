"""Read and check the catalogue's YAML files, with the windows of the city that is served."""

from collections.abc import Iterable, Sequence
from functools import cache
from pathlib import Path

import yaml

from tongban.exchange.libraries import queries as library_queries
from tongban.exchange.libraries import services as libraries
from tongban.handling.catalog import windows
from tongban.handling.catalog.completing import completed
from tongban.handling.catalog.parsing import Document as Document
from tongban.handling.catalog.parsing import Loader, parsed, validated
from tongban.handling.catalog.parsing import Remark as Remark
from tongban.handling.catalog.rules import (
    Finding,
    asking_findings,
    bundle_findings,
    item_findings,
    record_findings,
    reference_findings,
    window_findings,
)
from tongban.handling.catalog.schema import Bundle, Fact, Item

FOLDER = Path(__file__).parent


def files(paths: Sequence[Path] = ()) -> list[Path]:
    """Return the YAML files among paths and folders (default: the shipped catalogue)."""
    found: list[Path] = []
    for path in paths or (FOLDER / "items", FOLDER / "bundles"):
        found += sorted(path.rglob("*.yaml")) if path.is_dir() else [path]
    return found


def read(path: Path) -> Document:
    """Read one file, put in what belongs to the city, and validate it. Problems become remarks; nothing is raised."""
    document, values = parsed(path)
    if values is not None:
        schema: type[Item] | type[Bundle] = Bundle if "steps" in values or "lead" in values else Item
        found, _ = windows.of_city()
        document.spec = validated(document, schema, found.filled(values) if found else values)
    return document


def read_all(paths: Iterable[Path]) -> list[Document]:
    """Read and check files: each item by itself, and each bundle against the items.

    Items that are not among the files are taken from the shipped catalogue. If the file with the city's windows has
    errors, it is the first of the documents.
    """
    found, of_city = windows.of_city()
    documents = [*([] if found else [of_city]), *map(read, paths)]
    items: dict[str, Item] = {}
    for document in documents:
        if isinstance(document.spec, Item):
            if document.spec.code in items:
                document.remark(Finding("error", ("code",), f"事项编号“{document.spec.code}”在别的文件里已经用过"))
            items[document.spec.code] = document.spec
            _check_name(document, document.spec.code)
            references = reference_findings(
                document.spec, effects=libraries.effect_names(), resources=library_queries.resource_names()
            )
            without = window_findings(document.spec) if found else ()
            for finding in (*item_findings(document.spec), *references, *without):
                document.remark(finding)
    bundles = {d.spec.key: d.spec for d in documents if isinstance(d.spec, Bundle)}
    known = {code: completed(item) for code, item in (_shipped_items() | items if bundles else items).items()}
    bundles = _shipped_bundles() | bundles
    for document in documents:
        if isinstance(document.spec, Item):
            for finding in asking_findings(known[document.spec.code], bundles):
                document.remark(finding)
        elif isinstance(document.spec, Bundle):
            _check_name(document, document.spec.key)
            records = record_findings(
                document.spec,
                resources=library_queries.resource_names(),
                values=library_queries.fact_values,
                facts=facts(),
            )
            for finding in (*bundle_findings(document.spec, known), *records):
                document.remark(finding)
    return documents


def departments_of(documents: Iterable[Document]) -> dict[str, list[str]]:
    """Return the names of departments in items, bundles and their steps, each with the keys of what names it."""
    named: dict[str, list[str]] = {}
    for spec in (document.spec for document in documents if document.spec is not None):
        if isinstance(spec, Item):
            key, names = spec.code, [spec.department, *(step.department for step in spec.plan)]
        else:
            key, names = spec.key, [step.department for step in spec.steps]
        for name in dict.fromkeys(filter(None, names)):
            named.setdefault(name, []).append(key)
    return named


def _check_name(document: Document, key: str) -> None:
    if document.path.stem != key:
        document.remark(Finding("error", ("code",), f"文件名应是“{key}.yaml”，现在是“{document.path.name}”"))


@cache
def _shipped_items() -> dict[str, Item]:
    specs = (read(path).spec for path in files([FOLDER / "items"]))
    return {spec.code: spec for spec in specs if isinstance(spec, Item)}


@cache
def _shipped_bundles() -> dict[str, Bundle]:
    specs = (read(path).spec for path in files([FOLDER / "bundles"]))
    return {spec.key: spec for spec in specs if isinstance(spec, Bundle)}


@cache
def facts() -> dict[str, Fact]:
    """Return the dictionary of facts (`facts.yaml`) by name."""
    rows = yaml.load((FOLDER / "facts.yaml").read_text(encoding="utf-8"), Loader=Loader)  # noqa: S506 (a SafeLoader)
    return {name: Fact.model_validate(row) for name, row in rows.items()}
