"""Find licences by their encrypted codes, numbers and digests, through blind indexes."""

import secrets

from django.db.models import QuerySet

from tongban.exchange.licences.models import Licence, RenderedDocument
from tongban.exchange.licences.rules import is_identifier
from tongban.trust.crypto import services as crypto

HOLDER, NUMBER = "number", "licence-number"
CODE, IDENTIFIER, DOCUMENT = "licence-code", "licence-identifier", "licence-document"


def set_indexes(licence: Licence) -> None:
    """Set the blind indexes of an unsaved licence's verify code and identifier."""
    licence.verify_code_index = index_of_code(licence.verify_code)
    licence.identifier_index = index_of_identifier(licence.identifier)


def index_of_code(verify_code: str) -> str:
    return crypto.blind_index(verify_code, purpose=CODE)


def index_of_identifier(identifier: str) -> str:
    return crypto.blind_index(identifier, purpose=IDENTIFIER)


def index_of_document(digest: str) -> str:
    """Return the blind index of a document's SM3 digest, given in hexadecimal."""
    return crypto.blind_index(digest, purpose=DOCUMENT)


def licence_by(text: str, rows: "QuerySet[Licence]") -> Licence | None:
    """Return the licence with this identifier or verify code, or None.

    Blind indexes ignore case, so a verify code is also compared itself, in constant time.
    """
    if is_identifier(text):
        return rows.filter(identifier_index__in=crypto.blind_indexes(text, purpose=IDENTIFIER)).first()
    found = rows.filter(verify_code_index__in=crypto.blind_indexes(text, purpose=CODE)).first()
    return found if found and secrets.compare_digest(found.verify_code.encode(), text.encode()) else None


def document_with(content: bytes) -> RenderedDocument | None:
    """Return the document that consists of exactly these bytes, or None."""
    indexes = crypto.blind_indexes(crypto.digest(content).hex(), purpose=DOCUMENT)
    return RenderedDocument.objects.select_related("licence").filter(digest_index__in=indexes).first()
