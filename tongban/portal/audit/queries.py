"""ASK: ledger entries as the audit administrator reads them."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from tongban.foundation.announcements.actors import CONSOLE, is_machine_name, rule_of
from tongban.foundation.ids import id_from
from tongban.handling.cases import queries as cases
from tongban.people.datauses import queries as datauses
from tongban.people.identity import queries as identity
from tongban.people.organisation import queries as organisation
from tongban.trust.ledger import queries as ledger

MAX_PER_PERSON = 500
"""The most cases, and the most data uses, of one person that a search covers."""
NOBODY = UUID(int=0)
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
"""Types of events in which somebody read personal data."""


@dataclass(frozen=True)
class AuditLine:
    """An entry in words; names are masked."""

    id: UUID
    at: datetime
    type: str
    label: str
    who: str
    department: str
    principal: str
    subject: UUID
    case_number: str


def refused_since(since: datetime) -> int:
    """Return how many privileged acts policies have refused since then."""
    return ledger.count_of("identity.AuthorisationRefused", since=since)


def types_of(group: str) -> tuple[str, ...] | None:
    """Return the event types of a group, or None for all."""
    if group == "admin":
        return tuple(sorted(name for name, event in ledger.event_types().items() if event.administrative))
    if group == "unmask":
        return ("identity.Unmasked",)
    return READING if group == "access" else None


def type_choices() -> list[tuple[str, str]]:
    """Return (type, Chinese name) of every event type, for the form."""
    return sorted(((name, event.label) for name, event in ledger.event_types().items()), key=lambda pair: pair[1])


def actors_of(text: str, department: UUID | None) -> tuple[str, ...] | None:
    """Return the actors to search for, as the ledger records them, or None for all.

    `text` is an account name, an officer's full name or `machine:…`. A department limits the
    persons to those who ever held a post there.
    """
    wanted: set[str] | None = None
    if is_machine_name(text):
        return (text,)
    if text:
        holder = identity.find_subject_by_login_name(text)
        wanted = {str(subject_id) for subject_id in ([holder] if holder else identity.officers_by_name(text))}
    if department is not None:
        there = {str(subject_id) for subject_id in identity.ever_employed_at(department)}
        wanted = there if wanted is None else wanted & there
    return None if wanted is None else tuple(sorted(wanted))


def subjects_and_entries_about(
    subject_id: UUID, since: datetime, until: datetime
) -> tuple[tuple[UUID, ...], tuple[UUID, ...]]:
    """Return what concerns a person.

    The first tuple has the ids of the person and of their applications and cases. The second has the ids of the entries
    that record uses of their data in the period.
    """
    subjects = (subject_id, *cases.ids_of_applicant(subject_id, MAX_PER_PERSON))
    return subjects, tuple(datauses.entries_about(subject_id, since, until, MAX_PER_PERSON))


def lines(entries: Iterable[ledger.RecordedEntry]) -> list[AuditLine]:
    """Return the entries in words, in three queries however many there are."""
    rows = list(entries)
    people = {person for row in rows for person in (id_from(row.actor), row.principal) if person}
    names, posts = identity.display_names(people), identity.departments_of(people)
    departments = organisation.names_of(posts.values())
    return [
        AuditLine(
            id=row.id,
            at=row.at,
            type=row.type,
            label=ledger.label_of(row.type),
            who=_who(row.actor, names),
            department=departments.get(posts.get(id_from(row.actor) or NOBODY, NOBODY), ""),
            principal=names.get(row.principal, "") if row.principal and str(row.principal) != row.actor else "",
            subject=row.subject,
            case_number=row.payload.get("case_number") or _case_number(row.payload.get("number")),
        )
        for row in rows
    ]


def _case_number(number: object) -> str:
    """Return a case number, which is text. Other events call an integer `number`, such as that of a version."""
    return number if isinstance(number, str) else ""


def _who(actor: str, names: dict[UUID, str]) -> str:
    rule = rule_of(actor)
    if rule.startswith(CONSOLE):
        user, _, command = rule.removeprefix(CONSOLE).partition(":")
        return f"命令行 {user}（{command}）"
    if is_machine_name(actor):
        return f"系统（{rule}）"
    return names.get(id_from(actor) or NOBODY, actor)
