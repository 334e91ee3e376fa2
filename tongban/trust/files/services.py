"""DO: store files, read their contents, delete them, remove orphaned contents, reseal headers."""

import logging
import unicodedata
from collections.abc import Collection, Iterable, Iterator
from contextlib import suppress
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import IO
from uuid import UUID

from django.conf import settings
from django.db import transaction

from tongban.foundation import clock
from tongban.foundation.announcements.ports import EventActor
from tongban.foundation.errors import Conflict, DomainError, NotFound
from tongban.foundation.locks import share_number, try_number
from tongban.trust.crypto import streams
from tongban.trust.files import sealed
from tongban.trust.files.examining import accepted
from tongban.trust.files.models import StoredFile
from tongban.trust.files.rules import MAX_FILE_BYTES, FileRefused, check_size, with_right_ending
from tongban.trust.files.scanner import ScanFailed
from tongban.trust.files.sealed import IncomingContent
from tongban.trust.files.stores import Folder, Missing, workplace
from tongban.trust.files.stores import store as the_store
from tongban.trust.files.uploads import SealedUpload

log = logging.getLogger("tongban.files")
ORPHAN_AFTER = timedelta(days=1)
Source = bytes | IO[bytes] | Iterable[bytes]


class Infected(FileRefused):
    code = "file-infected"
    message = (
        "安全检查发现这个文件带有病毒或恶意代码，没有收下。请用杀毒软件检查您的设备，"
        "再重新扫描、拍照或导出一份上传；也可以带原件到窗口办理。"
    )


class ScannerUnavailable(DomainError):
    """Uploads are refused while no scanner answers. What the person has typed is kept, so that they can try again."""

    code = "scanner-unavailable"
    status = 503
    message = "文件的安全检查暂时不能用，文件没有收下。已填写的内容都还在，请过几分钟再上传；着急可以到窗口办理。"


@transaction.atomic
def store(source: Source, *, name: str, actor: EventActor) -> StoredFile:
    """Check a file and store it encrypted. Equal contents are stored once.

    What phones and printers add to a file is not stored (`files.rules`).

    `source` is its bytes, an open file or an iterable of bytes. The content is moved to the store before the
    transaction ends; after a roll-back, `sweep` removes it. Raises FileRefused (its message says what is wrong with
    the file), ScannerUnavailable or StoreUnavailable.
    """
    if isinstance(source, bytes | SealedUpload):
        check_size(len(source) if isinstance(source, bytes) else source.size or 0)
    incoming = source.encrypted_content() if isinstance(source, SealedUpload) else _take_in(source)
    try:
        digest = incoming.finish()
        check_size(incoming.size)
        content = source if isinstance(source, bytes) else b"".join(incoming.chunks())
        media_type, kept = accepted(content)
        if kept != content:
            incoming.close()
            incoming = _take_in(kept)
            digest = incoming.finish()
        scanned_by = _scan(incoming)
        _hold(digest)
        place = the_store()
        if not place.has(digest):
            incoming.move_to(place)
        return StoredFile.objects.create(
            name=with_right_ending(_tidy(name), media_type),
            media_type=media_type,
            size=incoming.size,
            digest=digest,
            stored_at=clock.now(),
            stored_by=actor.name_for_record,
            scanned_by=scanned_by,
            scanned_at=clock.now() if scanned_by else None,
        )
    finally:
        incoming.close()


def open_stream(file_id: UUID) -> Iterator[bytes]:
    """Return the content in chunks, in constant memory. Raises NotFound, or Tampered for a damaged beginning.

    If a later part was changed or cut off, iteration raises Tampered at that point.
    """
    stored = StoredFile.objects.filter(id=file_id).only("digest").first()
    if stored is None:
        raise NotFound("没有找到这个文件。")
    try:
        return sealed.opened(the_store(), stored.digest)
    except Missing:
        raise NotFound("这个文件的内容找不到了，请联系平台管理员。") from None


def read(file_id: UUID) -> bytes:
    """Return the whole content of a stored file, verified to its end. Raises NotFound or Tampered."""
    return b"".join(open_stream(file_id))


@transaction.atomic
def delete(file_ids: Collection[UUID]) -> int:
    """Delete the records of files that nobody needs any more; return how many there were. Unknown ids are skipped.

    `sweep` removes a content once no record names it. The caller announces for whom and why the files are deleted.
    """
    return StoredFile.objects.filter(id__in=list(file_ids)).delete()[0]


def import_folder(folder: Path) -> int:
    """Copy the sealed contents of a folder store into the configured store; return their number.

    Raises Conflict unless that store is empty, since it could hold contents of the same name under other keys.
    """
    place = the_store()
    if next(iter(place.names()), None) is not None:
        raise Conflict("文件库（TONGBAN_FILE_STORE）不是空的。恢复不会覆盖已有的文件，请给一个空的桶，或先不设它。")
    count = 0
    for name, _, _ in Folder(folder).names():
        place.keep(name, folder / name[:2] / name[2:4] / name)
        count += 1
    return count


def sweep(*, older_than: timedelta = ORPHAN_AFTER) -> int:
    """Remove contents that no row refers to, and abandoned uploads; return how many were removed.

    Safe while files are being stored: writers lock a content's name until their transaction ends, and locked names are
    left for the next run.
    """
    before = clock.now() - older_than
    removed = 0
    batch: list[str] = []
    for name, written, _ in the_store().names():
        if written < before:
            batch.append(name)
        if len(batch) == 500:
            removed += _remove_orphans(batch)
            batch = []
    removed += _remove_orphans(batch)
    for path in workplace().glob(f"*{sealed.PART}"):
        with suppress(FileNotFoundError):
            if datetime.fromtimestamp(path.stat().st_mtime, UTC) < before:
                path.unlink()
                removed += 1
    return removed


def rewrap() -> int:
    """Reseal the headers of all contents under the platform's current key; return how many were resealed."""
    return sum(_rewrap(name) for name, _, _ in the_store().names())


@transaction.atomic
def _rewrap(name: str) -> bool:
    _hold(name)
    with suppress(Missing):
        return sealed.rewrapped(the_store(), name)
    return False


def _scan(incoming: IncomingContent) -> str:
    """Scan a content; return the version of the scanner that found it clean.

    Returns an empty text when no scanner is configured, or when none answers and the settings accept that. Raises
    Infected or ScannerUnavailable.
    """
    scanner = settings.FILE_SCANNER
    if scanner is None:
        return ""
    try:
        version = scanner.version()
        name = scanner.scan(incoming.chunks())
    except ScanFailed as failure:
        log.error("the malware scanner did not answer: %s", failure)
        if settings.FILES_WITHOUT_SCAN:
            return ""
        raise ScannerUnavailable() from None
    if name:
        log.warning("an upload was refused: the malware scanner found %r", name)
        raise Infected()
    return str(version)


def _take_in(source: Source) -> IncomingContent:
    incoming = IncomingContent()
    try:
        for piece in streams.chunks_of(source):
            incoming.write(piece)
            if incoming.size > MAX_FILE_BYTES:
                check_size(incoming.size, at_least=True)
    except BaseException:
        incoming.close()
        raise
    return incoming


def _remove_orphans(names: list[str]) -> int:
    named = set(StoredFile.objects.filter(digest__in=names).values_list("digest", flat=True))
    return sum(_remove_orphan(name) for name in names if name not in named)


@transaction.atomic
def _remove_orphan(name: str) -> bool:
    """Remove a content unless a writer has locked it, or has committed a row for it meanwhile."""
    if not try_number(_lock_of(name)) or StoredFile.objects.filter(digest=name).exists():
        return False
    the_store().remove(name)
    return True


def _hold(name: str) -> None:
    """Lock a content against `sweep` until the transaction ends. Writers do not block each other."""
    share_number(_lock_of(name))


def _lock_of(name: str) -> int:
    return int.from_bytes(bytes.fromhex(name[:16]), "big", signed=True)


_INVISIBLE = {"Cc", "Cf", "Cs", "Zl", "Zp"}
"""Control and format characters (such as direction marks), lone surrogates, and line separators."""
_JOINER = "\u200d"
"""It joins several emoji into one."""


def _tidy(name: str) -> str:
    """Return a file name without folders and invisible characters, at most 120 characters long.

    Characters that this version of Python does not know, such as newer emoji, are kept.
    """
    base = name.replace("\\", "/").rsplit("/", 1)[-1]
    visible = "".join(c for c in base if c == _JOINER or unicodedata.category(c) not in _INVISIBLE)
    return visible.strip(f"{_JOINER} ")[-120:] or "文件"
