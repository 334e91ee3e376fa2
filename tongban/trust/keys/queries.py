"""ASK: the inventory of keys and certificates, page by page."""

from dataclasses import dataclass
from datetime import date
from typing import Any
from uuid import UUID

from django.core.paginator import Page, Paginator

from tongban.foundation import clock
from tongban.foundation.errors import NotFound
from tongban.people.identity import queries as identity
from tongban.people.organisation import queries as organisation
from tongban.trust.crypto import queries as crypto
from tongban.trust.crypto.queries import Certificate, KeyFacts
from tongban.trust.crypto.services import certificates

PAGE_SIZE = 25
LEVELS = {"data": "数据密钥", "department": "部门密钥", "root": "标识根密钥", "master": "主密钥", "index": "索引密钥"}
STATES = {"": "全部状态", "active": "在用", "retired": "停用", "destroyed": "已销毁"}


@dataclass(frozen=True)
class Shown:
    """A key with the names that a reader knows."""

    key: KeyFacts
    owner: str
    made_by: str
    late: bool
    """Its rotation was due."""


def inventory(level: str, *, state: str = "", page: str | int = 1) -> tuple[list[Shown], "Page[Any]"]:
    """One page of the keys of a level."""
    rows = crypto.keys_by_level()[level]
    if state:
        rows = rows.filter(state=state)
    found = Paginator(rows, PAGE_SIZE).get_page(page)
    keys = crypto.facts_of_all(found.object_list)
    people = identity.display_names(_subject(key.made_by) for key in keys)
    owners = {department.uscc: department.short_name for department in organisation.departments()}
    today = clock.legal_day(clock.now())
    shown = [
        Shown(
            key,
            owner="平台" if key.owner == "platform" else owners.get(key.owner, key.owner),
            made_by=_who(key.made_by, people),
            late=key.due is not None and key.due <= today,
        )
        for key in keys
    ]
    return shown, found


def overdue(today: date) -> int:
    """How many keys in use should have been rotated by the day."""
    keys = (key for rows in crypto.keys_by_level().values() for key in rows.filter(state="active"))
    return sum(1 for key in keys if (due := crypto.facts_of(key).due) is not None and due <= today)


def certificate_page(*, kind: str = "", page: str | int = 1) -> "Page[Certificate]":
    """One page of the certificates."""
    rows = crypto.certificates()
    return Paginator(rows.filter(kind=kind) if kind else rows, PAGE_SIZE).get_page(page)


def certificate(certificate_id: UUID) -> Certificate:
    """A certificate of the platform."""
    found = crypto.certificates().select_related("issuer__issuer").filter(id=certificate_id).first()
    if found is None:
        raise NotFound("没有找到这张证书，请从证书清单里选择。")
    return found


def chain_pem(certificate_id: UUID) -> str:
    """The certificate with those above it, in PEM."""
    return certificates.chain_pem(certificate(certificate_id))


def _subject(name: str) -> UUID | None:
    return None if name.startswith("machine:") else UUID(name)


def _who(name: str, people: dict[UUID, str]) -> str:
    subject_id = _subject(name)
    if subject_id is not None:
        return people.get(subject_id, "—")
    rule = name.removeprefix("machine:")
    return f"命令行（{rule.removeprefix('shell.')}）" if rule.startswith("shell.") else "平台自动"
