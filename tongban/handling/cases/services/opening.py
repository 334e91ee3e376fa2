"""Record each access to a case: to its masked file, its plain data, its uploads, or by another system.

Everybody whose data was seen can find the access among their data uses.
"""

from dataclasses import dataclass
from datetime import timedelta
from uuid import UUID

from django.db import transaction

from tongban.foundation import clock
from tongban.foundation.characters import visible
from tongban.handling.cases import events, queries
from tongban.handling.cases.models import Application, Case
from tongban.handling.cases.plan import persons_concerned
from tongban.handling.cases.policies import UNMASK
from tongban.handling.cases.queries import CaseFile
from tongban.people.datauses import queries as datauses
from tongban.people.datauses import services as recording
from tongban.people.datauses.kinds import EXPORTED, UseKind
from tongban.people.identity import services as identities
from tongban.people.identity.actors import Actor
from tongban.people.identity.policy import PurposeNeeded
from tongban.people.identity.purposes import TO_HANDLE, Purpose
from tongban.people.identity.unmasking import FIELDS

OPENED = UseKind("case-opened", "打开办件", order=20)
UPLOAD_OPENED = UseKind("upload-opened", "查看上传的材料", order=30)
ONCE_WITHIN = timedelta(days=1)


@dataclass(frozen=True)
class UnmaskedCase:
    """A case with its personal data in plain text, as an officer sees it once."""

    file: CaseFile
    rows: list[tuple[str, str]]
    """(label, plain value)"""
    entry_id: UUID
    """The ledger entry that records the unmasking."""


@transaction.atomic
def open_case_file(number: str, *, reason: str = "", actor: Actor) -> CaseFile:
    """Return the file of a case and record the access, once a day for each officer and case.

    The purpose of officers whose task the case is follows from it. Others state the reason (个人信息保护法 Art. 6, 34),
    which is stored with the entry. Raises as `queries.case_file`, and PurposeNeeded.
    """
    file = queries.case_file(number, actor)
    case = file.case
    if is_opened(case.id, actor):
        return file
    own = queries.is_own_task(file, actor, at=clock.now())
    stated = Purpose(TO_HANDLE, reason, case.number)
    if not own and not stated.is_stated:
        raise PurposeNeeded
    event = events.CaseFileOpened(subject=case.id, number=case.number, application=case.application_id)
    fields = ["申请人", *(fact.label for fact in file.facts), *(label for label, _ in file.answers)]
    _record(event, case, OPENED, fields, actor, purpose="办理本人待办" if own else "查阅办件", reason=visible(reason))
    return file


def is_opened(case_id: UUID, actor: Actor) -> bool:
    """Return whether the officer has opened the case within the last day."""
    return datauses.noted_since(clock.now() - ONCE_WITHIN, kind=OPENED.key, actor=actor, occasion=case_id)


@transaction.atomic
def unmask_case(number: str, *, reason: str, actor: Actor) -> UnmaskedCase:
    """Return the personal data of a case in plain text, for the reason that the officer gives, and record it.

    Raises NotFound, or what the policy `cases.unmask` asks for: PolicyRefused, PurposeNeeded or ProofNeeded.
    """
    file = queries.case_file(number, actor)
    rows = queries.unmasked_rows(file.case)
    case, purpose = file.case, Purpose(TO_HANDLE, reason, file.case.number)
    identities.authorise(UNMASK, case.id, actor=actor, purpose=purpose, **queries.unmask_target(case))
    also = [label for label, _ in rows]
    plain, entry_id = identities.unmask(
        case.application.applicant_id,
        fields=tuple(FIELDS),
        also=also,
        others=persons_concerned(case.application),
        purpose=purpose,
        actor=actor,
    )
    own = [(f"申请人{FIELDS[name]}", value) for name, value in plain.items() if value]
    return UnmaskedCase(file, own + rows, entry_id)


@transaction.atomic
def record_export(application_id: UUID, *, actor: Actor) -> None:
    """Record that another system read an applicant's answers, once a day for each actor and application."""
    application, now = Application.objects.get(id=application_id), clock.now()
    if datauses.noted_since(now - ONCE_WITHIN, kind=EXPORTED.key, actor=actor, occasion=application.id):
        return
    number = application.number or ""
    recording.record_used(
        events.ApplicationTaken(subject=application.id, number=number),
        [application.applicant_id],
        actor=actor,
        at=now,
        kind=EXPORTED.key,
        fields=["申请里的答案"],
        source=application.title,
        case_number=number,
        purpose="通过接口办理",
        occasion=application.id,
    )


def note_upload_opened(file: CaseFile, file_id: UUID, *, actor: Actor) -> None:
    """Record that an officer opened an uploaded file.

    Raises PurposeNeeded unless the case is the officer's task, or was opened for a stated reason.
    """
    case = file.case
    if not queries.is_own_task(file, actor, at=clock.now()) and not is_opened(case.id, actor):
        raise PurposeNeeded
    event = events.MaterialRead(subject=case.id, number=case.number, application=case.application_id, file_id=file_id)
    named = [m.name for m in file.materials if m.evidence == str(file_id)]
    _record(event, case, UPLOAD_OPENED, named or ["上传的材料"], actor, purpose="核对材料")


def _record(
    event: events.CaseEvent,
    case: Case,
    kind: UseKind,
    fields: list[str],
    actor: Actor,
    *,
    purpose: str,
    reason: str = "",
) -> None:
    recording.record_used(
        event,
        persons_concerned(case.application),
        actor=actor,
        reason=reason,
        kind=kind.key,
        fields=fields,
        case_number=case.number,
        purpose=f"{purpose}：{case.name}"[:60],
        occasion=case.id,
    )
