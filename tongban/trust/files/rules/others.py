"""Names the kind of a file that is not accepted, and says how to make an acceptable one of it."""

from tongban.trust.files.rules.common import HEAD

_ONLY = "只能上传 PDF、JPG 或 PNG 文件"
_UNKNOWN = f"{_ONLY}。请另存为这些格式，或直接拍照上传。"
_HEIC = f"{_ONLY}，这张是苹果手机的 HEIC 照片。请打开照片截屏后上传截屏，或在“设置—相机—格式”里选“兼容性最佳”再拍一张。"
_PICTURE = f"{_ONLY}，这张图片是 {{}} 格式。请打开图片截屏，或“另存为”JPG 后再上传。"
_DOCUMENT = f"{_ONLY}，这是{{}}。请打开后用“另存为”或“打印”存成 PDF 再上传。"
_ARCHIVE = f"{_ONLY}，这是压缩包。请先解压，再把里面的文件一个一个上传。"
_FILM = f"{_ONLY}，这是一段视频。请拍照上传。"
_PAGE = f"{_ONLY}，这是网页。请在浏览器里用“打印”存成 PDF 再上传。"

_HEIC_BRANDS = {b"heic", b"heix", b"heim", b"heis", b"hevc", b"hevx", b"mif1", b"msf1"}
"""The brands of ISO/IEC 23008-12."""
_HEADS = (
    (b"GIF8", _PICTURE.format("GIF")),
    (b"BM", _PICTURE.format("BMP")),
    (b"II*\x00", _DOCUMENT.format(" TIFF 扫描件")),
    (b"MM\x00*", _DOCUMENT.format(" TIFF 扫描件")),
    (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", _DOCUMENT.format("Office 文档（Word、Excel 或 WPS）")),
    (b"{\\rtf", _DOCUMENT.format("写字板文档")),
    (b"Rar!\x1a\x07", _ARCHIVE),
    (b"7z\xbc\xaf\x27\x1c", _ARCHIVE),
    (b"\x1f\x8b", _ARCHIVE),
)
_INSIDE = (
    (b"OFD.xml", _DOCUMENT.format(" OFD 版式文件")),
    (b"word/", _DOCUMENT.format(" Word 文档")),
    (b"xl/", _DOCUMENT.format(" Excel 表格")),
    (b"ppt/", _DOCUMENT.format("演示文稿")),
    (b"mimetypeapplication/vnd.oasis", _DOCUMENT.format("文档")),
)
"""Names of parts by which a document in a ZIP archive is known (GB/T 33190, ISO/IEC 29500, ISO/IEC 26300)."""


def what_to_do(content: bytes) -> str:
    """Return the sentence for a file that is neither PDF, JPEG nor PNG."""
    if content[4:8] == b"ftyp":
        brand = content[8:12]
        return _HEIC if brand in _HEIC_BRANDS else _PICTURE.format("AVIF") if brand == b"avif" else _FILM
    if content.startswith(b"RIFF") and content[8:12] == b"WEBP":
        return _PICTURE.format("WebP")
    if content.startswith(b"PK\x03\x04"):
        return next((sentence for name, sentence in _INSIDE if name in content), _ARCHIVE)
    if content[:HEAD].lstrip(b"\xef\xbb\xbf\t\r\n ").lower().startswith((b"<!doctype html", b"<html")):
        return _PAGE
    return next((sentence for head, sentence in _HEADS if content.startswith(head)), _UNKNOWN)
