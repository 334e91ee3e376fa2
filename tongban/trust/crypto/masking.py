"""Masks personal data for display (脱敏) with one function, `mask`. Pure.

A value that does not have the form of its kind is hidden completely, so that a value in the wrong field does not leak.
"""

import re
from collections.abc import Callable
from typing import Literal, get_args

from tongban.foundation import typed
from tongban.foundation.codes import is_phone
from tongban.foundation.names import COMPOUND_SURNAMES, DOT

Kind = Literal["name", "number", "phone", "address", "account", "email", "plate", "passport", "code"]
KINDS: tuple[Kind, ...] = get_args(Kind)
HIDDEN = "****"
MINOR = "***"

_FIXED = re.compile(r"(?:0[0-9]{2,3}-?)?[0-9]{7,8}")
_WORD = r"(?:(?![路号弄栋])[\u4e00-\u9fff]){1,8}?"
_AREA = re.compile(
    rf"(?:{_WORD}(?:特别行政区|自治区|省))?(?:{_WORD}(?:自治州|地区|盟|市))?(?:{_WORD}(?:(?<![小社])区|县|市|旗))?"
    rf"(?:{_WORD}(?:街道|镇|乡))?"
)


def mask(kind: Kind, value: str, *, minor: bool = False) -> str:
    """Return the value as it may be shown by default; for a minor, everything but a credit code is hidden.

    - `name`: 张*, 李*敏, 欧阳*, 欧阳*敏, 古**·**力
    - `number` of a person or certificate: the first three and the last four characters
    - `phone`: 138****5678; a landline without its last four digits
    - `address`: down to the street or town
    - `account`: the last four digits
    - `email`: a***@x.cn
    - `plate`: 沪A***12
    - `passport`: E****1234
    - `code`, a unified social credit code: shown in full, since it is public
    """
    if not value:
        return ""
    if minor and kind != "code":
        return MINOR
    return _RULES[kind](value.strip())


def kind_of(label: str) -> Kind | None:
    """Return how to mask the value of a field with this Chinese label; None when it is not personal data."""
    for words, kind in _LABELS:
        if any(word in label for word in words):
            return kind
    return None


def _name(value: str) -> str:
    """Return the first and last character of a name; of a compound surname that would be all, so it counts as one."""
    if DOT in value:
        return f"{value[0]}**{DOT}**{value[-1]}" if len(value) > 3 else f"{value[0]}**"
    shown = 2 if len(value) > 2 and value[:2] in COMPOUND_SURNAMES else 1
    hidden = len(value) - shown
    if hidden < 2:
        return value[:shown] + "*" if hidden else "*"
    return value[:shown] + "*" * (hidden - 1) + value[-1]


def _number(value: str) -> str:
    shown = 3, 4
    if len(value) < 12:
        shown = (2, 2) if len(value) >= 8 else (0, 0)
    hidden = len(value) - sum(shown)
    return value[: shown[0]] + "*" * hidden + value[len(value) - shown[1] :]


def _phone(value: str) -> str:
    digits = typed.phone(value)
    if is_phone(digits):
        return digits[:3] + "****" + digits[-4:]
    return value[:-4] + "****" if _FIXED.fullmatch(value) else HIDDEN


def _address(value: str) -> str:
    found = _AREA.match(value)
    return (found[0] if found else "") + HIDDEN


def _account(value: str) -> str:
    digits = re.sub(r"[\s-]", "", value)
    return "**** **** **** " + (digits[-4:] if len(digits) >= 12 else HIDDEN)


def _email(value: str) -> str:
    local, at, host = value.partition("@")
    if not at or not local or "." not in host or "@" in host:
        return HIDDEN
    return (local[0] if len(local) > 1 else "") + "***@" + host


def _plate(value: str) -> str:
    return value[:2] + "*" * (len(value) - 4) + value[-2:] if len(value) in {7, 8} else HIDDEN


def _passport(value: str) -> str:
    return value[0] + "****" + value[-4:] if re.fullmatch(r"[A-Za-z*][0-9A-Za-z*]{8}", value) else HIDDEN


_RULES: dict[Kind, Callable[[str], str]] = {
    "name": _name,
    "number": _number,
    "phone": _phone,
    "address": _address,
    "account": _account,
    "email": _email,
    "plate": _plate,
    "passport": _passport,
    "code": str,
}
_LABELS: tuple[tuple[tuple[str, ...], Kind | None], ...] = (
    (("关系", "信用代码", "机构代码"), None),
    (("姓名", "户名"), "name"),
    (("账号", "账户", "卡号"), "account"),
    (("电话", "手机"), "phone"),
    (("邮箱", "邮件"), "email"),
    (("护照",), "passport"),
    (("车牌", "号牌"), "plate"),
    (("住址", "地址"), "address"),
    (("证件号", "身份号", "号码", "户号", "字号", "车架号", "车辆识别"), "number"),
    (
        ("户主", "母亲", "父亲", "男方", "女方", "丈夫", "妻子", "配偶", "监护人", "代表人", "保人")
        + ("费人", "持有人", "联系人", "申请人", "经办人", "受益人"),
        "name",
    ),
)
