"""What a connected system may request, which addresses it may register, and the states of a registration. Pure."""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from ipaddress import ip_address
from urllib.parse import urlsplit

from tongban.foundation.networks import Network, may_be_called
from tongban.people.organisation.rules import PostKind

SYSTEM_ADMIN, SECURITY_ADMIN = PostKind.SYSTEM_ADMIN, PostKind.SECURITY_ADMIN
"""The posts that review registrations. Nobody holds both."""
OWNERS = (PostKind.HANDLER, PostKind.HEAD)
"""The posts that register systems of their department."""


@dataclass(frozen=True)
class ScopeDescription:
    """What a scope gives, in words for the person who consents, and the claims that carry it."""

    words: str
    claims: tuple[str, ...] = ()
    sensitive: bool = False
    """Whether it gives unmasked personal data, which the security administrator reviews too."""
    for_machines: bool = False
    """Whether a system requests it in its own name, never for a person."""


SCOPES: Mapping[str, ScopeDescription] = {
    "openid": ScopeDescription("认出每次来的是同一个人（不含姓名和号码）", ("sub",)),
    "profile": ScopeDescription("隐去中间字的姓名", ("name",)),
    "real-name": ScopeDescription("完整姓名或名称", ("name",), sensitive=True),
    "number": ScopeDescription("公民身份号码或统一社会信用代码", ("number",), sensitive=True),
    "phone": ScopeDescription("手机号码", ("phone_number",), sensitive=True),
    "posts": ScopeDescription("工作人员的部门和岗位", ("posts",)),
    "introspection": ScopeDescription("查验发给其他系统的令牌", for_machines=True),
}
"""The scopes of this room. `queries.scopes` adds those of the programming interface."""


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
"""Values of `acr`: the real-name levels, the lowest first. Each includes the lower ones."""
PROMPTS = ("none", "login", "consent")
"""The supported values of `prompt`."""
METHODS: Mapping[str, tuple[str, ...]] = {
    "password": ("pwd",),
    "code": ("sms",),
    "totp": ("otp",),
    "recovery_codes": ("otp",),
    "webauthn": ("pop", "user"),
    "passkey": ("pop", "user", "mfa"),
}
"""By kind of proof, the values of `amr` (RFC 8176). A passkey that signs in alone was unlocked by its holder, so it
counts as two factors. It is not known how the national platform and network IDs authenticate, so they add none."""
_FACTORS = {"pwd": "knows", "sms": "has", "otp": "has", "pop": "has"}
LONGEST_ADDRESS = 300
LOOPBACK = ("localhost", "127.0.0.1", "[::1]")
LEAST_PORT = 1024
"""The lowest port, besides 443, that is not another well-known service."""
INTERNAL_NAMES = {"localhost", "local", "localdomain", "internal", "intranet", "lan", "home", "corp", "arpa"}
"""Last labels that no public host name has."""
LABEL = re.compile(r"[a-z0-9_](?:[a-z0-9_-]{0,61}[a-z0-9])?")
NUMERIC = re.compile(r"0x[0-9a-f]*|[0-9]+")
"""A last label that makes software read the host as an IPv4 address: decimal, octal, hexadecimal or shortened."""


def methods_of(ways: Iterable[str]) -> tuple[str, ...]:
    """Return `amr` of a session: each method once, and `mfa` if they are two kinds of factors."""
    used = tuple(dict.fromkeys(method for way in ways for method in METHODS.get(way, ())))
    both = len({_FACTORS[method] for method in used if method in _FACTORS}) > 1
    return used if "mfa" in used or not both else (*used, "mfa")


def authentication_claims(at: datetime, *, level: str, methods: Iterable[str]) -> dict[str, object]:
    """Return the claims about how somebody signed in. `amr` is left out where no method is known."""
    claims: dict[str, object] = {"auth_time": int(at.timestamp()), "acr": level}
    used = list(methods)
    return {**claims, "amr": used} if used else claims


def requested_level(acr_values: str) -> int | None:
    """Return the lowest level that a system accepts: 0 if it requests none, None if it names only unknown ones."""
    asked = acr_values.split()
    return min((LEVELS.index(value) for value in asked if value in LEVELS), default=None if asked else 0)


def requested_age(max_age: str | None) -> int | None:
    """Return `max_age` in seconds, or None. Raises ValueError if it is not a whole number."""
    if not max_age:
        return None
    if not (max_age.isascii() and max_age.isdecimal() and len(max_age) <= 10):
        raise ValueError(max_age)
    return int(max_age)


def may_move(state: str, to: str) -> bool:
    return to in MOVES[SystemState(state)]


def address_problem(address: str, *, loopback: bool, allowed: Iterable[Network] = ()) -> str:
    """Return why an address of a system is refused, as a sentence, or "" if it is good.

    `loopback` means a development installation, where a system may run on the developer's machine without TLS.
    `allowed` holds the city's own networks, in which systems may be besides the open internet. Only the address itself
    is judged here; its name is resolved when it is called (`outbound.call`). Addresses are compared character by
    character (RFC 9700, 2.1), so they must be in normal form.
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
    """Return why a host is refused: it must be a full name, or an address that may be called, in the usual notation."""
    try:
        address = ip_address(host)
    except ValueError:
        address = None
    if address is not None:
        if str(address) == host and may_be_called(address, allowed=allowed):
            return ""
        return f"不能用内部、本机或保留的 IP 地址；确需接入政务内网，请联系平台管理员登记网段：{host}"
    labels = host.removesuffix(".").split(".")
    if len(labels) < 2 or labels[-1] in INTERNAL_NAMES or NUMERIC.fullmatch(labels[-1]):
        return f"请填完整的域名，不能用本机、内部名称或变形写法的 IP 地址：{host}"
    return "" if all(map(LABEL.fullmatch, labels)) else f"域名写得不对，请检查：{host}"


def sensitive(scopes: Iterable[str]) -> list[str]:
    """Return the scopes that the security administrator reviews too."""
    return [scope for scope in scopes if scope in SCOPES and SCOPES[scope].sensitive]


def needs_consent(scopes: Iterable[str], *, statutory: bool, consented: Iterable[str], asked: bool) -> bool:
    """Return whether the person is asked for consent before a system receives what it requests.

    A department that performs a statutory duty needs no consent but must notify (个人信息保护法 Art. 13, 35), which
    the page of their sign-ins does. `asked` means that the system requests the page (`prompt=consent`).
    """
    if asked:
        return True
    return not statutory and not set(scopes) <= set(consented)
