"""The kinds of systems, the life of a registration, and who registers and reviews."""

from collections.abc import Mapping
from enum import StrEnum

from tongban.people.organisation.rules import PostKind

SYSTEM_ADMIN, SECURITY_ADMIN = PostKind.SYSTEM_ADMIN, PostKind.SECURITY_ADMIN
"""The posts that review registrations. Nobody holds both."""

OWNERS = (PostKind.HANDLER, PostKind.HEAD)
"""The posts that register systems of their department."""


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


def may_move(state: str, to: str) -> bool:
    return to in MOVES[SystemState(state)]
