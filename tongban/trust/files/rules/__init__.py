"""What a file must be to be taken: a PDF, JPEG or PNG by its content, whole, of one face, and not too large. Pure.

Of a PDF only the outside is judged here; `examining` reads its structure as well.
Every finding is a `FileRefused` whose sentence says what to do; no content raises anything else.
"""

import re

from tongban.trust.files.rules import jpeg, pdf, png
from tongban.trust.files.rules.common import FileRefused as FileRefused

LARGEST = 10 * 1024 * 1024
"""Bytes of one file."""
TYPES = {"pdf": "application/pdf", "jpeg": "image/jpeg", "png": "image/png"}
_ENDINGS = {"application/pdf": (".pdf",), "image/jpeg": (".jpg", ".jpeg"), "image/png": (".png",)}


def media_type_of(content: bytes) -> str:
    """The media type by content; FileRefused says what is wrong and what to do."""
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
    """Refuse an empty file and one that is too large; `at_least`: there is more of it than was counted."""
    if not size:
        raise FileRefused("文件是空的，请重新选择文件。")
    if size > LARGEST:
        shown = "文件超过 10 MB" if at_least else f"文件有 {size / 1024 / 1024:.1f} MB，超过 10 MB"
        raise FileRefused(f"{shown}。请压缩、降低拍照分辨率或分开上传。")


def with_right_ending(name: str, media_type: str) -> str:
    """The name as it should end for what the file is: the content decides, not what somebody typed."""
    endings = _ENDINGS[media_type]
    if name.lower().endswith(endings):
        return name
    return re.sub(r"\.[A-Za-z]{2,5}$", "", name) + endings[0]
