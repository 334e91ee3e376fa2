"""Which real-name level (实名等级) an item needs, and whether it needs a second factor. Pure.

The law sets no levels; this is the platform's own rule. The item's own `auth_level` wins. Otherwise money, property,
seals and medical matters need L3 and a second factor. Administrative licences and confirmations, which change a
person's rights or status, need L2. Everything else needs L1, a verified name and number, since every application names
its applicant.
"""

from collections.abc import Iterable
from dataclasses import dataclass

from tongban.handling.catalog.schema import Item

GRANTING_MONEY, LICENSING, CONFIRMING = "05", "01", "07"
"""Task types (事项类型) of GB/T 39046-2020 A.1: 行政给付, 行政许可, 行政确认."""
MONEY = {"税收财务", "融资信贷"}
PROPERTY = {"住房保障", "抵押质押"}
MEDICAL = {"医疗卫生"}
FIELDS = {"BD": "涉及不动产", "ZF": "涉及住房", "GJ": "涉及住房公积金", "YB": "涉及医疗保障", "JR": "涉及资金"}
"""Fields (领域) whose items all concern property, money or medical matters -> the reason in words."""


@dataclass(frozen=True)
class Need:
    """The real-name level (0 to 3) that the applicant needs, whether a second factor is needed too, and why."""

    level: int
    factor: bool
    why: str = ""

    @property
    def words(self) -> str:
        """The requirement as the guide shows it, such as “L2 中级实名”."""
        names = {0: "手机注册", 1: "初级实名", 2: "中级实名", 3: "高级实名"}
        text = f"L{self.level} {names[self.level]}"
        if self.factor:
            text += "，开通二次验证的提交时再确认一次"
        return f"{text}（{self.why}）" if self.why else text


def need_of(item: Item) -> Need:
    """Return what one item needs."""
    why = _sensitive(item)
    if item.auth_level is not None:
        return Need(item.auth_level, factor=bool(why) and item.auth_level == 3, why=why if item.auth_level == 3 else "")
    if why:
        return Need(3, factor=True, why=why)
    return Need(2 if item.task_type in {LICENSING, CONFIRMING} else 1, factor=False)


def highest(items: Iterable[Item]) -> Need:
    """Return what several items need together: the highest level, and a second factor if any of them needs it."""
    needs = [need_of(item) for item in items]
    if not needs:
        return Need(1, factor=False)
    top = max(needs, key=lambda need: (need.level, need.factor))
    return Need(top.level, factor=any(need.factor for need in needs), why=top.why)


def _sensitive(item: Item) -> str:
    """Return why an item is sensitive, in words, or an empty string."""
    themes = set(item.themes)
    if item.task_type == GRANTING_MONEY or themes & MONEY or any(f.kind == "bank_account" for f in item.form):
        return "涉及资金"
    if item.field in FIELDS:
        return FIELDS[item.field]
    if themes & PROPERTY:
        return "涉及财产"
    if themes & MEDICAL:
        return "涉及医疗健康"
    return "涉及印章" if "印章" in item.name or "公章" in item.name else ""
