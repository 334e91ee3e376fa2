"""Read and check the catalogue's YAML files. The line of every part is kept, so that findings can name it."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path

import yaml
from pydantic import ValidationError

from tongban.exchange.libraries import queries as library_queries
from tongban.exchange.libraries import services as libraries
from tongban.handling.catalog.completing import completed
from tongban.handling.catalog.rules import Finding, Grade, Place, bundle_findings, item_findings, reference_findings
from tongban.handling.catalog.schema import Bundle, Fact, Item

FOLDER = Path(__file__).parent
_Loader: "type[yaml.CSafeLoader | yaml.SafeLoader]" = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
"""The fast loader where libyaml is installed."""
_SENTENCES = {
    "missing": "缺少这一项，请补上",
    "extra_forbidden": "没有这个字段，请检查拼写",
    "literal_error": "不是允许的取值，请对照术语表",
    "enum": "不是允许的取值，请对照术语表",
    "string_pattern_mismatch": "格式不对",
}


@dataclass(frozen=True)
class Remark:
    """A finding, with its file and line (from 1)."""

    path: Path
    line: int
    grade: Grade
    sentence: str

    def __str__(self) -> str:
        return f"{self.path}:{self.line}: {self.grade}: {self.sentence}"


@dataclass
class Document:
    """One file: its content, the line of each place in it, and what was found."""

    path: Path
    spec: Item | Bundle | None = None
    lines: dict[Place, int] = field(default_factory=dict)
    remarks: list[Remark] = field(default_factory=list)

    def remark(self, finding: Finding) -> None:
        """Add a finding, with the line of its place."""
        self.remarks.append(Remark(self.path, self.line_of(finding.place), finding.grade, finding.sentence))

    def line_of(self, place: Place) -> int:
        """Return the line of a place, or of the closest part around it that the file has."""
        while place and place not in self.lines:
            place = place[:-1]
        return self.lines.get(place, 1)


def files(paths: Sequence[Path] = ()) -> list[Path]:
    """Return the YAML files among paths and folders (default: the shipped catalogue)."""
    found: list[Path] = []
    for path in paths or (FOLDER / "items", FOLDER / "bundles"):
        found += sorted(path.rglob("*.yaml")) if path.is_dir() else [path]
    return found


def read(path: Path) -> Document:
    """Read one file and validate it against the schema. Problems become remarks; nothing is raised."""
    document = Document(path)
    try:
        node = yaml.compose(path.read_text(encoding="utf-8"), Loader=_Loader)
    except (OSError, UnicodeDecodeError) as error:
        document.remarks.append(Remark(path, 1, "error", f"文件读不出来：{error}"))
        return document
    except yaml.YAMLError as error:
        mark = getattr(error, "problem_mark", None)
        words = getattr(error, "problem", None) or "请检查缩进和引号"
        document.remarks.append(Remark(path, mark.line + 1 if mark else 1, "error", f"YAML 写法有误：{words}"))
        return document
    if not isinstance(node, yaml.MappingNode):
        document.remarks.append(Remark(path, 1, "error", "文件应是一个事项或一件事，不能是空的或列表"))
        return document
    for double in _mark(node, (), document.lines):
        document.remark(Finding("error", double, f"“{double[-1]}”在这里写了两次，请删去一个"))
    if not document.remarks:
        values: dict[str, object] = yaml.constructor.SafeConstructor().construct_document(node)
        _validate(document, values)
    return document


def _validate(document: Document, values: dict[str, object]) -> None:
    schema: type[Item] | type[Bundle] = Bundle if "steps" in values or "lead" in values else Item
    try:
        document.spec = schema.model_validate(values)
    except ValidationError as error:
        for problem in error.errors():
            place = tuple(problem["loc"])
            words = _SENTENCES.get(problem["type"], problem["msg"])
            document.remark(Finding("error", place, f"{'.'.join(map(str, place))}：{words}"))


def _mark(node: yaml.Node, place: Place, lines: dict[Place, int]) -> Iterator[Place]:
    """Record the line of each part in `lines`. Yield the places of keys that occur twice."""
    lines.setdefault(place, node.start_mark.line + 1)
    if isinstance(node, yaml.MappingNode):
        for key, value in node.value:
            inner = (*place, str(key.value))
            if inner in lines:
                lines[inner] = key.start_mark.line + 1
                yield inner
            lines[inner] = key.start_mark.line + 1
            yield from _mark(value, inner, lines)
    elif isinstance(node, yaml.SequenceNode):
        for index, value in enumerate(node.value):
            yield from _mark(value, (*place, index), lines)


def read_all(paths: Iterable[Path]) -> list[Document]:
    """Read and check files: each item by itself, and each bundle against the items.

    Items that are not among the files are taken from the shipped catalogue.
    """
    documents = [read(path) for path in paths]
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
            for finding in (*item_findings(document.spec), *references):
                document.remark(finding)
    known = _shipped_items() | items if any(isinstance(d.spec, Bundle) for d in documents) else {}
    known = {code: completed(item) for code, item in known.items()}
    for document in documents:
        if isinstance(document.spec, Bundle):
            _check_name(document, document.spec.key)
            for finding in bundle_findings(document.spec, known):
                document.remark(finding)
    return documents


def _check_name(document: Document, key: str) -> None:
    if document.path.stem != key:
        document.remark(Finding("error", ("code",), f"文件名应是“{key}.yaml”，现在是“{document.path.name}”"))


@cache
def _shipped_items() -> dict[str, Item]:
    specs = (read(path).spec for path in files([FOLDER / "items"]))
    return {spec.code: spec for spec in specs if isinstance(spec, Item)}


@cache
def facts() -> dict[str, Fact]:
    """Return the dictionary of facts (`facts.yaml`) by name."""
    rows = yaml.load((FOLDER / "facts.yaml").read_text(encoding="utf-8"), Loader=_Loader)  # noqa: S506 (a SafeLoader)
    return {name: Fact.model_validate(row) for name, row in rows.items()}
