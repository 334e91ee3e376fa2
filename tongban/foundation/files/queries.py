"""ASK: what is known of stored files."""

from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.conf import settings

from tongban.foundation.errors import NotFound
from tongban.foundation.files.models import StoredFile
from tongban.foundation.files.rules import LARGEST as LARGEST
from tongban.foundation.files.scanner import NoScan
from tongban.foundation.files.stores import Missing, store
from tongban.foundation.files.stores.base import Readable


@dataclass(frozen=True)
class ScannerState:
    """What an operator wants to know of the malware scanner."""

    configured: bool
    reachable: bool = False
    version: str = ""
    required: bool = False
    """Whether nothing is taken in while it cannot be reached."""


def scanner_state() -> ScannerState:
    """Asks the scanner now; takes at most some seconds."""
    scanner = settings.FILE_SCANNER
    if scanner is None:
        return ScannerState(configured=False)
    required = not settings.FILES_WITHOUT_SCAN
    try:
        scanner.ping()
        return ScannerState(True, reachable=True, version=scanner.version(), required=required)
    except NoScan:
        return ScannerState(True, required=required)


def stored_file(file_id: UUID) -> StoredFile:
    """The record of one file."""
    stored = StoredFile.objects.filter(id=file_id).first()
    if stored is None:
        raise NotFound("没有找到这个文件。")
    return stored


def names_of(file_ids: Sequence[UUID]) -> dict[UUID, str]:
    """The names of several files in one query."""
    return {stored.id: str(stored.name) for stored in StoredFile.objects.filter(id__in=file_ids)} if file_ids else {}


def sealed_contents() -> Iterator[tuple[str, datetime, int]]:
    """Of every content in the store its name, the moment when it was written, and its sealed bytes."""
    return store().names()


def sealed_content(name: str) -> Readable | None:
    """A content as it lies in the store, to be closed by the caller; None when there is none."""
    try:
        return store().open(name)
    except Missing:
        return None


def not_among(names: Collection[str]) -> int:
    """How many contents are named by rows but are not among these names."""
    named = StoredFile.objects.values_list("digest", flat=True).distinct()
    return sum(name not in names for name in named.iterator(chunk_size=5000))


def files_with(names: Sequence[str]) -> list[UUID]:
    """One file for each of these contents, as far as rows name them."""
    rows = StoredFile.objects.filter(digest__in=names).order_by("digest", "id").distinct("digest")
    return list(rows.values_list("id", flat=True))
