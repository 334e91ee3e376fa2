"""Parse YAML files and keep the line of every part, so that findings can name it."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import TypeVar

import yaml
from pydantic import BaseModel, ValidationError

from tongban.handling.catalog.rules import Finding, Grade, Place
from tongban.handling.catalog.schema import Bundle, Item

Model = TypeVar("Model", bound=BaseModel)
Loader: "type[yaml.CSafeLoader | yaml.SafeLoader]" = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
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


def parsed(path: Path) -> tuple[Document, dict[str, object] | None]:
    """Parse one file with a mapping. Return None for its values if it has problems, which become remarks."""
    document = Document(path)
    try:
        node = yaml.compose(path.read_text(encoding="utf-8"), Loader=Loader)
    except (OSError, UnicodeDecodeError) as error:
        document.remarks.append(Remark(path, 1, "error", f"文件读不出来：{_why_unreadable(error)}"))
        return document, None
    except yaml.YAMLError as error:
        mark = getattr(error, "problem_mark", None)
        words = getattr(error, "problem", None) or "请检查缩进和引号"
        document.remarks.append(Remark(path, mark.line + 1 if mark else 1, "error", f"YAML 写法有误：{words}"))
        return document, None
    if not isinstance(node, yaml.MappingNode):
        document.remarks.append(Remark(path, 1, "error", "文件应是一组“字段: 内容”，不能是空的或列表"))
        return document, None
    for double in _mark(node, (), document.lines):
        document.remark(Finding("error", double, f"“{double[-1]}”在这里写了两次，请删去一个"))
    if document.remarks:
        return document, None
    values: dict[str, object] = yaml.constructor.SafeConstructor().construct_document(node)
    return document, values


def _why_unreadable(error: OSError | UnicodeDecodeError) -> str:
    match error:
        case FileNotFoundError():
            return "没有这个文件，请检查路径"
        case PermissionError():
            return "没有读取它的权限，请检查文件权限"
        case IsADirectoryError():
            return "这是文件夹，请指定其中的文件"
        case UnicodeDecodeError():
            return "不是 UTF-8 编码，请转换编码后再试"
    return "请检查路径和所在的磁盘"


def validated(document: Document, schema: type[Model], values: dict[str, object]) -> Model | None:
    """Validate the values of a document. Return None if they have problems, which become remarks."""
    try:
        return schema.model_validate(values)
    except ValidationError as error:
        for problem in error.errors():
            place = tuple(problem["loc"])
            words = _SENTENCES.get(problem["type"], problem["msg"])
            document.remark(Finding("error", place, f"{'.'.join(map(str, place))}：{words}"))
    return None


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
