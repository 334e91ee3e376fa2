"""ASK: entries as the audit administrator reads them."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from tongban.foundation.announcements.actors import CONSOLE
from tongban.handling.cases import queries as cases
from tongban.people.datauses import queries as datauses
from tongban.people.identity import queries as identity
from tongban.people.organisation import queries as organisation
from tongban.trust.ledger import queries as ledger

MOST = 500
"""Of one person so many cases and uses of data are looked through."""
GROUPS = (("", "全部记录"), ("admin", "管理操作"), ("unmask", "查看完整信息"), ("access", "查阅个人数据"))
READING = (
    "cases.CaseFileOpened",
    "cases.MaterialRead",
    "libraries.DataLookedUp",
    "licences.LicenceFileTaken",
    "licences.LicenceUsed",
    "licences.LicenceVerified",
    "identity.Unmasked",
)


@dataclass(frozen=True)
class Line:
    """One entry in words; names are masked."""

    id: UUID
    at: datetime
    type: str
    label: str
    who: str
    department: str
    principal: str
    subject: UUID
    case_number: str


def types_of(group: str) -> tuple[str, ...] | None:
    """The types of events of a group; None for all."""
    if group == "admin":
        return tuple(sorted(name for name, event in ledger.event_types().items() if event.administrative))
    if group == "unmask":
        return ("identity.Unmasked",)
    return READING if group == "access" else None


def type_choices() -> list[tuple[str, str]]:
    """(type, Chinese name) of every type of event, for the form."""
    return sorted(((name, event.label) for name, event in ledger.event_types().items()), key=lambda pair: pair[1])


def actors_of(text: str, department: UUID | None) -> tuple[str, ...] | None:
    """Who is meant by an account name, an officer's full name or `machine:…`, at a department; None: not asked."""
    wanted: set[str] | None = None
    if text.startswith("machine:"):
        return (text,)
    if text:
        account = identity.account_by_name(text)
        wanted = {str(one) for one in ([account] if account else identity.officers_by_name(text))}
    if department is not None:
        there = {str(one) for one in identity.ever_employed_at(department)}
        wanted = there if wanted is None else wanted & there
    return None if wanted is None else tuple(sorted(wanted))


def about(subject_id: UUID, since: datetime, until: datetime) -> tuple[tuple[UUID, ...], tuple[UUID, ...]]:
    """What is about a person: the subjects (he, his applications and cases), and the entries of uses of his data."""
    subjects = (subject_id, *cases.ids_of_applicant(subject_id, MOST))
    return subjects, tuple(datauses.entries_about(subject_id, since, until, MOST))


def lines(entries: Iterable[Any]) -> list[Line]:
    """The entries in words, in three queries however many there are."""
    rows = list(entries)
    people = {one for row in rows for one in (_uuid(row.actor), row.principal) if one}
    names, posts = identity.display_names(people), identity.departments_of(people)
    departments = organisation.names_of(posts.values())
    return [
        Line(
            id=row.id,
            at=row.at,
            type=row.type,
            label=ledger.label_of(row.type),
            who=_who(row.actor, names),
            department=departments.get(posts.get(_uuid(row.actor)), ""),  # type: ignore[arg-type]
            principal=names.get(row.principal, "") if row.principal and str(row.principal) != row.actor else "",
            subject=row.subject,
            case_number=row.payload.get("case_number") or _case_number(row.payload.get("number")),
        )
        for row in rows
    ]


def _case_number(number: Any) -> str:
    """Cases have numbers of text; the numbers of versions are counted."""
    return number if isinstance(number, str) else ""


def _who(actor: str, names: dict[UUID, str]) -> str:
    if actor.startswith(f"machine:{CONSOLE}"):
        user, _, command = actor.removeprefix(f"machine:{CONSOLE}").partition(":")
        return f"命令行 {user}（{command}）"
    if actor.startswith("machine:"):
        return f"系统（{actor.removeprefix('machine:')}）"
    return names.get(_uuid(actor) or UUID(int=0), actor)


def _uuid(text: str) -> UUID | None:
    try:
        return UUID(text)
    except ValueError:
        return None
