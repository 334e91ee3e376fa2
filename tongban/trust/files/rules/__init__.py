"""Rules for acceptable files: a complete PDF, JPEG or PNG of limited size that is not also another format. Pure.

Only the form of a PDF is checked here; `examining` checks its structure as well. Every problem is a `FileRefused` whose
message says what to do; no content raises anything else.
"""

import re

from tongban.trust.files.rules import jpeg, pdf, png
from tongban.trust.files.rules.common import FileRefused as FileRefused

MAX_FILE_BYTES = 10 * 1024 * 1024
"""Maximum size of one file in bytes."""
TYPES = {"pdf": "application/pdf", "jpeg": "image/jpeg", "png": "image/png"}
_ENDINGS = {"application/pdf": (".pdf",), "image/jpeg": (".jpg", ".jpeg"), "image/png": (".png",)}


def media_type_of(content: bytes) -> str:
    """Return the media type of an acceptable content. Raises FileRefused."""
    check_size(len(content))
    for head, name, check in (
        (b"%PDF-", "pdf", pdf.check_outside),
        (b"\x89PNG\r\n\x1a\n", "png", png.check),
        (b"\xff\xd8\xff", "jpeg", jpeg.check),
    ):
        if content.startswith(head):
            check(content)
            return TYPES[name]
    if b"%PDF-" in content[:1024]:
        raise FileRefused("这个 PDF 文件的开头夹带了别的内容。请用阅读软件“打印”或“另存为”新的 PDF 后再上传。")
    raise FileRefused("只能上传 PDF、JPG 或 PNG 文件。请另存为这些格式，或直接拍照上传。")


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
