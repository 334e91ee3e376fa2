"""The form of an application: the fields of all its items, and their validation.

Every error is a sentence that says what to correct.
"""

import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from tongban.foundation import codes, typed
from tongban.foundation.characters import visible
from tongban.foundation.names import person_name, problem_with_given_name, problem_with_name
from tongban.foundation.texts import is_storable
from tongban.handling.cases.rules.child_name import doubled_surname
from tongban.handling.cases.rules.graph import Answers, holds
from tongban.handling.catalog.schema import Bundle, FormField, Item

_FACT = re.compile(r"\{([^{}]+)\}")


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
    """Return a value as it is stored: identifiers in one spelling, free text as it was typed without what is invisible.

    Full-width punctuation, fractions and superscripts of free text stay what they are.
    """
    return _SPELLINGS.get(field.kind, visible)(raw)


def _one_line(raw: str) -> str:
    """Return an address, which is typed into a field of several lines, as the one line that documents show."""
    return " ".join(line.strip() for line in visible(raw).splitlines() if line.strip())


_SPELLINGS: Mapping[str, Callable[[str], str]] = {
    "address": _one_line,
    "phone": typed.phone,
    "bank_account": typed.account,
    "number": typed.whole_number,
    "resident_number": typed.resident_number,
    "credit_code": typed.code,
    "plate": typed.plate,
    "vin": typed.code,
    "code": typed.document_code,
    "amount": typed.amount,
    "month": typed.month,
    "date": typed.day,
    "given_name": person_name,
    "name": person_name,
}


def problem_with(
    field: FormField,
    value: str,
    answers: Answers | None = None,
    today: date | None = None,
    *,
    plate: str = "京A12345",
    facts: Mapping[str, str] | None = None,
) -> str | None:
    """Return a sentence that says what is wrong with a cleaned value and how to correct it, or None.

    `answers` and `today` are needed for the bounds of dates. Without them, bounds that refer to them are not checked.
    `plate` is the number plate that the sentence shows as an example. With `facts`, a choice must be open, and a given
    name must not begin with the surname that was chosen for it.
    """
    if not value:
        verb = "请选择" if field.kind == "choice" else "请填写"
        return f"{verb}“{field.label}”" if field.required else None
    if not is_storable(value):
        return f"“{field.label}”里有无法保存的字符，请重新输入"
    if len(value) > field.max_length:
        return f"“{field.label}”最多 {field.max_length} 个字，请删去 {len(value) - field.max_length} 个字"
    if field.kind == "plate":
        return _plate(field, value, plate)
    if field.kind == "resident_number":
        return _resident_number(field, value, today)
    if field.kind == "choice" and facts is not None and value not in dict(open_choices(field, facts)):
        return f"请从列出的选项里选择“{field.label}”"
    if field.kind == "given_name" and (doubled := doubled_surname(value, answers or {}, facts or {})):
        return doubled
    check = _CHECKS.get(field.kind)
    return (check(field, value) if check else None) or _out_of_bounds(field, value, answers or {}, today)


def open_choices(field: FormField, facts: Mapping[str, str]) -> list[tuple[str, str]]:
    """Return (value, label) of the choices for which the named facts are known, or of all if that leaves none.

    A child cannot get the surname of a parent whom the hospital did not record, or whose name has no surname.
    """
    known = [(value, label) for value, label in field.choices if all(facts.get(fact) for fact in _FACT.findall(label))]
    return known or list(field.choices)


def _out_of_bounds(field: FormField, value: str, answers: Answers, today: date | None) -> str | None:
    if field.least and Decimal(value) < Decimal(field.least):
        return f"“{field.label}”不能小于 {field.least}，请检查"
    if field.most and Decimal(value) > Decimal(field.most):
        return f"“{field.label}”不能大于 {field.most}，请检查"
    for bound, early in ((field.not_before, True), (field.not_after, False)):
        limit = (today.isoformat() if today else "") if bound == "today" else answers.get(bound, "")
        if limit and ((value < limit) if early else (value > limit)) and codes.day_of(limit):
            word = "今天" if bound == "today" else limit
            return f"“{field.label}”不能{'早' if early else '晚'}于{word}，请检查日期"
    return None


def _phone(field: FormField, value: str) -> str | None:
    return None if codes.is_phone(value) else f"“{field.label}”应是 11 位手机号，请检查有没有多输或少输"


def _choice(field: FormField, value: str) -> str | None:
    return None if value in dict(field.choices) else f"请从列出的选项里选择“{field.label}”"


def _account(field: FormField, value: str) -> str | None:
    fewest, most = codes.ACCOUNT_DIGITS
    return None if codes.is_account(value) else f"“{field.label}”应是 {fewest} 至 {most} 位数字，请对照银行卡或存折检查"


def _given_name(field: FormField, value: str) -> str | None:
    problem = problem_with_given_name(value)
    return f"“{field.label}”{problem}" if problem else None


def _name(field: FormField, value: str) -> str | None:
    problem = problem_with_name(value)
    return f"“{field.label}”{problem}" if problem else None


def _address(field: FormField, value: str) -> str | None:
    return None if len(value) >= 5 else f"“{field.label}”请写到门牌号，例如“人民路 8 号 2 栋 301 室”"


def _date(field: FormField, value: str) -> str | None:
    return None if codes.day_of(value) else f"“{field.label}”请按“2026-11-24”的样子填写真实的日期"


def _amount(field: FormField, value: str) -> str | None:
    return None if codes.is_amount(value) else f"“{field.label}”请填数字金额，最多两位小数"


def _month(field: FormField, value: str) -> str | None:
    return None if codes.is_month(value) else f"“{field.label}”请按“2026-11”的样子填写年和月"


def _resident_number(field: FormField, value: str, today: date | None) -> str | None:
    if len(value) == 15 and codes.is_whole_number(value):
        return f"“{field.label}”是 15 位的旧号码，请填写现在的 18 位号码"
    return None if codes.is_resident_number(value, today) else f"“{field.label}”不对，请对照证件检查 18 位号码"


def _credit_code(field: FormField, value: str) -> str | None:
    return None if codes.is_credit_code(value) else f"“{field.label}”不对，请对照营业执照检查 18 位代码"


def _plate(field: FormField, value: str, example: str) -> str | None:
    return None if codes.is_plate(value) else f"“{field.label}”请按“{example}”的样子填写，新能源车多一位"


def _vin(field: FormField, value: str) -> str | None:
    return None if codes.is_vin(value) else f"“{field.label}”是 17 位字母和数字（没有 I、O、Q），请对照行驶证检查"


def _code(field: FormField, value: str) -> str | None:
    return None if codes.is_document_code(value) else f"“{field.label}”是 4 至 40 位的字母、数字，请对照原件检查"


def _number(field: FormField, value: str) -> str | None:
    return None if codes.is_whole_number(value) else f"“{field.label}”只能填数字"


_CHECKS = {
    "phone": _phone,
    "choice": _choice,
    "bank_account": _account,
    "given_name": _given_name,
    "name": _name,
    "address": _address,
    "date": _date,
    "amount": _amount,
    "number": _number,
    "month": _month,
    "credit_code": _credit_code,
    "vin": _vin,
    "code": _code,
}
