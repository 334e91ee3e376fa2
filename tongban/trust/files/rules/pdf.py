"""PDF (ISO 32000): one document without scripts, attachments, commands or a password, unpacked within bounds.

The objects are searched, not parsed: a reader that repairs broken files may see more than a strict one, and each name
is looked for wherever it stands, also written with `#xx` and inside packed object streams.
"""

import re
import zlib

from tongban.trust.files.rules.common import FileRefused, Inflater, TooMuch, check_single_face
from tongban.trust.files.rules.pictures import MOST_PIXELS_A_SIDE

BROKEN = "PDF 文件不完整，可能没有下载完。请重新保存后再上传。"
_BOMB = "这个 PDF 文件解开后大得不正常，不能接收。请降低扫描分辨率，或分成几个文件上传。"
_ACTIVE = "这个 PDF 文件里有{}，为了安全不能接收。请在阅读软件里用“打印”另存为新的 PDF 后再上传。"
_MOST_UNPACKED = 256 * 1024 * 1024
"""Bytes of all streams together: some colour scans of a sheet at 600 dpi."""
_MOST_STREAMS = 20_000
_MOST_STEPS = 2
"""Filters of one stream after another; real programs use two at most."""
_LZW_GROWTH = 1366
_MARKS = re.compile(rb"/(JavaScript|Launch|EmbeddedFiles?|Encrypt|RichMedia|Rendition|GoToE)(?![A-Za-z0-9])")
_WORDS = {
    b"JavaScript": "脚本",
    b"Launch": "启动程序的命令",
    b"EmbeddedFile": "附件",
    b"EmbeddedFiles": "附件",
    b"RichMedia": "多媒体",
    b"Rendition": "多媒体",
    b"GoToE": "附件",
}
_DICTIONARY = 8192
"""Bytes before a stream in which its dictionary stands."""
_OVERLAP = 32
"""Bytes of the piece before in which a name may have begun."""
_STREAM = re.compile(rb">>\s*stream\r?\n")
_SIDE = re.compile(rb"/(?:Width|Height)\s+(\d{1,12})")


def check(content: bytes) -> None:
    """FileRefused unless the content is one whole, passive PDF and nothing else."""
    end = content.rfind(b"%%EOF")
    if end < 0:
        raise FileRefused(BROKEN)
    check_single_face(content, "个 PDF 文件", end=end + 5)
    if b"PK\x05\x06" in content[-66_000:]:
        raise FileRefused("这个 PDF 文件里夹带了压缩包，不能接收。请用“打印”另存为新的 PDF 后再上传。")
    _check_names(content)
    left = _MOST_UNPACKED
    for number, found in enumerate(_STREAM.finditer(content)):
        if number >= _MOST_STREAMS:
            raise FileRefused(_BOMB)
        earliest = max(0, found.start() - _DICTIONARY)
        start = max(content.rfind(b"obj", earliest, found.start()), earliest)
        left = _check_stream(content, _plain_names(content[start : found.start()]), found.end(), left)


def _check_stream(content: bytes, dictionary: bytes, start: int, left: int) -> int:
    """Unpack one stream within what is left; returns what is left after it."""
    if any(int(side) > 2 * MOST_PIXELS_A_SIDE for side in _SIDE.findall(dictionary)):
        raise FileRefused(_BOMB)
    flates = len(re.findall(rb"/(?:FlateDecode|Fl)(?![A-Za-z0-9])", dictionary))
    others = len(re.findall(rb"/(?:LZWDecode|LZW|RunLengthDecode|RL)(?![A-Za-z0-9])", dictionary))
    if flates + others > _MOST_STEPS:
        raise FileRefused(_BOMB)
    if others:
        end = content.find(b"endstream", start)
        left -= ((end if end >= 0 else len(content)) - start) * _LZW_GROWTH
        if left < 0:
            raise FileRefused(_BOMB)
    if not flates or others:
        return left
    steps = [Inflater(left) for _ in range(flates)]
    before = b""
    try:
        for position in range(start, len(content), Inflater.PIECE):
            pieces = [content[position : position + Inflater.PIECE]]
            for step in steps:
                pieces = [out for piece in pieces for out in step.feed(piece)]
            for piece in pieces:
                _check_names(before + piece)
                before = piece[-_OVERLAP:]
            if steps[0].ended:
                break
    except zlib.error:
        pass  # readers show what they can of a damaged stream; it is no bomb
    except TooMuch:
        raise FileRefused(_BOMB) from None
    return min(step.left for step in steps)


def _check_names(text: bytes) -> None:
    found = _MARKS.search(text) or (_MARKS.search(_plain_names(text)) if b"#" in text else None)
    if found and found[1] == b"Encrypt":
        raise FileRefused("这个 PDF 文件加了密码，工作人员打不开。请去掉密码，或用“打印”另存为新的 PDF 后再上传。")
    if found:
        raise FileRefused(_ACTIVE.format(_WORDS[found[1]]))


def _plain_names(text: bytes) -> bytes:
    """Names without their `#xx` writing."""
    return re.sub(rb"#([0-9A-Fa-f]{2})", lambda found: bytes.fromhex(found[1].decode()), text)
