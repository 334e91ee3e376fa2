"""Whether a content may be taken in: by its outside, and for a PDF by its structure too."""

from tongban.trust.files.pdfs import boxed
from tongban.trust.files.rules import TYPES, pdf
from tongban.trust.files.rules import media_type_of as type_by_outside


def media_type_of(content: bytes) -> str:
    """The media type by content; FileRefused says what is wrong and what to do."""
    media_type = type_by_outside(content)
    if media_type == TYPES["pdf"]:
        pdf.check_verdict(boxed.verdict(content))
    return media_type
