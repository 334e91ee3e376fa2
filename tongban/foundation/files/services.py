"""DO: take a file in, give its content out."""

import os
import unicodedata
from pathlib import Path
from uuid import UUID, uuid4

from django.conf import settings
from django.db import transaction

from tongban.foundation import clock
from tongban.foundation.crypto import services as crypto
from tongban.foundation.errors import NotFound
from tongban.foundation.files.models import StoredFile
from tongban.foundation.files.rules import media_type_of
from tongban.foundation.ledger.services import Recorded


@transaction.atomic
def store(content: bytes, *, name: str, actor: Recorded) -> StoredFile:
    """Check a file and keep it encrypted; FileRefused says what is wrong with it.

    The content is written before the transaction ends: one that is rolled back leaves a sealed file that no row names.
    """
    media_type = media_type_of(content)
    digest = crypto.blind_index(crypto.digest(content).hex(), purpose="file")
    path = _path_of(digest)
    if not path.exists():
        _write(path, crypto.encrypt(content, bound_to=f"file|{digest}".encode()))
    return StoredFile.objects.create(
        name=_tidy(name),
        media_type=media_type,
        size=len(content),
        digest=digest,
        stored_at=clock.now(),
        stored_by=actor.name_for_record,
    )


def read(file_id: UUID) -> bytes:
    """The content of a stored file."""
    stored = StoredFile.objects.filter(id=file_id).first()
    if stored is None:
        raise NotFound("没有找到这个文件。")
    try:
        sealed = _path_of(stored.digest).read_bytes()
    except FileNotFoundError:
        raise NotFound("这个文件的内容找不到了，请联系平台管理员。") from None
    return crypto.decrypt(sealed, bound_to=f"file|{stored.digest}".encode())


def _path_of(digest: str) -> Path:
    return Path(settings.FILE_FOLDER) / digest[:2] / digest[2:4] / digest


def _write(path: Path, sealed: bytes) -> None:
    """Whole or not at all: a reader never sees half a file, a power cut leaves none."""
    path.parent.mkdir(parents=True, exist_ok=True)
    partial = path.with_name(f"{path.name}.{uuid4().hex}.part")
    try:
        with partial.open("wb") as out:
            out.write(sealed)
            out.flush()
            os.fsync(out.fileno())
        partial.replace(path)
    finally:
        partial.unlink(missing_ok=True)


def _tidy(name: str) -> str:
    """The file's own name without folders and control characters, at most 120 characters."""
    base = name.replace("\\", "/").rsplit("/", 1)[-1]
    return "".join(c for c in base if unicodedata.category(c)[0] != "C")[-120:] or "文件"
