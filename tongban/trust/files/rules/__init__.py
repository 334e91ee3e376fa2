"""Rules for acceptable files: a complete PDF, JPEG or PNG of limited size that is not also another format. Pure.

What phones and printers add to a file is left out: the second picture of a photo, the film of a moving one, the job
language of a printer. Only the form of a PDF is checked here; `examining` checks its structure as well. Every problem
is a `FileRefused` whose message says what to do; no content raises anything else.
"""

import re
from typing import NamedTuple

from tongban.trust.files.rules import jpeg, pdf, png
from tongban.trust.files.rules.common import FileRefused as FileRefused
from tongban.trust.files.rules.others import what_to_do

MAX_FILE_BYTES = 10 * 1024 * 1024
"""Maximum size of one file in bytes."""
TYPES = {"pdf": "application/pdf", "jpeg": "image/jpeg", "png": "image/png"}
_ENDINGS = {"application/pdf": (".pdf",), "image/jpeg": (".jpg", ".jpeg"), "image/png": (".png",)}


class Accepted(NamedTuple):
    media_type: str
    content: bytes
    """What is stored: the file itself, or the part of it that people see."""


def accepted(content: bytes) -> Accepted:
    """Return the media type of an acceptable file and what is kept of it. Raises FileRefused."""
    check_size(len(content))
    content = pdf.without_printer_job(content)
    for head, name, kept_of in (
        (b"%PDF-", "pdf", pdf.kept_of),
        (b"\x89PNG\r\n\x1a\n", "png", png.kept_of),
        (b"\xff\xd8\xff", "jpeg", jpeg.kept_of),
    ):
        if content.startswith(head):
            return Accepted(TYPES[name], kept_of(content))
    if b"%PDF-" in content[:1024]:
        raise FileRefused("这个 PDF 文件的开头夹带了别的内容。请用阅读软件“打印”或“另存为”新的 PDF 后再上传。")
    raise FileRefused(what_to_do(content))


def media_type_of(content: bytes) -> str:
    """Return the media type of an acceptable file. Raises FileRefused."""
    return accepted(content).media_type


def check_size(size: int, *, at_least: bool = False) -> None:
    """Raise FileRefused for an empty or too large file. `at_least`: the file is larger than the counted `size`."""
    if not size:
        raise FileRefused("文件是空的，请重新选择文件。")
    if size > MAX_FILE_BYTES:
        shown = "文件超过 10 MB" if at_least else f"文件有 {size / 1024 / 1024:.1f} MB，超过 10 MB"
        raise FileRefused(f"{shown}。请压缩、降低拍照分辨率或分开上传。")


def with_right_ending(name: str, media_type: str) -> str:
    """Return the name with the ending that belongs to the media type."""
    endings = _ENDINGS[media_type]
    if name.lower().endswith(endings):
        return name
    return re.sub(r"\.[A-Za-z]{2,5}$", "", name) + endings[0]
