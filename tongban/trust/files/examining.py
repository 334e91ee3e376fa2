"""Decides whether a content may be accepted: by its form, and for a PDF also by its structure."""

from tongban.trust.files.pdfs import boxed
from tongban.trust.files.rules import TYPES, pdf
from tongban.trust.files.rules import media_type_of as type_by_outside


def media_type_of(content: bytes) -> str:
    """Return the media type of an acceptable content. Raises FileRefused, whose message says what to do."""
    media_type = type_by_outside(content)
    if media_type == TYPES["pdf"]:
        pdf.check_verdict(boxed.verdict(content))
    return media_type
