"""Prepare the guide of an item or bundle in the reader's words. Pure."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from tongban.handling.catalog.schema import Bundle, BundleStep, Condition, Item, Material
from tongban.handling.catalog.times import days_of, promise
from tongban.handling.catalog.vocabulary import SERVES

BADGES = {
    "licence": ("card", "免提交 · 电子证照", "ok"),
    "data": ("share", "免提交 · 数据共享", "ok"),
    "form": ("edit", "在线填写", ""),
    "commitment": ("doc", "在线承诺", ""),
    "upload": ("up", "需要上传", "line"),
}

Words = Mapping[str, tuple[str, Mapping[str, str]]]
"""Key of a question or field -> its text, and value -> label of its answers."""


@dataclass(frozen=True)
class MaterialRow:
    """One material in the guide: its badge, and a note that explains it."""

    name: str
    note: str
    icon: str
    badge: str
    kind: str
    source: str
    sometimes: bool = False
    """Whether only some applicants need the material."""


@dataclass(frozen=True)
class StepRow:
    """One step of a bundle in the guide."""

    key: str
    name: str
    short: str
    department: str
    note: str
    days: int
    after: tuple[str, ...]
    optional: bool
    code: str
    results: tuple[str, ...]

    @property
    def instant(self) -> bool:
        return self.days == 0

    def for_graph(self) -> dict[str, object]:
        """Return the step as the drawing of the graph expects it. Its boxes have room for the days only."""
        return {
            "key": self.key,
            "name": self.short or self.name,
            "department": self.department,
            "after": list(self.after),
            "note": f"{self.days} 个工作日" if self.days else "当场办结",
            "optional": self.optional,
            "instant": self.instant,
        }


def material_rows(materials: Iterable[Material], words: Words) -> list[MaterialRow]:
    """Return one row per name of a material, with the condition under which it is needed in words."""
    rows: dict[str, MaterialRow] = {}
    for material in materials:
        icon, badge, kind = BADGES[material.source]
        parts = (_condition(material.when, words), material.why, _plain(material))
        rows.setdefault(
            material.name,
            MaterialRow(
                name=material.name,
                note="；".join(part for part in parts if part),
                icon=icon,
                badge=badge,
                kind=kind,
                source=material.source,
                sometimes=bool(material.when),
            ),
        )
    return list(rows.values())


def _plain(material: Material) -> str:
    return "照片、扫描件或 PDF，每份不超过 10 MB" if material.source == "upload" else ""


def _condition(when: Condition, words: Words) -> str:
    parts = []
    for key, wanted in when.items():
        question, choices = words.get(key, ("", {}))
        if question:
            answers = "或".join(choices.get(value, value).partition("：{")[0] for value in wanted)
            parts.append(f"“{question}”选“{answers}”时需要")
    return "，".join(parts)


def answer_words(bundle: Bundle | None, items: Iterable[Item]) -> dict[str, tuple[str, dict[str, str]]]:
    """Return key of a question or field -> (its text, value -> label of its answers)."""
    words = {q.key: (q.text, dict(q.choices)) for q in bundle.questions} if bundle else {}
    for item in items:
        for field in item.form:
            words.setdefault(field.key, (field.label, dict(field.choices)))
    return words


def material_sum(rows: Iterable[MaterialRow]) -> str:
    """Summarise in one line how many materials the platform obtains, are filled in online, or have to be uploaded."""
    rows = list(rows)
    free = sum(row.source in {"licence", "data"} for row in rows)
    filled = sum(row.source in {"form", "commitment"} for row in rows)
    uploads = [row.sometimes for row in rows if row.source == "upload"]
    words = f"{free} 项由系统取得，{filled} 项在线填写，{uploads.count(False)} 项需要上传"
    return words + (f"；另有 {uploads.count(True)} 项只在少数情形下上传" if True in uploads else "")


def step_rows(bundle: Bundle, items: Mapping[str, Item], short_names: Mapping[str, str]) -> list[StepRow]:
    """Return the steps of a bundle with the promised days and results of their items.

    `short_names`: name of a department, present or former -> its short name.
    """
    return [_step_row(step, items.get(step.item), short_names) for step in bundle.steps]


def _step_row(step: BundleStep, item: Item | None, short_names: Mapping[str, str]) -> StepRow:
    department = step.department or (item.department if item else "")
    days = days_of(step, {item.code: item} if item else {})
    results = tuple(r.name for r in item.results) if item and not step.result else tuple(step.result.split(";"))
    return StepRow(
        key=step.key,
        name=step.name or (item.name if item else step.key),
        short=step.short,
        department=short_names.get(department, department),
        note=promise(days, instant=item is not None and item.instant),
        days=days,
        after=step.after,
        optional=step.optional,
        code=item.code if item else "",
        results=tuple(r for r in results if r),
    )


def serves_words(serves: Iterable[str]) -> str:
    """Return whom a service serves (服务对象) in words."""
    return "、".join(SERVES[kind] for kind in serves)
