"""What a connected system may ask for, which addresses it may name, and how its registration moves. Pure functions."""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from ipaddress import ip_address
from typing import Any
from urllib.parse import urlsplit

from tongban.foundation.networks import Network, is_callable
from tongban.people.organisation.rules import PostKind

SYSTEM_ADMIN, SECURITY_ADMIN = PostKind.SYSTEM_ADMIN, PostKind.SECURITY_ADMIN
"""Kinds of posts that review registrations; nobody holds both."""
DATA_BUREAU = "001"
"""Short code of the department whose administrators review."""
OWNERS = (PostKind.HANDLER, PostKind.HEAD)
"""Kinds of posts that register systems of their department."""


@dataclass(frozen=True)
class ScopeDescription:
    """What a scope gives, in words for the person asked, and the claims that carry it."""

    words: str
    claims: tuple[str, ...] = ()
    sensitive: bool = False
    """Personal data in the open: the security administrator reviews it too."""
    for_machines: bool = False
    """Asked for by a system in its own name, never for a person."""


SCOPES: Mapping[str, ScopeDescription] = {
    "openid": ScopeDescription("认出每次来的是同一个人（不含姓名和号码）", ("sub",)),
    "profile": ScopeDescription("隐去中间字的姓名", ("name",)),
    "real-name": ScopeDescription("完整姓名或名称", ("name",), sensitive=True),
    "number": ScopeDescription("公民身份号码或统一社会信用代码", ("number",), sensitive=True),
    "phone": ScopeDescription("手机号码", ("phone_number",), sensitive=True),
    "posts": ScopeDescription("工作人员的部门和岗位", ("posts",)),
    "introspection": ScopeDescription("查验发给其他系统的令牌", for_machines=True),
}
"""Scopes of this room. Those of the programming interface come beside them (see `queries.scopes`)."""


class SystemKind(StrEnum):
    """What a connected system is (系统类型)."""

    WEB = "web"
    NATIVE = "native"
    SERVICE = "service"


class SystemState(StrEnum):
    """The life of a registration (接入状态)."""

    DRAFT = "draft"
    UNDER_REVIEW = "under-review"
    APPROVED = "approved"
    SUSPENDED = "suspended"
    RETIRED = "retired"


KINDS = {
    SystemKind.WEB: "网站（有服务器）",
    SystemKind.NATIVE: "手机或电脑软件",
    SystemKind.SERVICE: "后台服务（没有人登录）",
}
STATES = {
    SystemState.DRAFT: "草稿",
    SystemState.UNDER_REVIEW: "审核中",
    SystemState.APPROVED: "已批准",
    SystemState.SUSPENDED: "已暂停",
    SystemState.RETIRED: "已停用",
}
MOVES: Mapping[SystemState, tuple[SystemState, ...]] = {
    SystemState.DRAFT: (SystemState.UNDER_REVIEW, SystemState.RETIRED),
    SystemState.UNDER_REVIEW: (SystemState.DRAFT, SystemState.APPROVED),
    SystemState.APPROVED: (SystemState.SUSPENDED, SystemState.RETIRED),
    SystemState.SUSPENDED: (SystemState.APPROVED, SystemState.RETIRED),
    SystemState.RETIRED: (),
}
GRANTS = {
    SystemKind.WEB: ("authorization_code", "refresh_token"),
    SystemKind.NATIVE: ("authorization_code", "refresh_token"),
    SystemKind.SERVICE: ("client_credentials",),
}
LEVELS = ("L0", "L1", "L2", "L3")
"""`acr`: the real-name level, the lowest first; each includes those before it."""
PROMPTS = ("none", "login", "consent")
"""Values of `prompt` that this provider knows."""
METHODS: Mapping[str, tuple[str, ...]] = {
    "password": ("pwd",),
    "code": ("sms",),
    "totp": ("otp",),
    "recovery_codes": ("otp",),
    "webauthn": ("pop", "user"),
    "passkey": ("pop", "user", "mfa"),
}
"""Ways of proving who one is -> `amr` (RFC 8176). A passkey that signs in alone was unlocked by its holder, so it is
two factors. What the national platform or a network ID asked for is not known here, so nothing is said of it."""
_FACTORS = {"pwd": "knows", "sms": "has", "otp": "has", "pop": "has"}
LONGEST_ADDRESS = 300
LOOPBACK = ("localhost", "127.0.0.1", "[::1]")
LEAST_PORT = 1024
"""From here on a port is no other well-known service of a machine."""
INTERNAL_NAMES = {"localhost", "local", "localdomain", "internal", "intranet", "lan", "home", "corp", "arpa"}
"""Last labels that no public name has."""
LABEL = re.compile(r"[a-z0-9_](?:[a-z0-9_-]{0,61}[a-z0-9])?")
NUMERIC = re.compile(r"0x[0-9a-f]*|[0-9]+")
"""A last label that makes software take the host for an IPv4 address: decimal, octal, hexadecimal, shortened."""


def methods_of(ways: Iterable[str]) -> tuple[str, ...]:
    """`amr` of a session: what was used, each once; `mfa` where that is two kinds of factors."""
    used = tuple(dict.fromkeys(method for way in ways for method in METHODS.get(way, ())))
    both = len({_FACTORS[method] for method in used if method in _FACTORS}) > 1
    return used if "mfa" in used or not both else (*used, "mfa")


def authentication_claims(at: datetime, *, level: str, methods: Iterable[str]) -> dict[str, Any]:
    """The claims that say how somebody signed in; `amr` stands among them only where something is known of it."""
    said = {"auth_time": int(at.timestamp()), "acr": level}
    used = list(methods)
    return {**said, "amr": used} if used else said


def requested_level(acr_values: str) -> int | None:
    """The lowest level that a system would take: 0 where it asks for none, None where it names none that we know."""
    asked = acr_values.split()
    return min((LEVELS.index(value) for value in asked if value in LEVELS), default=None if asked else 0)


def requested_age(max_age: str | None) -> int | None:
    """`max_age` in seconds; ValueError where it is not a whole number."""
    if not max_age:
        return None
    if not (max_age.isascii() and max_age.isdecimal() and len(max_age) <= 10):
        raise ValueError(max_age)
    return int(max_age)


def may_move(state: str, to: str) -> bool:
    return to in MOVES[SystemState(state)]


def address_problem(address: str, *, loopback: bool, allowed: Iterable[Network] = ()) -> str:
    """Why an address of a system is not taken, as a sentence; "" when it is good.

    `loopback`: this is a development installation, where a system may run on the developer's machine without TLS.
    `allowed`: networks of the city's own, where its departments' systems may stand beside the open internet. A name is
    resolved when it is called (`outbound.call`); here only what the address says by itself is judged.
    Addresses are compared as they stand (RFC 9700, 2.1), so there is nothing to be normalised away.
    """
    if len(address) > LONGEST_ADDRESS or not address.isascii() or not address.isprintable() or " " in address:
        return f"网址只用英文字符，最多 {LONGEST_ADDRESS} 个：{address[:60]}"
    if "\\" in address or "*" in address or "#" in address:
        return f"网址里不能有 \\、* 和 #：{address}"
    try:
        parts = urlsplit(address)
        host = parts.hostname or ""
        port = parts.port
    except ValueError:
        return f"网址写得不对，请检查：{address}"
    local = loopback and parts.scheme == "http" and parts.netloc.rpartition(":")[0 if port else 2] in LOOPBACK
    if not host or (parts.scheme != "https" and not local):
        return f"请填以 https:// 开头的完整网址：{address}"
    if "@" in parts.netloc or parts.query:
        return f"网址里不能带账号密码和问号参数：{address}"
    if address != f"{parts.scheme}://{parts.netloc}{parts.path}" or parts.netloc != parts.netloc.lower():
        return f"网址写得不对，主机名请用小写：{address}"
    if not local and (problem := _host_problem(host, allowed)):
        return problem
    if port is not None and port != 443 and port < LEAST_PORT and not local:
        return f"端口请用 443，或 {LEAST_PORT} 以上的：{address}"
    if ".." in parts.path.split("/"):
        return f"网址里不能有“..”：{address}"
    return ""


def _host_problem(host: str, allowed: Iterable[Network]) -> str:
    """A host must be a full name, or an address that may be called, in its one usual notation."""
    try:
        address = ip_address(host)
    except ValueError:
        address = None
    if address is not None:
        if str(address) == host and is_callable(address, allowed=allowed):
            return ""
        return f"不能用内部、本机或保留的 IP 地址；确需接入政务内网，请联系平台管理员登记网段：{host}"
    labels = host.removesuffix(".").split(".")
    if len(labels) < 2 or labels[-1] in INTERNAL_NAMES or NUMERIC.fullmatch(labels[-1]):
        return f"请填完整的域名，不能用本机、内部名称或变形写法的 IP 地址：{host}"
    return "" if all(map(LABEL.fullmatch, labels)) else f"域名写得不对，请检查：{host}"


def sensitive(scopes: Iterable[str]) -> list[str]:
    """Those scopes that the security administrator reviews too."""
    return [scope for scope in scopes if scope in SCOPES and SCOPES[scope].sensitive]


def needs_consent(scopes: Iterable[str], *, statutory: bool, consented: Iterable[str], asked: bool) -> bool:
    """Whether the person is asked before a system gets what it wants.

    A department that does its statutory duty is not in need of consent, but has to notify (PIPL articles 13, 35), which
    the page of one's sign-ins does. `asked`: the system wants the page to be shown (`prompt=consent`).
    """
    if asked:
        return True
    return not statutory and not set(scopes) <= set(consented)
