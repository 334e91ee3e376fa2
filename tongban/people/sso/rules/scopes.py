"""What a system may request, and when the person is asked."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass


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
