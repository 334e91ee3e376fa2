"""Record the use of licences: each retrieval, verification or download is announced and recorded as a data use."""

from collections.abc import Collection
from datetime import datetime, timedelta
from uuid import UUID

from django.db import transaction

from tongban.exchange.licences import events, queries
from tongban.exchange.licences.comparisons import comparing
from tongban.exchange.licences.models import Licence
from tongban.foundation import clock
from tongban.people.datauses import queries as datauses
from tongban.people.datauses import services as recording
from tongban.people.datauses.kinds import EXPORTED, UseKind
from tongban.people.identity.actors import Actor, machine

USED = UseKind("licence-used", "调用电子证照", order=40)
VERIFIED = UseKind("licence-verified", "核验电子证照", order=50)
RENDERED = UseKind("licence-rendered", "取用证照文件", order=60)
PUBLIC = machine(datauses.PUBLIC)
ONCE_WITHIN = timedelta(minutes=10)
CHECKED = ("持证人姓名（脱敏）", "编号（脱敏）", "状态", "有效期")


@transaction.atomic(savepoint=False)
def call_up(
    holder_id: UUID,
    type_keys: Collection[str],
    *,
    actor: Actor,
    at: datetime,
    occasion: UUID,
    case_number: str = "",
    department_id: UUID | None = None,
) -> dict[str, queries.LicenceFacts]:
    """Return type -> the holder's valid licence, for an application (用证). Types without one are left out.

    Each use is recorded, for the same draft at most once in ten minutes. `occasion` is the application's id.
    """
    found = queries.valid_licences(holder_id, type_keys, at=at)
    noted = set()
    if found and not actor.machine:
        noted = datauses.sources_since(at - ONCE_WITHIN, kind=USED.key, actor=actor, occasion=occasion)
    purpose = "办理申请" if case_number else "申请前核对材料"
    for licence in found.values():
        source = f"{licence.issuer_name} · {licence.name}"
        if source in noted:
            continue
        noted.add(source)
        recording.record_used(
            events.LicenceUsed(subject=licence.id, case_number=case_number, purpose=purpose),
            [licence.holder_id],
            actor=actor,
            at=at,
            kind=USED.key,
            fields=["证照状态", "有效期"],
            source=source,
            department_id=department_id if actor.machine else None,
            case_number=case_number,
            purpose=purpose,
            occasion=occasion,
        )
    return found


@transaction.atomic
def verify(code: str, *, actor: Actor | None, channel: str) -> queries.PublicVerification:
    """Verify a scanned code or typed identifier, and record it for the holder. Raises NotFound.

    `actor` is None for people who are not signed in. Verification by the holder or keeper is not recorded.
    """
    found, by, at = queries.verification(code), actor or PUBLIC, clock.now()
    licence = found.licence
    if by.acting_for in {licence.holder_id, licence.keeper_id} and not by.machine:
        return found
    if datauses.noted_since(at - ONCE_WITHIN, kind=VERIFIED.key, actor=by, occasion=licence.id):
        return found
    recording.record_used(
        events.LicenceVerified(subject=licence.id, channel=channel),
        [licence.holder_id],
        actor=by,
        at=at,
        kind=VERIFIED.key,
        fields=CHECKED,
        source=f"{licence.issuer_name} · {licence.name}",
        purpose="核验证照真伪",
        occasion=licence.id,
    )
    return found


def match_holder(code: str, *, name: str, ending: str, actor: Actor | None, caller: str) -> bool:
    """Return whether the document that somebody shows has the holder and the number of the record, and record it.

    The same answer to the same actor is recorded once in ten minutes. `caller` is what somebody who is not signed in
    is counted by. Raises NotFound or Conflict.
    """
    licence = queries.by_code(code)
    with comparing(licence.id, by=str(actor.account_id) if actor else caller) as comparison:
        agrees = queries.agrees_with_holder(licence, name=name, ending=ending)
        comparison.agrees = agrees
    _record_match(licence, agrees, by=actor or PUBLIC)
    return agrees


@transaction.atomic
def _record_match(licence: Licence, agrees: bool, *, by: Actor) -> None:
    source = f"{licence.issuer.name} · {licence.type.name} · {'一致' if agrees else '不一致'}"
    at = clock.now()
    if datauses.noted_since(at - ONCE_WITHIN, kind=VERIFIED.key, actor=by, occasion=licence.id, source=source):
        return
    recording.record_used(
        events.LicenceVerified(subject=licence.id, channel="holder"),
        [licence.holder_id],
        actor=by,
        at=at,
        kind=VERIFIED.key,
        fields=["持证人姓名（比对）", "编号（比对）"],
        source=source,
        purpose="核对持证人",
        occasion=licence.id,
    )


@transaction.atomic
def note_file_taken(licence: Licence, *, actor: Actor, at: datetime, by_interface: bool = False) -> None:
    """Record that somebody other than the holder or keeper obtained the file, or another system on their behalf."""
    own = not actor.machine and actor.acting_for in {licence.holder_id, licence.keeper_id}
    if own and not by_interface:
        return
    kind = (EXPORTED if by_interface else RENDERED).key
    if datauses.noted_since(at - ONCE_WITHIN, kind=kind, actor=actor, occasion=licence.id):
        return
    recording.record_used(
        events.LicenceFileTaken(subject=licence.id),
        [licence.holder_id],
        actor=actor,
        at=at,
        kind=kind,
        fields=["证照全部内容"],
        source=f"{licence.issuer.name} · {licence.type.name}",
        department_id=licence.issuer_id if actor.machine else None,
        case_number=licence.case_number,
        purpose="通过接口取用本人的证照" if by_interface else "取用证照文件",
        occasion=licence.id,
    )
