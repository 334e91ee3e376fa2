"""Uploads of a form: sealed as they come in, so that neither the disk nor much memory holds them in clear."""

from typing import Any

from django.core.exceptions import RequestDataTooBig
from django.core.files.uploadedfile import UploadedFile
from django.core.files.uploadhandler import FileUploadHandler

from tongban.trust.files.rules import LARGEST
from tongban.trust.files.sealed import IncomingContent

LARGEST_FORM = 20 * LARGEST
"""Bytes of a form with all its files; anybody may send one to any address, and it is sealed before a view is asked."""


class SealedUpload(UploadedFile):
    """A file of a form; `read` and `chunks` give it in clear, a piece at a time, `taken` hands it to the store."""

    def __init__(self, incoming: IncomingContent, *, name: str, size: int, **given: Any) -> None:
        super().__init__(file=None, name=name, size=size, **given)
        self._incoming = incoming
        self._left = iter(incoming.chunks())
        self._rest = b""

    def read(self, size: int = -1) -> bytes:
        """The next `size` bytes, or all that are left."""
        while size < 0 or len(self._rest) < size:
            piece = next(self._left, None)
            if piece is None:
                break
            self._rest += piece
        cut = len(self._rest) if size < 0 else size
        given, self._rest = self._rest[:cut], self._rest[cut:]
        return given

    def seek(self, position: int, whence: int = 0) -> int:
        """Back to the start, or forward by reading."""
        if whence:
            raise OSError("an upload is sought from its start only")
        self._left, self._rest = iter(self._incoming.chunks()), b""
        return len(self.read(position)) if position else 0

    def chunks(self, chunk_size: int | None = None) -> Any:
        return self._incoming.chunks()

    def multiple_chunks(self, chunk_size: int | None = None) -> bool:
        return True

    def taken(self) -> IncomingContent:
        """The sealed content, which the store moves to its place: it is not encrypted twice."""
        return self._incoming

    def close(self) -> None:
        self._incoming.close()


class SealedUploadHandler(FileUploadHandler):
    """Takes every file of a form. What is beyond the limit is read and dropped, so that the form can be answered."""

    file: IncomingContent
    """The file that comes in now; Django closes it by this name when the form breaks off."""

    def handle_raw_input(self, input_data: Any, META: Any, content_length: int, *args: Any, **kwargs: Any) -> None:
        if content_length > LARGEST_FORM:
            raise RequestDataTooBig("a form with all its files is larger than the platform takes")

    def new_file(self, *args: Any, **kwargs: Any) -> None:
        super().new_file(*args, **kwargs)
        self.file = IncomingContent()

    def receive_data_chunk(self, raw_data: bytes, start: int) -> None:
        if self.file.size <= LARGEST:
            self.file.write(raw_data)

    def file_complete(self, file_size: int) -> SealedUpload:
        self.file.finish()
        return SealedUpload(
            self.file,
            name=self.file_name or "",
            content_type=self.content_type,
            size=file_size,
            charset=self.charset,
            content_type_extra=self.content_type_extra,
        )
