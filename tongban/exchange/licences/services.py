"""DO: issue, render, suspend and verify electronic licences.

`issue` creates and signs the record. `render` makes the sealed PDF on first demand. `change_status` suspends, resumes
or ends a licence. `verify_record` checks that record and document are unchanged. `load_types` and `ensure_type`
register types.
"""

import secrets
from collections.abc import Iterator
from contextlib import suppress
from datetime import date, datetime
from uuid import UUID

from django.db import transaction
from django.db.models import Q, QuerySet

from tongban.exchange.licences import document, events, finding, hot, registry
from tongban.exchange.licences.models import Licence, LicenceType, RenderedDocument, new_salt, new_verify_code
from tongban.exchange.licences.rules import STATUS_LABELS, Status, can_change, make_identifier
from tongban.exchange.licences.seals import Verification as Verification
from tongban.exchange.licences.seals import record_bytes
from tongban.exchange.licences.seals import verify_record as verify_record
from tongban.exchange.licences.uses import call_up as call_up
from tongban.exchange.licences.uses import match_holder as match_holder
from tongban.exchange.licences.uses import note_file_taken
from tongban.exchange.licences.uses import verify as verify
from tongban.foundation import clock
from tongban.foundation.announcements.gathering import save_later
from tongban.foundation.announcements.services import announce
from tongban.foundation.errors import Conflict, Invalid, NotFound
from tongban.foundation.ids import new_id
from tongban.foundation.locks import hold
from tongban.foundation.writing import insert_together
from tongban.people.identity import queries as identity
from tongban.people.identity.actors import Actor, Channel, machine
from tongban.people.organisation import queries as organisation
from tongban.people.organisation.queries import Department
from tongban.trust.crypto import services as crypto
from tongban.trust.files import queries as stored_files
from tongban.trust.files import services as files
from tongban.trust.keys import services as keys

_SERIAL_CHARACTERS = "0123456789ABCDEFGHJKLMNPQRTUWXY"


@transaction.atomic
def load_types() -> int:
    """Register the types of the file, leaving existing ones unchanged. Return the number of registered types.

    A type whose definer does not exist yet is registered when it is first issued.
    """
    for key in registry.known_types():
        with suppress(NotFound):
            registry.load_type(key)
    return LicenceType.objects.count()


def ensure_type(key: str, name: str, kind: str, definer: str | UUID) -> LicenceType:
    """Return the type with a key. If it is new, register it for the definer (a department's name or id)."""
    return hot.type_with_key(key) or _new_type(key, name, kind, definer)


@transaction.atomic
def _new_type(key: str, name: str, kind: str, definer: str | UUID) -> LicenceType:
    by = organisation.department(definer)
    if key in registry.known_types():
        return registry.load_type(key, fallback=by.id)
    prefix = "Z" if kind == LicenceType.Kinds.LICENCE else "W"
    return LicenceType.objects.create(
        key=key,
        name=name,
        kind=kind,
        definer=by,
        code=by.uscc + registry.free_suffix(by.id, by.uscc),
        number_rule=prefix,
    )


@transaction.atomic
def issue(
    type_key: str,
    *,
    holder_id: UUID,
    keeper_id: UUID | None = None,
    issuer_id: UUID,
    surface: dict[str, str],
    case_number: str = "",
    item_code: str = "",
    number: str = "",
    valid_from: date | None = None,
    valid_until: date | None = None,
    actor: Actor,
    at: datetime,
) -> Licence:
    """Issue and sign a new version of a licence, and end the version before it.

    `surface` is label -> value of the face, in order. A case issues each type only once: a second call returns the
    first licence. Raises NotFound for an unknown type, department or subject, and Conflict if `number` belongs to
    another holder.
    """
    issuer = organisation.department(issuer_id)
    return issue_result(
        registry.load_type(type_key, fallback=issuer.id),
        holder_id=holder_id,
        keeper_id=keeper_id,
        issuer=issuer,
        surface=surface,
        case_number=case_number,
        item_code=item_code,
        number=number,
        valid_from=valid_from,
        valid_until=valid_until,
        actor=actor,
        at=at,
    )


def issue_result(
    kind: LicenceType,
    *,
    holder_id: UUID,
    keeper_id: UUID | None = None,
    issuer: Department,
    surface: dict[str, str],
    case_number: str = "",
    item_code: str = "",
    number: str = "",
    valid_from: date | None = None,
    valid_until: date | None = None,
    actor: Actor,
    at: datetime,
) -> Licence:
    """Issue as `issue` does, of a loaded type and issuer and in the transaction of the caller, which fails with it."""
    _queue_up(kind, case_number, str(holder_id) if kind.single else "")
    if case_number:
        issued = hot.issued_for(case_number, kind)
        if issued:
            return issued
    holder = identity.subject(holder_id)
    before = _version_before(kind, holder_id, number)
    shown = number or (before.number if before else _new_number(kind, holder.number, at))
    licence = Licence(
        id=new_id(),
        type=kind,
        issuer=issuer,
        holder_id=holder_id,
        keeper_id=keeper_id if keeper_id != holder_id else None,
        holder_name=holder.name,
        holder_number=holder.number or "",
        holder_number_index=_index(holder.number, finding.HOLDER),
        number=shown,
        number_index=_index(shown, finding.NUMBER),
        serial=before.serial if before else "".join(secrets.choice(_SERIAL_CHARACTERS) for _ in range(20)),
        version=before.version + 1 if before else 1,
        issued_at=at,
        valid_from=valid_from or clock.legal_day(at),
        valid_until=valid_until,
        surface={str(label): str(value) for label, value in surface.items()},
        case_number=case_number,
        item_code=item_code,
        automatic=bool(actor.machine and case_number),
        key_id=f"seal:{issuer.id}",
        salt=new_salt(),
        verify_code=new_verify_code(),
    )
    licence.identifier = make_identifier(
        type_code=kind.code, issuer_code=issuer.uscc, serial=licence.serial, version=licence.version
    )
    finding.set_indexes(licence)
    keys.certify_seal(licence.key_id, issuer.id)
    record = record_bytes(licence)
    licence.digest = crypto.digest(record)
    licence.signature = crypto.sign(licence.key_id, record)
    if before and before.status in {Status.VALID, Status.SUSPENDED}:
        # End the old version first: the database allows only one valid version of a number.
        before.status, before.status_changed_at = Status.LAPSED, at
        before.save(update_fields=["status", "status_changed_at"])
    _refuse_twin(licence)
    if not save_later(licence):
        insert_together([licence])
    if before:
        Licence.objects.filter(pk=before.pk).update(superseded_by_id=licence.pk)
        announce(events.LicenceSuperseded(subject=before.id, by=licence.id), actor=actor, at=at)
    announce(
        events.LicenceIssued(
            subject=licence.id,
            type_key=kind.key,
            holder_id=holder_id,
            issuer_id=issuer.id,
            number_version=licence.version,
            case_number=case_number,
            digest=licence.digest.hex(),
        ),
        actor=actor,
        at=at,
    )
    return licence


@transaction.atomic
def change_status(licence_id: UUID, *, to: str, reason: str, actor: Actor) -> Licence:
    """Suspend, resume or end a licence. The reason is recorded in the ledger.

    Raises NotFound, Invalid without a reason, Conflict if the state may not follow the present one.
    """
    at = clock.now()
    licence = _locked(licence_id)
    if not reason.strip():
        raise Invalid("请填写变更证照状态的理由。", field="reason")
    if not can_change(licence.status, to) or (to == Status.VALID and licence.superseded_by_id):
        raise Conflict(
            f"这份证照现在是“{STATUS_LABELS[Status(licence.status)]}”，不能改为“{STATUS_LABELS[Status(to)]}”。"
        )
    before, licence.status, licence.status_changed_at = licence.status, to, at
    licence.save(update_fields=["status", "status_changed_at"])
    announce(
        events.LicenceStatusChanged(subject=licence.id, before=before, after=to), actor=actor, at=at, reason=reason
    )
    return licence


def render(licence_id: UUID, *, actor: Actor | None = None) -> bytes:
    """Return the sealed PDF. It is rendered on first demand, and always the same bytes afterwards."""
    return files.read(rendered(licence_id, actor=actor).file_id)


def document_stream(licence_id: UUID, *, actor: Actor | None = None) -> tuple[int, Iterator[bytes]]:
    """Return the sealed PDF as (size in bytes, chunks)."""
    file_id = rendered(licence_id, actor=actor).file_id
    return stored_files.stored_file(file_id).size, files.open_stream(file_id)


@transaction.atomic
def rendered(licence_id: UUID, *, actor: Actor | None = None) -> RenderedDocument:
    """Return the stored document with its signature; the first call renders it.

    With an actor, obtaining somebody else's document is recorded as a data use. Raises NotFound.
    """
    if actor is not None:
        note_file_taken(_known(licence_id), actor=actor, at=clock.now(), by_interface=actor.channel == Channel.API)
    found = RenderedDocument.objects.filter(licence_id=licence_id).first()
    if found:
        return found
    licence = _locked(licence_id)
    found = RenderedDocument.objects.filter(licence=licence).first()
    if found:
        return found
    at, by = clock.now(), actor or machine("licences.render")
    content = document.render(licence)
    digest = crypto.digest(content).hex()
    stored = files.store(content, name=f"{licence.type.name}.pdf", actor=by)
    made = RenderedDocument.objects.create(
        licence=licence,
        file_id=stored.id,
        digest=digest,
        digest_index=finding.index_of_document(digest),
        key_id=licence.key_id,
        signature=crypto.sign(licence.key_id, content),
        rendered_at=at,
    )
    announce(events.LicenceRendered(subject=licence.id, digest=digest), actor=by, at=at)
    return made


def _locked(licence_id: UUID) -> Licence:
    return _first(Licence.objects.select_for_update(of=("self",)), licence_id)


def _known(licence_id: UUID) -> Licence:
    return _first(Licence.objects.all(), licence_id)


def _first(rows: "QuerySet[Licence]", licence_id: UUID) -> Licence:
    licence = rows.select_related("type", "issuer").filter(pk=licence_id).first()
    if licence is None:
        raise NotFound("没有找到这份证照，请从“证照卡包”里打开。")
    return licence


def _queue_up(kind: LicenceType, *names: str) -> None:
    """Let only one transaction at a time issue a type for the same case or holder."""
    for name in filter(None, names):
        hold(f"licence:{kind.key}:{name}", seed=7)


def _version_before(kind: LicenceType, holder_id: UUID, number: str) -> Licence | None:
    """Return the version that a new one replaces: the one without a successor. Times of issue do not order versions.

    Raises Conflict if the number belongs to another holder.
    """
    newest = Licence.objects.select_for_update(of=("self",)).filter(type=kind, superseded_by=None)
    if number:
        before = newest.filter(number_index__in=_indexes(number)).first()
        if before and before.holder_id != holder_id:
            raise Conflict("这个证照编号已经属于另一位持有人，请核对编号。")
        return before
    return newest.filter(holder_id=holder_id).first() if kind.single else None


def _new_number(kind: LicenceType, holder_number: str | None, at: datetime) -> str:
    if kind.number_rule == "holder" and holder_number:
        return holder_number
    prefix = "Z" if kind.number_rule == "holder" else kind.number_rule
    while True:  # random, since consecutive numbers would reveal how many are issued; collisions are rare
        number = f"{prefix}{clock.legal_day(at).year}{secrets.randbelow(10**8):08}"
        if not hot.is_number_taken(kind, _indexes(number)):
            return number


def _refuse_twin(licence: Licence) -> None:
    """Raise Conflict for a duplicate that the constraints miss.

    While an index key is being replaced, the same number has different indexes under the old and the new key.
    """
    indexes = _indexes(licence.number)
    if len(indexes) > 1:
        crypto.hold_value(f"{licence.type_id} {licence.number}", purpose=finding.NUMBER)
        same = Licence.objects.filter(type=licence.type, number_index__in=indexes)
        if same.filter(Q(version=licence.version) | Q(status=Status.VALID)).exists():
            raise Conflict("这个证照编号已经签发，请核对编号，或在原有证照上办理变更。")


def _indexes(number: str) -> list[str]:
    return crypto.blind_indexes(number, purpose=finding.NUMBER)


def _index(value: str | None, purpose: str) -> str:
    return crypto.blind_index(value, purpose=purpose) if value else ""
