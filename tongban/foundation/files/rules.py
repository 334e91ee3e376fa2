"""What a file must be to be taken: a PDF, JPEG or PNG by its content, whole, and not too large. Pure."""

import struct

from tongban.foundation.errors import Invalid

LARGEST = 10 * 1024 * 1024
MOST_PIXELS_A_SIDE = 20_000
TYPES = {"pdf": "application/pdf", "jpeg": "image/jpeg", "png": "image/png"}


class FileRefused(Invalid):
    code = "file-refused"


def media_type_of(content: bytes) -> str:
    """The media type by content; FileRefused says what is wrong and what to do."""
    if not content:
        raise FileRefused("文件是空的，请重新选择文件。")
    if len(content) > LARGEST:
        size = len(content) / 1024 / 1024
        raise FileRefused(f"文件有 {size:.1f} MB，超过 10 MB。请压缩、降低拍照分辨率或分开上传。")
    if content.startswith(b"%PDF-"):
        return _pdf(content)
    if content.startswith(b"\x89PNG\r\n\x1a\n"):
        return _png(content)
    if content.startswith(b"\xff\xd8\xff"):
        return _jpeg(content)
    raise FileRefused("只能上传 PDF、JPG 或 PNG 文件。请另存为这些格式，或直接拍照上传。")


def _pdf(content: bytes) -> str:
    if b"%%EOF" not in content[-2048:]:
        raise FileRefused("PDF 文件不完整，可能没有下载完。请重新保存后再上传。")
    return TYPES["pdf"]


def _png(content: bytes) -> str:
    if len(content) < 45 or content[12:16] != b"IHDR" or b"IEND" not in content[-16:]:
        raise FileRefused("PNG 图片不完整或已损坏，请重新拍照或截图后上传。")
    width, height = struct.unpack(">II", content[16:24])
    _check_sides(width, height)
    return TYPES["png"]


def _jpeg(content: bytes) -> str:
    if b"\xff\xd9" not in content[-4096:]:
        raise FileRefused("JPG 图片不完整或已损坏，请重新拍照后上传。")
    position = 2
    while position + 9 < len(content):
        if content[position] != 0xFF:
            break
        marker = content[position + 1]
        if marker in {0xC0, 0xC1, 0xC2, 0xC3}:
            height, width = struct.unpack(">HH", content[position + 5 : position + 9])
            _check_sides(width, height)
            return TYPES["jpeg"]
        position += 2 + int(struct.unpack(">H", content[position + 2 : position + 4])[0])
    raise FileRefused("JPG 图片不完整或已损坏，请重新拍照后上传。")


def _check_sides(width: int, height: int) -> None:
    if not 0 < width <= MOST_PIXELS_A_SIDE or not 0 < height <= MOST_PIXELS_A_SIDE:
        raise FileRefused(f"图片尺寸是 {width}×{height} 像素，太大了。请缩小到每边 {MOST_PIXELS_A_SIDE} 像素以内。")
