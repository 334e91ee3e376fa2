"""The form of an application: the fields of all its items, and their validation.

Every error is a sentence that says what to correct.
"""

import re
import unicodedata
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from tongban.foundation.codes import is_credit_code, is_resident_number
from tongban.handling.cases.rules.graph import Answers, holds
from tongban.handling.catalog.schema import Bundle, FormField, Item


@dataclass(frozen=True)
class FieldError:
    """One thing that the applicant has to correct: the page, the field or material, and a sentence that says how."""

    page: str
    field: str
    sentence: str


def union_of_fields(items: Iterable[Item], answers: Answers) -> dict[str, FormField]:
    """Return the fields of the items that the answers call for, each key once, so that nothing is asked twice."""
    fields: dict[str, FormField] = {}
    for item in items:
        for field in item.form:
            if holds(field.when, answers):
                fields.setdefault(field.key, field)
    return fields


def pages_of(bundle: Bundle, fields: Mapping[str, FormField]) -> list[tuple[str, str, list[FormField]]]:
    """Return (key, title, fields) of each page. Fields that no page names form a last page `more`.

    Pages without fields and facts are left out.
    """
    named = {key for page in bundle.pages for key in page.fields}
    pages = [(page.key, page.title, [fields[k] for k in page.fields if k in fields]) for page in bundle.pages]
    rest = [field for key, field in fields.items() if key not in named]
    if rest:
        pages.append(("more", "其他信息", rest))
    return [page for page in pages if page[2] or _facts(bundle, page[0])]


def _facts(bundle: Bundle, key: str) -> tuple[str, ...]:
    return next((page.facts for page in bundle.pages if page.key == key), ())


def clean(field: FormField, raw: str) -> str:
    """Normalise a value for storage: NFKC, trimmed, numbers without separators, dates in ISO 8601."""
    value = unicodedata.normalize("NFKC", raw).strip()
    if field.kind in COMPACT:
        value = unicodedata.normalize("NFKC", re.sub(r"[\s\-·]", "", value))  # again: neighbours may compose now
    if field.kind in CAPITAL:
        value = value.upper()
    if field.kind == "date":
        value = _iso(value)
    return value


COMPACT = frozenset({"phone", "bank_account", "number", "resident_number", "credit_code", "plate", "vin"})
"""Kinds of field that people often type in groups; separators are removed from their values."""
CAPITAL = frozenset({"resident_number", "credit_code", "plate", "vin"})
_DAY = re.compile(r"(\d{4})(?:[-/.]|\s*年\s*)(\d{1,2})(?:[-/.]|\s*月\s*)(\d{1,2})\s*日?|(\d{4})(\d{2})(\d{2})")


def _iso(value: str) -> str:
    """Return a date in any of the usual notations as ISO 8601 (2026-11-24), and any other text unchanged."""
    found = _DAY.fullmatch(value)
    if found is None:
        return value
    year, month, day = [part for part in found.groups() if part]
    return f"{year}-{int(month):02}-{int(day):02}"


def problem_with(
    field: FormField,
    value: str,
    answers: Answers | None = None,
    today: date | None = None,
    *,
    plate: str = "京A12345",
) -> str | None:
    """Return a sentence that says what is wrong with a cleaned value and how to correct it, or None.

    `answers` and `today` are needed for the bounds of dates. Without them, bounds that refer to them are not checked.
    `plate` is the number plate that the sentence shows as an example.
    """
    if not value:
        verb = "请选择" if field.kind == "choice" else "请填写"
        return f"{verb}“{field.label}”" if field.required else None
    if "\x00" in value:
        return f"“{field.label}”里有无法保存的字符，请重新输入"
    if len(value) > field.max_length:
        return f"“{field.label}”最多 {field.max_length} 个字，请删去 {len(value) - field.max_length} 个字"
    if field.kind == "plate":
        return _plate(field, value, plate)
    check = _CHECKS.get(field.kind)
    return (check(field, value) if check else None) or _out_of_bounds(field, value, answers or {}, today)


def _out_of_bounds(field: FormField, value: str, answers: Answers, today: date | None) -> str | None:
    if field.least and Decimal(value) < Decimal(field.least):
        return f"“{field.label}”不能小于 {field.least}，请检查"
    if field.most and Decimal(value) > Decimal(field.most):
        return f"“{field.label}”不能大于 {field.most}，请检查"
    for bound, early in ((field.not_before, True), (field.not_after, False)):
        limit = (today.isoformat() if today else "") if bound == "today" else answers.get(bound, "")
        if limit and ((value < limit) if early else (value > limit)) and _date(field, limit) is None:
            word = "今天" if bound == "today" else limit
            return f"“{field.label}”不能{'早' if early else '晚'}于{word}，请检查日期"
    return None


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
    return None if len(value) >= 5 else f"“{field.label}”请写到门牌号，例如“人民路 8 号 2 栋 301 室”"


def _date(field: FormField, value: str) -> str | None:
    try:
        date.fromisoformat(value)
    except ValueError:
        return f"“{field.label}”请按“2026-11-24”的样子填写真实的日期"
    return None


def _amount(field: FormField, value: str) -> str | None:
    return None if re.fullmatch(r"\d{1,10}(\.\d{1,2})?", value) else f"“{field.label}”请填数字金额，最多两位小数"


def _month(field: FormField, value: str) -> str | None:
    if re.fullmatch(r"\d{4}-(0[1-9]|1[0-2])", value):
        return None
    return f"“{field.label}”请按“2026-11”的样子填写年和月"


def _resident_number(field: FormField, value: str) -> str | None:
    if len(value) == 15 and value.isdigit():
        return f"“{field.label}”是 15 位的旧号码，请填写现在的 18 位号码"
    return None if is_resident_number(value) else f"“{field.label}”不对，请对照证件检查 18 位号码"


def _credit_code(field: FormField, value: str) -> str | None:
    return None if is_credit_code(value) else f"“{field.label}”不对，请对照营业执照检查 18 位代码"


def _plate(field: FormField, value: str, example: str) -> str | None:
    good = re.fullmatch(rf"[{_PROVINCES}][A-HJ-NP-Z][A-HJ-NP-Z0-9]{{4,5}}[A-HJ-NP-Z0-9挂学警港澳]", value)
    return None if good else f"“{field.label}”请按“{example}”的样子填写，新能源车多一位"


def _vin(field: FormField, value: str) -> str | None:
    good = re.fullmatch(r"[A-HJ-NPR-Z0-9]{17}", value)
    return None if good else f"“{field.label}”是 17 位字母和数字（没有 I、O、Q），请对照行驶证检查"


def _code(field: FormField, value: str) -> str | None:
    good = re.fullmatch(r"[0-9A-Za-z\-（）()〔〕]{4,40}", value)
    return None if good else f"“{field.label}”是 4 至 40 位的字母、数字，请对照原件检查"


_PROVINCES = "京津沪渝冀豫云辽黑湘皖鲁新苏浙赣鄂桂甘晋蒙陕吉闽贵粤青藏川宁琼"


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
    "month": _month,
    "resident_number": _resident_number,
    "credit_code": _credit_code,
    "vin": _vin,
    "code": _code,
}
