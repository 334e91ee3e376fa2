"""The form of an application: the union of its items' fields, each checked with a sentence that says how to mend it."""

import re
import unicodedata
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date

from tongban.handling.cases.rules.graph import Answers, holds
from tongban.handling.catalog.schema import Bundle, FormField, Item


@dataclass(frozen=True)
class Problem:
    """One thing to mend: where, and the sentence."""

    page: str
    field: str
    sentence: str


def union_of_fields(items: Iterable[Item], answers: Answers) -> dict[str, FormField]:
    """All fields of the chosen items that the answers call for, each key once: nothing is asked twice."""
    fields: dict[str, FormField] = {}
    for item in items:
        for field in item.form:
            if holds(field.when, answers):
                fields.setdefault(field.key, field)
    return fields


def pages_of(bundle: Bundle, fields: Mapping[str, FormField]) -> list[tuple[str, str, list[FormField]]]:
    """(key, title, fields) of each page; fields that no page names come on a last page of their own."""
    named = {key for page in bundle.pages for key in page.fields}
    pages = [(page.key, page.title, [fields[k] for k in page.fields if k in fields]) for page in bundle.pages]
    rest = [field for key, field in fields.items() if key not in named]
    if rest:
        pages.append(("more", "其他信息", rest))
    return [page for page in pages if page[2] or _facts(bundle, page[0])]


def _facts(bundle: Bundle, key: str) -> tuple[str, ...]:
    return next((page.facts for page in bundle.pages if page.key == key), ())


def clean(field: FormField, raw: str) -> str:
    """The value as stored: NFKC, trimmed; separators taken out of numbers."""
    value = unicodedata.normalize("NFKC", raw).strip()
    if field.kind in {"phone", "bank_account", "number"}:
        value = unicodedata.normalize("NFKC", re.sub(r"[\s\-]", "", value))  # what stood apart may combine now
    return value


def problem_with(field: FormField, value: str) -> str | None:
    """What is wrong with a cleaned value and how to mend it, or None."""
    if not value:
        verb = "请选择" if field.kind == "choice" else "请填写"
        return f"{verb}“{field.label}”" if field.required else None
    if "\x00" in value:
        return f"“{field.label}”里有无法保存的字符，请重新输入"
    if len(value) > field.max_length:
        return f"“{field.label}”最多 {field.max_length} 个字，请删去 {len(value) - field.max_length} 个字"
    check = _CHECKS.get(field.kind)
    return check(field, value) if check else None


def _phone(field: FormField, value: str) -> str | None:
    return None if re.fullmatch(r"1[3-9]\d{9}", value) else f"“{field.label}”应是 11 位手机号，请检查有没有多输或少输"


def _choice(field: FormField, value: str) -> str | None:
    return None if value in dict(field.choices) else f"请从列出的选项里选择“{field.label}”"


def _account(field: FormField, value: str) -> str | None:
    return None if re.fullmatch(r"\d{12,19}", value) else f"“{field.label}”应是 12 至 19 位数字，请对照银行卡检查"


def _given_name(field: FormField, value: str) -> str | None:
    bad = next((c for c in value if not _is_han(c) and c != "·"), None)
    if bad:
        return f"“{field.label}”只能用汉字，请把“{bad}”改成汉字"
    return None if len(value) <= 5 else f"“{field.label}”不含姓，最多 5 个汉字"


def _is_han(character: str) -> bool:
    return unicodedata.name(character, "").startswith(("CJK UNIFIED", "CJK COMPATIBILITY")) or character == "〇"


def _address(field: FormField, value: str) -> str | None:
    return None if len(value) >= 5 else f"“{field.label}”请写到门牌号，例如“清河街道柳荫路 8 号 2 栋 301 室”"


def _date(field: FormField, value: str) -> str | None:
    try:
        date.fromisoformat(value)
    except ValueError:
        return f"“{field.label}”请按“2026-11-24”的样子填写真实的日期"
    return None


def _amount(field: FormField, value: str) -> str | None:
    return None if re.fullmatch(r"\d{1,10}(\.\d{1,2})?", value) else f"“{field.label}”请填数字金额，最多两位小数"


def _number(field: FormField, value: str) -> str | None:
    return None if re.fullmatch(r"\d{1,15}", value) else f"“{field.label}”只能填数字"


_CHECKS = {
    "phone": _phone,
    "choice": _choice,
    "bank_account": _account,
    "given_name": _given_name,
    "address": _address,
    "date": _date,
    "amount": _amount,
    "number": _number,
}
