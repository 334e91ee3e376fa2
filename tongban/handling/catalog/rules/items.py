"""Check one item by itself (fields of GB/T 39046-2020), and against the base libraries. Pure."""

import re
from collections.abc import Collection, Iterator

from tongban.handling.catalog.conditions import objections
from tongban.handling.catalog.rules.findings import Finding, Grade, Place, twice
from tongban.handling.catalog.schema import FormField, Item, Material
from tongban.handling.catalog.vocabulary import (
    CORPORATE_THEMES,
    GROUPS,
    LIFE_EVENTS,
    PERSONAL_THEMES,
    Source,
    StepKind,
)

FULLY_ONLINE = "6"
"""网上办理深度 of the national exchange dictionary: handled fully online, including the result (全程网办)."""
LICENSING, ON_THE_SPOT, EXPRESS = "01", "1", "4"
MAIL = "mail"
"""The value of a choice by which the result is sent by mail."""
CATCH_ALL = re.compile(r"其他材料|其它材料|有关材料|相关材料|等$|等材料")
MACHINE_WAYS = {Source.LICENCE, Source.DATA, Source.FORM}
WINDOW_LABELS = {"phone": "咨询电话", "supervision_phone": "监督电话", "address": "地址", "hours": "办公时间"}
KIND_ORDER = {
    StepKind.ACCEPT: 1,
    StepKind.OPINION: 2,
    StepKind.DECIDE: 3,
    StepKind.MAKE: 4,
    StepKind.DELIVER: 5,
}


def item_findings(item: Item) -> Iterator[Finding]:
    """Check one item by itself."""
    yield from _times(item)
    yield from _channels(item)
    yield from _words(item)
    yield from _conditions(item)
    yield from _materials(item)
    yield from _plan(item)
    yield from _to_complete(item)


def _times(item: Item) -> Iterator[Finding]:
    if item.promised_days > item.legal_days:
        yield Finding(
            "error",
            ("promised_days",),
            f"承诺时限 {item.promised_days} 个工作日长于法定时限 {item.legal_days} 个工作日，请改短承诺时限",
        )
    if item.project_type == ON_THE_SPOT and item.promised_days > 1:
        yield Finding("error", ("promised_days",), "即办件的承诺时限最多 1 个工作日，请改时限或改为承诺件")
    if item.task_type == LICENSING and item.legal_days > 20 and not item.legal_basis:
        yield Finding(
            "warning",
            ("legal_days",),
            "行政许可超过 20 个工作日的，请写明另有规定的法律（行政许可法第四十二条）",
        )
    if item.instant and item.promised_days > 0:
        yield Finding("error", ("instant",), "秒批事项的承诺时限应为 0，请改时限或取消秒批")
    if item.instant and item.fallback_days is None:
        yield Finding("error", ("instant",), "秒批事项要写明转人工时的时限，请补上 fallback_days")


def _channels(item: Item) -> Iterator[Finding]:
    online = bool({"2", "3"} & set(item.handle_forms))
    if item.online_depth == FULLY_ONLINE and item.visits:
        yield Finding("error", ("visits",), "全程网办的事项到现场次数应为 0，请改次数或改网上办理深度")
    if item.visits and not item.visit_reason:
        yield Finding("error", ("visits",), "要到现场的事项必须写明现场办理的原因，请补上 visit_reason")
    if not item.visits and not online and EXPRESS not in item.handle_forms:
        yield Finding("error", ("handle_forms",), "不用到现场又不能网上办的事项，办理形式里要有快递申请")
    if item.fee and not (item.fee_basis and item.fees):
        yield Finding("error", ("fee",), "收费事项要写明收费依据、项目和标准，请补上 fee_basis 和 fees")
    if item.phone and item.phone == item.supervision_phone:
        yield Finding("error", ("supervision_phone",), "监督电话不能与咨询电话相同，请改正")
    if item.cross_region and not item.cross_region_mode:
        yield Finding("error", ("cross_region",), "跨省通办事项要写明通办模式，请补上 cross_region_mode")


def _words(item: Item) -> Iterator[Finding]:
    for place, name in [
        *((("materials", i, "name"), m.name) for i, m in enumerate(item.materials)),
        *((("results", i, "name"), r.name) for i, r in enumerate(item.results)),
    ]:
        if CATCH_ALL.search(name):
            yield Finding("error", place, f"“{name}”是兜底表述，请逐项写明")
    if not re.fullmatch(r"[0-9A-Z]{10,12}", item.catalog_code):
        yield Finding("error", ("catalog_code",), "基本编码应是 10 至 12 位数字或大写字母，请改正")
    known = {*(PERSONAL_THEMES if "person" in item.serves else ())} | {
        *(CORPORATE_THEMES if "organisation" in item.serves else ())
    }
    for index, theme in enumerate(item.themes):
        if theme not in known:
            yield Finding("error", ("themes", index), f"“{theme}”不在这类服务对象的主题清单里，请换一个主题")
    for index, group in enumerate(item.groups):
        if group not in GROUPS:
            yield Finding("error", ("groups", index), f"“{group}”不在特定人群清单里，请换一个")
    if item.life_event and item.life_event not in LIFE_EVENTS:
        yield Finding("error", ("life_event",), f"“{item.life_event}”不在生命周期清单里，请换一个阶段")


def _conditions(item: Item) -> Iterator[Finding]:
    if not item.conditions:
        yield Finding("error", ("code",), "受理条件还没有写，群众看不出自己能不能办，请写 2 至 5 条（conditions）")
        return
    for index, sentence in objections(item):
        yield Finding("warning", ("conditions",) if index is None else ("conditions", index), sentence)


def _materials(item: Item) -> Iterator[Finding]:
    fields = {field.key for field in item.form}
    yield from twice("materials", [m.key for m in item.materials], "材料")
    yield from twice("form", [f.key for f in item.form], "字段")
    for index, material in enumerate(item.materials):
        place: Place = ("materials", index)
        missing = {"licence": "licence_type", "data": "resource", "commitment": "commitment", "form": "fields"}.get(
            material.source
        )
        if missing and not getattr(material, missing):
            grade: Grade = "error" if item.authored or material.source in {"licence", "data"} else "to be completed"
            yield Finding(grade, place, f"材料“{material.name}”还没有写明 {missing}")
        for key in material.fields:
            if key not in fields:
                yield Finding("error", (*place, "fields"), f"材料“{material.name}”引用的字段“{key}”不在表单里")
    for index, field in enumerate(item.form):
        if field.kind == "choice" and not field.choices:
            yield Finding("error", ("form", index), f"字段“{field.label}”是选择题，请写上选项")
        yield from _bounds(index, field, item)
        yield from _mail(index, field, item)
    if item.pilot and not item.form and any(m.source == "form" for m in item.materials):
        yield Finding("error", ("form",), "试点事项要有自己的表单字段，请补上 form")
    for index, result in enumerate(item.results):
        if not result.licence_type:
            yield Finding("error", ("results", index), f"结果“{result.name}”要关联证照类型，请补上 licence_type")
    if item.instant and item.authored and not any(_machine_can_meet(m) for m in item.materials):
        yield Finding("error", ("instant",), "秒批事项没有一项材料能由系统核对，请补上证照、数据或表单材料")


def _bounds(index: int, field: FormField, item: Item) -> Iterator[Finding]:
    dates = {other.key for other in item.form if other.kind == "date"} | {"today"}
    for name in ("not_before", "not_after"):
        bound = getattr(field, name)
        if bound and (field.kind != "date" or bound not in dates or bound == field.key):
            yield Finding("error", ("form", index), f"字段“{field.label}”的 {name} 应是 today 或另一个日期字段")
    if (field.least or field.most) and field.kind not in {"amount", "number"}:
        yield Finding("error", ("form", index), f"字段“{field.label}”不是数字，不能写上下限")


def _mail(index: int, field: FormField, item: Item) -> Iterator[Finding]:
    """Report a choice of delivery by mail for which the form does not ask where to send the result."""
    if not any(value == MAIL for value, _ in field.choices):
        return
    asked = [other.when for other in item.form if other.kind == "address"]
    if not any(not when or MAIL in when.get(field.key, ()) for when in asked):
        yield Finding("error", ("form", index), f"“{field.label}”可以选邮寄，却没有问寄到哪里，请补上邮寄地址字段")


def window_findings(item: Item) -> Iterator[Finding]:
    """Check that people learn where to apply for an item, and whom to call."""
    if missing := [label for name, label in WINDOW_LABELS.items() if not getattr(item, name)]:
        what = f"没有“{item.department}”窗口的{'、'.join(missing)}"
        yield Finding("error", ("department",), f"{what}，请在本市的窗口文件（TONGBAN_CITY_WINDOWS）里补上")


def reference_findings(item: Item, *, effects: Collection[str], resources: Collection[str]) -> Iterator[Finding]:
    """Check that the effects and data resources that an item names exist in the base libraries."""
    for index, effect in enumerate(item.effects):
        if effect not in effects:
            yield Finding("error", ("effects", index), f"基础库里没有“{effect}”这项登记，请检查拼写")
    for index, material in enumerate(item.materials):
        if material.source == "data" and material.resource not in resources:
            grade: Grade = "error" if item.authored else "to be completed"
            yield Finding(grade, ("materials", index), f"材料“{material.name}”的数据“{material.resource}”还没有接入")


def _machine_can_meet(material: Material) -> bool:
    return material.source in MACHINE_WAYS


def _plan(item: Item) -> Iterator[Finding]:
    yield from twice("plan", [step.key for step in item.plan], "步骤")
    kinds = [step.kind for step in item.plan]
    if item.plan and kinds.count(StepKind.DECIDE) != 1:
        yield Finding("error", ("plan",), "办理计划里应当正好有一个决定步骤")
    stages: dict[int, int] = {}
    for index, step in enumerate(item.plan):
        order = KIND_ORDER[step.kind]
        if stages.setdefault(step.stage, order) != order:
            yield Finding("error", ("plan", index), f"步骤“{step.name}”与同一阶段的步骤种类不同，请分到不同阶段")
        if any(s < step.stage and o > order or s > step.stage and o < order for s, o in stages.items()):
            yield Finding("error", ("plan", index), f"步骤“{step.name}”的先后不对：应是受理、审查、决定、制证、送达")


def _to_complete(item: Item) -> Iterator[Finding]:
    if not item.legal_basis:
        yield Finding("to be completed", ("code",), "设定依据待补充：请由部门按法律原文填写，不得编写")
    if item.fee is None:
        yield Finding("to be completed", ("code",), "是否收费待部门确认")
    if not item.conditions_source:
        yield Finding("to be completed", ("conditions",), "受理条件的依据待补充：写明法律和条款（conditions_source）")
    if len(item.nicknames) < 3:
        yield Finding("to be completed", ("code",), "日常用语至少三个，群众才搜得到")
    if not item.authored:
        yield Finding("to be completed", ("code",), "表单还没有写全，在线申请用的是通用表单")
