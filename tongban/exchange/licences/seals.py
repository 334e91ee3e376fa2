"""The seal of a licence: what it covers, and whether record and document are unchanged since they were signed.

While a key, the file store or the database is unavailable, a seal cannot be checked. That is no evidence of a forgery,
so KeyUnavailable, StoreUnavailable and the errors of the database reach the caller.
"""

import logging
from dataclasses import dataclass
from datetime import datetime

from tongban.exchange.licences.models import Licence, RenderedDocument
from tongban.exchange.licences.rules import Status, canonical, status_at, surface_rows
from tongban.foundation import clock
from tongban.foundation.errors import NotFound
from tongban.trust.crypto import services as crypto
from tongban.trust.files import services as files

log = logging.getLogger("tongban.licences")


@dataclass(frozen=True)
class Verification:
    """The result of a check. `document_ok` is None if no document has been rendered or checked."""

    record_ok: bool
    document_ok: bool | None
    status: Status

    @property
    def is_good(self) -> bool:
        """Whether everything is unchanged, and the licence is valid."""
        return self.record_ok and self.document_ok is not False and self.status == Status.VALID


def verify_record(licence: Licence, *, at: datetime | None = None, with_document: bool = True) -> Verification:
    """Check the seal of the record, and that of the stored PDF if there is one.

    Raises KeyUnavailable or StoreUnavailable if it cannot be checked now, KeyDestroyed if it never can be again.
    """
    document_row = RenderedDocument.objects.filter(licence=licence).first() if with_document else None
    return Verification(
        record_ok=is_untouched(licence),
        document_ok=_document_untouched(document_row) if document_row else None,
        status=status_at(licence.status, licence.valid_until, clock.legal_day(at or clock.now())),
    )


def is_untouched(licence: Licence) -> bool:
    """Return whether the row is what its issuer signed. A sealed value that was changed or moved counts as altered.

    Raises KeyUnavailable or KeyDestroyed.
    """
    try:
        return _name_signed(licence) is not None
    except crypto.Tampered:
        log.warning("licence %s: the record does not open", licence.id)
        return False


def issuer_name(licence: Licence) -> str:
    """Return the name under which the issuer signed: the one that it had then, or while it was renamed, the former."""
    names = licence.issuer.names_at(licence.issued_at)
    return names[0] if len(names) == 1 else _name_signed(licence) or names[0]


def _name_signed(licence: Licence) -> str | None:
    """Return the issuer's name with which the record fits its signature, or None."""
    key, signature = crypto.public_key(licence.key_id), bytes(licence.signature)
    for name in licence.issuer.names_at(licence.issued_at):
        if crypto.verify(key, record_bytes(licence, issuer=name), signature):
            return name
    return None


def record_bytes(licence: Licence, *, issuer: str = "") -> bytes:
    """Return the canonical record that the seal covers.

    It contains a salt, so that nobody can check a guess of its content by digest or signature. Older records have
    none and rely on their secret verify code. Status and successor are not in it: they change, and each change is
    an entry in the ledger. `issuer` is the name that it contains, by default that at the time of issue.
    """
    salt = {"salt": licence.salt} if licence.salt else {}
    return canonical(
        salt
        | {
            "identifier": licence.identifier,
            "type": {"code": licence.type.code, "key": licence.type.key, "name": licence.type.name},
            "issuer": {"code": licence.issuer.uscc, "name": issuer or licence.issuer.name_at(licence.issued_at)},
            "holder": {
                "id": str(licence.holder_id),
                "name": licence.holder_name,
                "number": licence.holder_number or "",
            },
            "number": licence.number,
            "version": licence.version,
            "issued_at": iso(licence.issued_at),
            "valid_from": licence.valid_from.isoformat(),
            "valid_until": licence.valid_until.isoformat() if licence.valid_until else "",
            "surface_digest": crypto.digest(face_bytes(licence)).hex(),
            "case_number": licence.case_number,
            "item_code": licence.item_code,
            "automatic": licence.automatic,
            "verify_code": licence.verify_code,
            "key_id": licence.key_id,
        }
    )


def face_bytes(licence: Licence) -> bytes:
    """Return the canonical rows of the face, whose digest is part of the record."""
    return canonical({"rows": surface_rows(licence.surface)})


def iso(moment: datetime) -> str:
    """Return a time as the record contains it: ISO 8601 in city time, with microseconds."""
    return moment.astimezone(clock.CITY_TIME).isoformat(timespec="microseconds")


def _document_untouched(row: RenderedDocument) -> bool:
    try:
        content = files.read(row.file_id)
    except (NotFound, crypto.Tampered) as failure:
        log.warning("licence %s: the document does not open: %s", row.licence_id, type(failure).__name__)
        return False
    return crypto.verify(crypto.public_key(row.key_id), content, bytes(row.signature))
