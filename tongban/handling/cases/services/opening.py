"""An officer opens a case: masked, whole for a reason, or what was uploaded. The persons concerned learn of it."""

from dataclasses import dataclass
from datetime import timedelta
from uuid import UUID

from django.db import transaction

from tongban.foundation import clock
from tongban.foundation.announcements.services import announce
from tongban.foundation.ids import new_id
from tongban.handling.cases import events, queries
from tongban.handling.cases.models import Application, Case
from tongban.handling.cases.plan import concerned
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
class Particulars:
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
    entry_id = new_id()
    fields = ["申请人", *(fact.label for fact in file.facts), *(label for label, _ in file.answers)]
    _note(case, OPENED, fields, entry_id, actor)
    announce(event, actor=actor, at=now, entry_id=entry_id)
    return file


@transaction.atomic
def unmask_case(number: str, *, reason: str, actor: Actor) -> Particulars:
    """Everything personal of a case whole, shown once, for the reason that the officer gives."""
    file = queries.case_file(number, actor)
    rows = queries.particulars(file.case)
    case, purpose = file.case, Purpose(TO_HANDLE, reason, file.case.number)
    identities.authorise(UNMASK, case.id, actor=actor, purpose=purpose, **queries.unmask_thing(case))
    also = [label for label, _ in rows]
    others = [one for one in concerned(case.application) if one != case.application.applicant_id]
    plain, entry_id = identities.unmask(
        case.application.applicant_id, fields=tuple(FIELDS), also=also, others=others, purpose=purpose, actor=actor
    )
    own = [(f"申请人{FIELDS[name]}", value) for name, value in plain.items() if value]
    return Particulars(file, own + rows, entry_id)


@transaction.atomic
def note_taken_by_system(application_id: UUID, *, actor: Actor) -> None:
    """Another system takes what an applicant answered through the interface: noted once a day for each system."""
    application, now = Application.objects.get(id=application_id), clock.now()
    if datauses.noted_since(now - ONCE_WITHIN, kind=EXPORTED, actor=actor, occasion=application.id):
        return
    number = application.number or ""
    event = events.ApplicationTaken(subject=application.id, number=number)
    entry_id = new_id()
    recording.record_use(
        [application.applicant_id],
        kind=EXPORTED,
        fields=["申请里的答案"],
        entry_id=entry_id,
        actor=actor,
        at=now,
        source=application.title,
        case_number=number,
        purpose="通过接口办理",
        occasion=application.id,
    )
    announce(event, actor=actor, at=now, entry_id=entry_id)


def note_upload_opened(file: CaseFile, file_id: UUID, *, entry_id: UUID, actor: Actor) -> None:
    """The data use beside the event that an uploaded file was read."""
    named = [m.name for m in file.materials if m.evidence == str(file_id)]
    _note(file.case, UPLOAD_OPENED, named or ["上传的材料"], entry_id, actor)


def _note(case: Case, kind: str, fields: list[str], entry_id: UUID, actor: Actor) -> None:
    recording.record_use(
        concerned(case.application),
        kind=kind,
        fields=fields,
        entry_id=entry_id,
        actor=actor,
        case_number=case.number,
        purpose=f"办理{case.name}"[:60],
        occasion=case.id,
    )
