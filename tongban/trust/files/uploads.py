"""File uploads in forms, encrypted while they are received: nothing is written to disk in clear."""

from collections.abc import Iterator
from typing import TYPE_CHECKING

from django.core.exceptions import RequestDataTooBig
from django.core.files.uploadedfile import UploadedFile
from django.core.files.uploadhandler import FileUploadHandler

from tongban.trust.files.rules import MAX_FILE_BYTES
from tongban.trust.files.sealed import IncomingContent

if TYPE_CHECKING:
    BytesUpload = UploadedFile[bytes]
else:
    BytesUpload = UploadedFile

MAX_FORM_BYTES = 20 * MAX_FILE_BYTES
"""Maximum size of a form with all its files, in bytes. It applies to every address, since files are received before a
view can refuse them."""


class SealedUpload(BytesUpload):
    """An uploaded file. `read` and `chunks` decrypt it piece by piece."""

    def __init__(
        self,
        incoming: IncomingContent,
        *,
        name: str,
        size: int,
        content_type: str | None = None,
        charset: str | None = None,
        content_type_extra: dict[str, bytes] | None = None,
    ) -> None:
        super().__init__(None, name, content_type, size, charset, content_type_extra)
        self._incoming = incoming
        self._left = iter(incoming.chunks())
        self._rest = b""

    def read(self, size: int = -1) -> bytes:
        """Return the next `size` bytes, or all remaining ones."""
        while size < 0 or len(self._rest) < size:
            piece = next(self._left, None)
            if piece is None:
                break
            self._rest += piece
        cut = len(self._rest) if size < 0 else size
        given, self._rest = self._rest[:cut], self._rest[cut:]
        return given

    def seek(self, position: int, whence: int = 0) -> int:
        """Move to a position from the start. Raises OSError for any other `whence`."""
        if whence:
            raise OSError("an upload is sought from its start only")
        self._left, self._rest = iter(self._incoming.chunks()), b""
        return len(self.read(position)) if position else 0

    def chunks(self, chunk_size: int | None = None) -> Iterator[bytes]:
        return self._incoming.chunks()

    def multiple_chunks(self, chunk_size: int | None = None) -> bool:
        return True

    def encrypted_content(self) -> IncomingContent:
        """Return the encrypted content, which the store can use without encrypting it again."""
        return self._incoming

    def close(self) -> None:
        self._incoming.close()


class SealedUploadHandler(FileUploadHandler):
    """Receives every file of a form. Bytes beyond the limit are read and dropped, so that the form can be answered."""

    file: IncomingContent
    """The file that is being received. Django closes this attribute when a form is aborted."""

    def handle_raw_input(
        self, input_data: object, META: object, content_length: int, *args: object, **kwargs: object
    ) -> None:
        """Raise RequestDataTooBig for a form that is larger than MAX_FORM_BYTES."""
        if content_length > MAX_FORM_BYTES:
            raise RequestDataTooBig("a form with all its files is larger than the platform accepts")

    def new_file(
        self,
        field_name: str,
        file_name: str,
        content_type: str,
        content_length: int | None,
        charset: str | None = None,
        content_type_extra: dict[str, bytes] | None = None,
    ) -> None:
        super().new_file(field_name, file_name, content_type, content_length, charset, content_type_extra)
        self.file = IncomingContent()

    def receive_data_chunk(self, raw_data: bytes, start: int) -> None:
        if self.file.size <= MAX_FILE_BYTES:
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
