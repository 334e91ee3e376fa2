"""Rules for PDF (ISO 32000): the form of the file, and messages for the verdicts on its structure. Pure.

`tongban.trust.files.pdfs` examines the structure and returns the verdicts.
"""

import re

from tongban.trust.files.rules.common import FileRefused, check_head, check_rest, is_archive

PASSIVE = "passive"
BROKEN = "PDF 文件不完整，可能没有下载完。请重新保存后再上传。"
_ACTIVE = "这个 PDF 文件里有{}，为了安全不能接收。请在阅读软件里用“打印”另存为新的 PDF 后再上传。"
SENTENCES = {
    "script": _ACTIVE.format("脚本"),
    "launch": _ACTIVE.format("启动程序的命令"),
    "attachment": _ACTIVE.format("附件"),
    "media": _ACTIVE.format("多媒体"),
    "external": _ACTIVE.format("会自动打开或引用外部文件、网址的内容"),
    "form": _ACTIVE.format("动态表单（XFA），工作人员打开时可能看不到填写的内容"),
    "encrypted": "这个 PDF 文件加了密码，工作人员打不开。请去掉密码，或用“打印”另存为新的 PDF 后再上传。",
    "too-large": "这个 PDF 文件解开后大得不正常，不能接收。请降低扫描分辨率，或分成几个文件上传。",
    "too-complex": "这个 PDF 文件的结构太复杂，安全检查做不完，不能接收。请用“打印”另存为新的 PDF 或分开上传。",
    "broken": "这个 PDF 文件已损坏，或者没有页面，打不开。请重新保存或重新扫描后再上传。",
}


_JOB = re.compile(rb"\x1b%-12345X(?:@PJL[^\r\n]{0,500}[\r\n]|[\t\r\n ])*+(?=%PDF-)")
_JOB_END = re.compile(rb"\x1b%-12345X(?:@PJL[^\r\n]{0,500}[\r\n]|\x1b%-12345X|[\t\r\n ])*+\Z")
"""The job language that printers wrap around a document (HP PJL): a language change, and lines that begin with @PJL.

Each alternative begins with another character and ends with one line break, so that there is one way to match."""
_MAX_JOB, _MAX_JOB_END = 64_000, 8_000
"""Bytes of a job's beginning and end. A search tries every language change, so the end has to be short."""
_MARK = re.compile(rb"(?:\xef\xbb\xbf)?[\t\r\n ]{0,64}(?=%PDF-)")
"""A byte-order mark and blanks, which some web servers write in front of a document."""


def without_printer_job(content: bytes) -> bytes:
    """Return a PDF without the job language of a printer, byte-order mark or blanks around it, else the content."""
    begin = _JOB.match(content, 0, _MAX_JOB) or _MARK.match(content)
    if begin is None or not begin.end():
        return content
    end = _JOB_END.search(content, max(content.rfind(b"%%EOF"), len(content) - _MAX_JOB_END))
    return content[begin.end() : end.start() if end else len(content)]


def kept_of(content: bytes) -> bytes:
    """Return the content. Raises FileRefused unless it is one complete PDF with only blanks after it."""
    end = content.rfind(b"%%EOF")
    if end < 0:
        raise FileRefused(BROKEN)
    check_head(content, "个 PDF 文件")
    check_rest(content[end + 5 :], "个 PDF 文件")
    if is_archive(content):
        raise FileRefused("这个 PDF 文件里夹带了压缩包，不能接收。请用“打印”另存为新的 PDF 后再上传。")
    return content


def check_verdict(word: str) -> None:
    """Raise FileRefused unless the verdict is `passive`. An unknown verdict is refused as well."""
    if word != PASSIVE:
        raise FileRefused(SENTENCES.get(word, SENTENCES["too-complex"]))
