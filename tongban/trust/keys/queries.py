"""ASK: the inventory of keys and certificates, in pages."""

from datetime import date, datetime, timedelta
from uuid import UUID

from django.core.paginator import Page, Paginator

from tongban.foundation.errors import NotFound
from tongban.trust.crypto import queries as crypto
from tongban.trust.crypto.queries import Certificate, Key, KeyFacts
from tongban.trust.crypto.services import certificates

PAGE_SIZE = 25
LEVELS = {"data": "数据密钥", "department": "部门密钥", "root": "标识根密钥", "master": "主密钥", "index": "索引密钥"}
STATES = {"": "全部状态", "active": "在用", "retired": "停用", "destroyed": "已销毁"}


def inventory(level: str, *, state: str = "", page: str | int = 1) -> tuple[list[KeyFacts], "Page[Key]"]:
    """Return one page of the keys of a level, and the page object."""
    rows = crypto.keys_by_level()[level]
    if state:
        rows = rows.filter(state=state)
    found = Paginator(rows, PAGE_SIZE).get_page(page)
    return crypto.facts_of_all(found.object_list), found


def overdue(today: date) -> int:
    """Return how many active keys should have been rotated by this day."""
    keys = (key for rows in crypto.keys_by_level().values() for key in rows.filter(state="active"))
    return sum(1 for key in keys if (due := crypto.facts_of(key).due) is not None and due <= today)


def certificate_page(*, kind: str = "", page: str | int = 1) -> "Page[Certificate]":
    """Return one page of the certificates, optionally of one kind."""
    rows = crypto.certificates()
    return Paginator(rows.filter(kind=kind) if kind else rows, PAGE_SIZE).get_page(page)


def ending_certificates(now: datetime, *, within: timedelta) -> int:
    """Return how many certificates in use end within this time, or have ended."""
    return crypto.certificates().filter(revoked_at=None, not_after__lte=now + within).count()


def certificate(certificate_id: UUID) -> Certificate:
    """Return a certificate with its issuers. Raises NotFound."""
    found = crypto.certificates().select_related("issuer__issuer").filter(id=certificate_id).first()
    if found is None:
        raise NotFound("没有找到这张证书，请从证书清单里选择。")
    return found


def chain_pem(certificate_id: UUID) -> str:
    """Return a certificate and its issuers up to the root, in PEM. Raises NotFound."""
    return certificates.chain_pem(certificate(certificate_id))
