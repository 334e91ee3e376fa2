"""How a licence is found by what stands on it: all blind indexes of this room's codes, and every look-up by them."""

import secrets

from django.db.models import QuerySet

from tongban.exchange.licences.models import Licence, RenderedDocument
from tongban.exchange.licences.rules import is_identifier
from tongban.trust.crypto import services as crypto

HOLDER, NUMBER = "number", "licence-number"
CODE, IDENTIFIER, DOCUMENT = "licence-code", "licence-identifier", "licence-document"


def set_indexes(licence: Licence) -> None:
    """Index what an unsaved licence is found by."""
    licence.verify_code_index = index_of_code(licence.verify_code)
    licence.identifier_index = index_of_identifier(licence.identifier)


def index_of_code(verify_code: str) -> str:
    return crypto.blind_index(verify_code, purpose=CODE)


def index_of_identifier(identifier: str) -> str:
    return crypto.blind_index(identifier, purpose=IDENTIFIER)


def index_of_document(digest: str) -> str:
    """Of a file's SM3 in hexadecimal."""
    return crypto.blind_index(digest, purpose=DOCUMENT)


def licence_by(text: str, rows: "QuerySet[Licence]") -> Licence | None:
    """The licence with this identifier or verify code. An index knows no small letters, so the code is compared too."""
    if is_identifier(text):
        return rows.filter(identifier_index__in=crypto.blind_indexes(text, purpose=IDENTIFIER)).first()
    found = rows.filter(verify_code_index__in=crypto.blind_indexes(text, purpose=CODE)).first()
    return found if found and secrets.compare_digest(found.verify_code.encode(), text.encode()) else None


def document_with(content: bytes) -> RenderedDocument | None:
    """The document with exactly these bytes."""
    indexes = crypto.blind_indexes(crypto.digest(content).hex(), purpose=DOCUMENT)
    return RenderedDocument.objects.select_related("licence").filter(digest_index__in=indexes).first()
