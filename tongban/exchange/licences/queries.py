"""ASK: who holds which licences, what a case produced, and what a scanned code proves."""

from collections.abc import Collection, Iterable
from dataclasses import dataclass, replace
from datetime import date, datetime
from uuid import UUID

from django.core.paginator import Page, Paginator
from django.db.models import Q, QuerySet

from tongban.exchange.licences import finding, hot, verdicts
from tongban.exchange.licences.models import Licence
from tongban.exchange.licences.rules import STATUS_LABELS, Status, status_at
from tongban.exchange.licences.seals import Verification, is_untouched, verify_record
from tongban.foundation import clock, typed
from tongban.foundation.codes import is_credit_code
from tongban.foundation.errors import NotAllowed, NotFound
from tongban.foundation.names import same_name
from tongban.people.identity import queries as identity
from tongban.people.identity.actors import Actor
from tongban.people.identity.rules import is_minor, may_see_papers
from tongban.trust.crypto import services as crypto
from tongban.trust.crypto.masking import kind_of, mask

PAGE_SIZE = 12
RESIDENT_NUMBER = 18
UNKNOWN_CODE = "没有找到这个核验码对应的证照，请核对后重新扫码或输入。"
MINOR = "未成年人（姓名不公开）"
NOT_YOURS = "没有找到这份证照，请从“证照卡包”里打开。"


@dataclass(frozen=True)
class LicenceFacts:
    """A licence as others may see it: a person's name and number are masked."""

    id: UUID
    type_key: str
    name: str
    kind: str
    holder_id: UUID
    keeper_id: UUID | None
    holder_name: str
    number: str
    identifier: str
    version: int
    issuer_id: UUID
    issuer_name: str
    issuer_short_name: str
    status: Status
    status_word: str
    issued_at: datetime
    valid_from: date
    valid_until: date | None
    case_number: str
    item_code: str
    automatic: bool
    verify_code: str
    days_left: int | None
    tone: int
    """The colour of its card: one of six shades of blue, 1 to 6."""

    @property
    def is_valid(self) -> bool:
        return self.status == Status.VALID

    @property
    def expires_soon(self) -> bool:
        """Whether it expires within sixty days."""
        return self.is_valid and self.days_left is not None and self.days_left <= 60

    @property
    def status_sentence(self) -> str:
        if self.expires_soon:
            return f"{self.days_left} 天后到期" if self.days_left else "今天到期"
        return self.status_word


@dataclass(frozen=True)
class WalletPage:
    """One page of a wallet (证照卡包)."""

    rows: list[LicenceFacts]
    page: "Page[Licence]"

    @property
    def total(self) -> int:
        return self.page.paginator.count


def valid_licences(holder_id: UUID, type_keys: Collection[str], *, at: datetime) -> dict[str, LicenceFacts]:
    """Return type -> the holder's newest licence that is valid on the day, if its seal is intact. One query.

    Raises KeyUnavailable if the seals cannot be checked now.
    """
    rows = hot.valid_rows(holder_id, type_keys, clock.legal_day(at))
    return {row.type.key: facts_of(row, at) for row, content in rows if _is_proof(row, content)}


def licences_of_case(numbers: Iterable[str]) -> list[LicenceFacts]:
    """Return the results of the cases with these numbers, oldest first, in one query."""
    wanted = [number for number in numbers if number]
    at = clock.now()
    return [facts_of(row, at) for row in _licences().filter(case_number__in=wanted).order_by("issued_at", "id")]


def wallet(subject_id: UUID, page: int | str = 1, *, kind: str = "", status: str = "") -> WalletPage:
    """Return a page of what the subject holds or keeps for a child, without superseded versions.

    `kind` is `licence` or `document`, `status` is `valid` or `ended`; empty values do not filter.
    """
    at = clock.now()
    rows = _licences().filter(_held_by(subject_id), superseded_by=None)
    if kind:
        rows = rows.filter(type__kind=kind)
    ended = ~Q(status=Status.VALID) | Q(valid_until__lt=clock.legal_day(at))
    if status == "valid":
        rows = rows.exclude(ended)
    elif status == "ended":
        rows = rows.filter(ended)
    found = Paginator(rows.order_by("type__sort", "-issued_at", "-id"), PAGE_SIZE).get_page(page)
    return WalletPage([facts_of(row, at) for row in found.object_list], found)


def held_before(subject_id: UUID, *, before: UUID | None, limit: int) -> list[LicenceFacts]:
    """Return at most `limit` licences that the subject holds or keeps, issued before `before`, newest first."""
    rows = _licences().filter(_held_by(subject_id), superseded_by=None)
    if before is not None:
        rows = rows.filter(id__lt=before)
    at = clock.now()
    return [facts_of(row, at) for row in rows.order_by("-id")[:limit]]


def check_may_open(actor: Actor) -> None:
    """Raise NotAllowed for helpers: a mandate covers applications, not the principal's wallet."""
    if not may_see_papers(actor):
        raise NotAllowed("证照和办理结果在本人的证照卡包里，代办的人不能打开。办件需要用到的证照，系统会自动调取。")


def in_wallet(licence_id: UUID, *, actor: Actor) -> Licence:
    """Return a licence to its holder or keeper. Raises NotFound for everybody else, and NotAllowed for helpers."""
    check_may_open(actor)
    mine = actor.acting_for
    found = _licences().filter(_held_by(mine), pk=licence_id).first() if mine else None
    if found is None:
        raise NotFound(NOT_YOURS)
    return found


def versions_of(licence: Licence) -> list[LicenceFacts]:
    """Return all versions of a licence, newest first."""
    at = clock.now()
    indexes = crypto.indexes_of(licence.number_index, lambda: licence.number, purpose=finding.NUMBER)
    rows = _licences().filter(type_id=licence.type_id, number_index__in=indexes).order_by("-version")
    return [facts_of(row, at) for row in rows]


@dataclass(frozen=True)
class PublicVerification:
    """The result of a public verification: the masked licence, and the state of its seal."""

    licence: LicenceFacts
    result: Verification


def verification(code: str) -> PublicVerification:
    """Verify a scanned code or a typed identifier for the public. Raises NotFound.

    The name of a minor is not shown, and numbers are masked more than elsewhere. While the seal cannot be checked, the
    errors of `verify_record` say so.
    """
    found, at = by_code(code), clock.now()
    shown = facts_of(found, at)
    shown = replace(shown, number=public_number(shown.number))
    if found.keeper_id or is_minor(identity.subject(found.holder_id).born, clock.legal_day(at)):
        shown = replace(shown, holder_name=MINOR, number=mask("number", shown.number, minor=True))
    return PublicVerification(shown, verify_record(found, at=at))


def agrees_with_holder(licence: Licence, *, name: str, ending: str) -> bool:
    """Return whether the licence's holder has this name and its number ends like this.

    Whoever holds the document in their hands can read both from it. A minor's are shown to nobody else, so this is how
    a verifier learns that the paper belongs to the record.
    """
    return same_name(licence.holder_name, name) and typed.code(licence.number)[-4:] == typed.code(ending)


def public_number(masked_number: str) -> str:
    """Mask a number further, for the public page.

    The last four characters of a resident number are its sequence code and check character. Together with the birthday
    and the district they would reveal the number.
    """
    of_resident = len(masked_number) == RESIDENT_NUMBER and "*" in masked_number
    return masked_number[:3] + "*" * (RESIDENT_NUMBER - 3) if of_resident else masked_number


def key_of(code: str) -> str:
    """Return the id of the key that sealed the licence with this code. Raises NotFound."""
    return by_code(code).key_id


def seal_of(code: str) -> tuple[str, UUID]:
    """Return the id of the key that sealed the licence with this code, and of the issuing department.

    Raises NotFound.
    """
    found = by_code(code)
    return found.key_id, found.issuer_id


def by_code(code: str) -> Licence:
    """Return the licence with this verify code, or with this identifier of its document. Raises NotFound."""
    found = finding.licence_by(code.strip(), _licences())
    if found is None:
        raise NotFound(UNKNOWN_CODE)
    return found


def code_of_document(content: bytes) -> str | None:
    """Return the verify code of the document with exactly these bytes, or None: not issued here, or altered."""
    row = finding.document_with(content)
    return row.licence.verify_code if row else None


def facts_of(licence: Licence, at: datetime | None = None) -> LicenceFacts:
    """Return the masked facts of a licence. A name or number that was changed is shown as unreadable (无法读取).

    Raises KeyUnavailable if the licence cannot be read now, KeyDestroyed if it never can be again.
    """
    day = clock.legal_day(at or clock.now())
    status = status_at(licence.status, licence.valid_until, day)
    return LicenceFacts(
        id=licence.id,
        type_key=licence.type.key,
        name=licence.type.name,
        kind=licence.type.kind,
        holder_id=licence.holder_id,
        keeper_id=licence.keeper_id,
        holder_name=_masked(licence, "holder_name"),
        number=_masked(licence, "number"),
        identifier=licence.identifier,
        version=licence.version,
        issuer_id=licence.issuer_id,
        issuer_name=licence.issuer.name,
        issuer_short_name=licence.issuer.short_name or licence.issuer.name,
        status=status,
        status_word=STATUS_LABELS[status],
        issued_at=licence.issued_at,
        valid_from=licence.valid_from,
        valid_until=licence.valid_until,
        case_number=licence.case_number,
        item_code=licence.item_code,
        automatic=licence.automatic,
        verify_code=licence.verify_code,
        days_left=(licence.valid_until - day).days if licence.valid_until else None,
        tone=(licence.type.sort // 10 - 1) % 6 + 1,
    )


EITHER_NAME = "名称"
"""The label of the holder's name if the item serves persons and organisations. It is masked for persons."""


def shown_surface(licence: Licence) -> list[tuple[str, str]]:
    """Return (label, value) of the face with personal data masked. The sealed PDF has the full values."""
    own = not is_credit_code(str(licence.holder_number or ""))
    return [
        (label, masked("姓名" if own and label == EITHER_NAME else label, value) if value else "—")
        for label, value in licence.surface.items()
    ]


def masked(label: str, value: str) -> str:
    """Mask a value according to its Chinese label."""
    kind = kind_of(label)
    return mask(kind, value) if kind else value


def _is_proof(licence: Licence, content: bytes) -> bool:
    """Return whether the seal is intact, and the record can still be read."""
    try:
        intact = verdicts.once_for_content(content, lambda: is_untouched(licence))
        return intact and bool(licence.verify_code)  # opened again, since its key may have been destroyed meanwhile
    except crypto.KeyDestroyed:
        return False


def _masked(licence: Licence, field: str) -> str:
    """Return a field masked for a person; names and credit codes of organisations are public."""
    try:
        value, number = str(getattr(licence, field) or ""), str(licence.holder_number or "")
    except (crypto.Tampered, crypto.KeyDestroyed):
        return "无法读取"
    if is_credit_code(number):
        return value
    return mask("name" if field == "holder_name" else "number", value)


def _licences() -> QuerySet[Licence]:
    return Licence.objects.select_related("type", "issuer")


def _held_by(subject_id: UUID) -> Q:
    return Q(holder_id=subject_id) | Q(keeper_id=subject_id)
