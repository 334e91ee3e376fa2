"""Decides whether a content may be accepted: by its form, and for a PDF also by its structure."""

from tongban.trust.files.pdfs import boxed
from tongban.trust.files.rules import TYPES, Accepted, pdf
from tongban.trust.files.rules import accepted as accepted_by_form


def accepted(content: bytes) -> Accepted:
    """Return the media type of an acceptable content and what is kept of it.

    Raises FileRefused, whose message says what to do.
    """
    found = accepted_by_form(content)
    if found.media_type == TYPES["pdf"]:
        pdf.check_verdict(boxed.verdict(found.content))
    return found


def media_type_of(content: bytes) -> str:
    """Return the media type of an acceptable content. Raises FileRefused."""
    return accepted(content).media_type
