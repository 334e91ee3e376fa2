"""The kinds of posts. Pure."""

from enum import StrEnum


class PostKind(StrEnum):
    """What the holder of a post does (岗位类别). Rights belong to kinds of posts."""

    WINDOW = "window"
    HANDLER = "handler"
    HEAD = "head"
    SUPERVISOR = "supervisor"
    SYSTEM_ADMIN = "system-admin"
    SECURITY_ADMIN = "security-admin"
    AUDIT_ADMIN = "audit-admin"


POST_LABELS = {
    PostKind.WINDOW: "窗口",
    PostKind.HANDLER: "经办",
    PostKind.HEAD: "负责人",
    PostKind.SUPERVISOR: "监督",
    PostKind.SYSTEM_ADMIN: "系统管理员",
    PostKind.SECURITY_ADMIN: "安全管理员",
    PostKind.AUDIT_ADMIN: "审计管理员",
}
ADMINISTRATORS = (PostKind.SYSTEM_ADMIN, PostKind.SECURITY_ADMIN, PostKind.AUDIT_ADMIN)
"""The three separated administrators (三权分立, GB/T 22239-2019 8.1.4). Nobody may be two of them."""
