"""An officer opens a case: masked, whole for a reason, or what was uploaded. The persons concerned learn of it."""

from dataclasses import dataclass
from datetime import timedelta
from uuid import UUID

from django.db import transaction

from tongban.foundation import clock
from tongban.handling.cases import events, queries
from tongban.handling.cases.models import Application, Case
from tongban.handling.cases.plan import persons_concerned
from tongban.handling.cases.policies import UNMASK
from tongban.handling.cases.queries import CaseFile
from tongban.people.datauses import queries as datauses
from tongban.people.datauses import services as recording
from tongban.people.identity import services as identities
from tongban.people.identity.actors import Actor
from tongban.people.identity.purposes import TO_HANDLE, Purpose
from tongban.people.identity.unmasking import FIELDS

OPENED, UPLOAD_OPENED, EXPORTED = "case-opened", "upload-opened", "exported"
ONCE_WITHIN = timedelta(days=1)


@dataclass(frozen=True)
class UnmaskedCase:
    """What an officer sees whole, once."""

    file: CaseFile
    rows: list[tuple[str, str]]
    """(label, plain value)"""
    entry_id: UUID
    """The entry of the ledger that records it."""


@transaction.atomic
def open_case_file(number: str, *, actor: Actor) -> CaseFile:
    """The file of a case, for officers of the departments that handle it; noted once for officer, case and day."""
    file, now = queries.case_file(number, actor), clock.now()
    case = file.case
    if datauses.noted_since(now - ONCE_WITHIN, kind=OPENED, actor=actor, occasion=case.id):
        return file
    event = events.CaseFileOpened(subject=case.id, number=case.number, application=case.application_id)
    fields = ["申请人", *(fact.label for fact in file.facts), *(label for label, _ in file.answers)]
    _record(event, case, OPENED, fields, actor)
    return file


@transaction.atomic
def unmask_case(number: str, *, reason: str, actor: Actor) -> UnmaskedCase:
    """Everything personal of a case whole, shown once, for the reason that the officer gives."""
    file = queries.case_file(number, actor)
    rows = queries.unmasked_rows(file.case)
    case, purpose = file.case, Purpose(TO_HANDLE, reason, file.case.number)
    identities.authorise(UNMASK, case.id, actor=actor, purpose=purpose, **queries.unmask_thing(case))
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
    """Another system takes what an applicant answered through the interface: noted once a day for each system."""
    application, now = Application.objects.get(id=application_id), clock.now()
    if datauses.noted_since(now - ONCE_WITHIN, kind=EXPORTED, actor=actor, occasion=application.id):
        return
    number = application.number or ""
    recording.record_used(
        events.ApplicationTaken(subject=application.id, number=number),
        [application.applicant_id],
        actor=actor,
        at=now,
        kind=EXPORTED,
        fields=["申请里的答案"],
        source=application.title,
        case_number=number,
        purpose="通过接口办理",
        occasion=application.id,
    )


def note_upload_opened(file: CaseFile, file_id: UUID, *, actor: Actor) -> None:
    """An uploaded file was read."""
    case = file.case
    event = events.MaterialRead(subject=case.id, number=case.number, application=case.application_id, file_id=file_id)
    named = [m.name for m in file.materials if m.evidence == str(file_id)]
    _record(event, case, UPLOAD_OPENED, named or ["上传的材料"], actor)


def _record(event: events.CaseEvent, case: Case, kind: str, fields: list[str], actor: Actor) -> None:
    recording.record_used(
        event,
        persons_concerned(case.application),
        actor=actor,
        kind=kind,
        fields=fields,
        case_number=case.number,
        purpose=f"办理{case.name}"[:60],
        occasion=case.id,
    )
