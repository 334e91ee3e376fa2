"""The seal over a licence: what it covers, and whether record and document are still what was signed."""

from dataclasses import dataclass
from datetime import datetime

from tongban.exchange.licences.models import Licence, RenderedDocument
from tongban.exchange.licences.rules import Status, canonical, status_at, surface_rows
from tongban.foundation import clock
from tongban.trust.crypto import services as crypto
from tongban.trust.files import services as files


@dataclass(frozen=True)
class Verification:
    """What a check found. `document_ok` is None while no document was made."""

    record_ok: bool
    document_ok: bool | None
    status: Status

    @property
    def is_good(self) -> bool:
        """Untouched and valid."""
        return self.record_ok and self.document_ok is not False and self.status == Status.VALID


def verify_record(licence: Licence, *, at: datetime | None = None, with_document: bool = True) -> Verification:
    """Check the seal over the record and, when there is one, over the stored PDF."""
    document_row = RenderedDocument.objects.filter(licence=licence).first() if with_document else None
    return Verification(
        record_ok=is_untouched(licence),
        document_ok=_document_untouched(document_row) if document_row else None,
        status=status_at(licence.status, licence.valid_until, clock.legal_day(at or clock.now())),
    )


def is_untouched(licence: Licence) -> bool:
    """Whether the row still says what its issuer signed. What cannot be opened any more was altered."""
    try:
        record = record_bytes(licence)
    except Exception:
        return False
    return crypto.verify(crypto.public_key(licence.key_id), record, bytes(licence.signature))


def record_bytes(licence: Licence) -> bytes:
    """The canonical record that the seal covers. It is salted, so its digest and signature confirm no guess at it.

    Status and successor are not in it: they change, and each change is an entry of the ledger. Records from before
    there was a salt have none, and are secret only as long as their verify code is.
    """
    salt = {"salt": licence.salt} if licence.salt else {}
    return canonical(
        salt
        | {
            "identifier": licence.identifier,
            "type": {"code": licence.type.code, "key": licence.type.key, "name": licence.type.name},
            "issuer": {"code": licence.issuer.uscc, "name": licence.issuer.name},
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
    """The canonical rows of the face; their digest stands in the record."""
    return canonical({"rows": surface_rows(licence.surface)})


def iso(moment: datetime) -> str:
    """A moment as the record has it: the city's time, microseconds."""
    return moment.astimezone(clock.CITY_TIME).isoformat(timespec="microseconds")


def _document_untouched(row: RenderedDocument) -> bool:
    try:
        content = files.read(row.file_id)
    except Exception:
        return False
    return crypto.verify(crypto.public_key(row.key_id), content, bytes(row.signature))
