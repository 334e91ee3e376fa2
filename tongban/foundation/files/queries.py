"""ASK: what is known of stored files."""

from collections.abc import Sequence
from uuid import UUID

from tongban.foundation.errors import NotFound
from tongban.foundation.files.models import StoredFile
from tongban.foundation.files.rules import LARGEST as LARGEST


def stored_file(file_id: UUID) -> StoredFile:
    """The record of one file."""
    stored = StoredFile.objects.filter(id=file_id).first()
    if stored is None:
        raise NotFound("没有找到这个文件。")
    return stored


def names_of(file_ids: Sequence[UUID]) -> dict[UUID, str]:
    """The names of several files in one query."""
    return {stored.id: str(stored.name) for stored in StoredFile.objects.filter(id__in=file_ids)} if file_ids else {}
