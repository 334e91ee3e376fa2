"""Read a city's divisions, departments and posts from a YAML file. Every finding names file, line and place."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Annotated, Literal

import yaml
from pydantic import BaseModel, BeforeValidator, ConfigDict, StringConstraints, ValidationError

from tongban.foundation.codes import is_credit_code
from tongban.foundation.errors import Invalid
from tongban.foundation.office_names import office_name
from tongban.people.organisation.rules import PostKind

Place = tuple[str | int, ...]
"""The keys and positions (from 0) that lead to a part of the file."""


def _spelled(value: object) -> object:
    return office_name(value) if isinstance(value, str) else value


_SPELLED = BeforeValidator(_spelled)
"""A name in the spelling in which it is stored today. What was stored before is found by its `key_of`."""
Text = Annotated[str, _SPELLED, StringConstraints(min_length=1, max_length=40)]
_KINDS = "、".join(kind.value for kind in PostKind)
_SENTENCES = {
    "missing": "缺少这一项，请补上",
    "extra_forbidden": "没有这个字段，请检查拼写",
    "literal_error": "层级只有 city、district、street、community",
    "enum": f"岗位类别只有 {_KINDS}",
    "string_pattern_mismatch": "应是 3 位数字",
    "string_too_short": "不能是空的，请填写",
    "string_too_long": "太长了，请缩短",
    "string_type": "应是一段文字",
    "tuple_type": "应是一个列表，每项以“- ”开头",
    "model_type": "应是一组“字段: 内容”",
}


class Part(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class PlannedDivision(Part):
    code: str
    name: Text
    level: Literal["city", "district", "street", "community"]
    parent: str | None = None
    """The code of the division above it. Left out, it follows from the code."""

    @property
    def above(self) -> str | None:
        """The code of the division above it: 980102001 is below 980102, and 980102 below 980100."""
        if self.level == "city" or self.parent:
            return self.parent
        return {"district": f"{self.code[:4]}00", "street": self.code[:6], "community": self.code[:9]}[self.level]


class PlannedPost(Part):
    kind: PostKind
    name: Text


class PlannedDepartment(Part):
    name: Annotated[str, _SPELLED, StringConstraints(min_length=1, max_length=60)]
    short_name: Annotated[str, _SPELLED, StringConstraints(min_length=1, max_length=20)]
    short_code: Annotated[str, StringConstraints(pattern=r"^[0-9]{3}$")]
    uscc: str
    division: str
    also_known_as: tuple[Text, ...] = ()
    """Other names by which item files refer to it."""
    posts: tuple[PlannedPost, ...] = ()


class Plan(Part):
    """The file: divisions from the city downwards, then departments."""

    divisions: tuple[PlannedDivision, ...] = ()
    departments: tuple[PlannedDepartment, ...] = ()


@dataclass
class Source:
    """The file that is read: the line of each place, and the findings as `file:line: place：sentence`."""

    path: Path
    lines: dict[Place, int] = field(default_factory=dict)
    findings: list[str] = field(default_factory=list)

    def note(self, place: Place, sentence: str) -> None:
        """Add a finding, with the line of its place or of the closest part around it."""
        closest = place
        while closest and closest not in self.lines:
            closest = closest[:-1]
        where = f"{_shown(place)}：" if place else ""
        self.findings.append(f"{self.path}:{self.lines.get(closest, 1)}: {where}{sentence}")

    def refuse(self) -> None:
        """Raise Invalid with all findings, if there are any."""
        if self.findings:
            raise Invalid("\n".join(self.findings))


def read(path: Path) -> tuple[Plan, Source]:
    """Read and check a file. Raises Invalid with every finding, one a line."""
    source = Source(path)
    try:
        node = yaml.compose(path.read_text(encoding="utf-8"), Loader=yaml.BaseLoader)
    except (OSError, UnicodeDecodeError) as error:
        raise Invalid(f"{path}: 文件读不出来：{error}") from error
    except yaml.YAMLError as error:
        mark = getattr(error, "problem_mark", None)
        words = getattr(error, "problem", None) or "请检查缩进和引号"
        raise Invalid(f"{path}:{mark.line + 1 if mark else 1}: YAML 写法有误：{words}") from error
    if not isinstance(node, yaml.MappingNode):
        raise Invalid(f"{path}:1: 文件应有 divisions 和 departments 两组，不能是空的或列表")
    values = _value(node, (), source)
    source.refuse()
    try:
        plan = Plan.model_validate(values)
    except ValidationError as error:
        for problem in error.errors():
            source.note(tuple(problem["loc"]), _SENTENCES.get(problem["type"], problem["msg"]))
        source.refuse()
        raise
    for place, sentence in (*_repeated(plan), *_wrong_codes(plan)):
        source.note(place, sentence)
    source.refuse()
    return plan, source


def _value(node: yaml.Node, place: Place, source: Source) -> object:
    """Return the value of a node with every scalar as text (so 001 stays 001), and record its lines."""
    source.lines.setdefault(place, node.start_mark.line + 1)
    if isinstance(node, yaml.MappingNode):
        values: dict[str, object] = {}
        for key, inner in node.value:
            name = str(key.value)
            source.lines[*place, name] = key.start_mark.line + 1
            if name in values:
                source.note((*place, name), "在这里写了两次，请删去一个")
            values[name] = _value(inner, (*place, name), source)
        return values
    if isinstance(node, yaml.SequenceNode):
        return tuple(_value(inner, (*place, position), source) for position, inner in enumerate(node.value))
    return node.value


def _repeated(plan: Plan) -> Iterator[tuple[Place, str]]:
    """Yield what must occur once and occurs again."""
    unique: list[tuple[Place, str, list[str]]] = [
        (("divisions",), "code", [division.code for division in plan.divisions]),
        (("departments",), "name", [department.name for department in plan.departments]),
        (("departments",), "short_code", [department.short_code for department in plan.departments]),
        (("departments",), "uscc", [department.uscc for department in plan.departments]),
    ]
    for position, department in enumerate(plan.departments):
        unique.append((("departments", position, "posts"), "name", [post.name for post in department.posts]))
    for place, key, values in unique:
        first: dict[str, int] = {}
        for position, value in enumerate(values):
            if first.setdefault(value, position) != position:
                yield (*place, position, key), f"“{value}”和第 {first[value] + 1} 项重复，请改正其中一个"


def _wrong_codes(plan: Plan) -> Iterator[tuple[Place, str]]:
    for position, department in enumerate(plan.departments):
        if not is_credit_code(department.uscc):
            sentence = f"“{department.uscc}”不是正确的统一社会信用代码（18 位，末位是校验位），请对照登记证书检查"
            yield ("departments", position, "uscc"), sentence


def _shown(place: Place) -> str:
    """Return a place as people count: departments 第 2 项 uscc."""
    return " ".join(f"第 {part + 1} 项" if isinstance(part, int) else part for part in place)
