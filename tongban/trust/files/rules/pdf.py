"""Rules for PDF (ISO 32000): the form of the file, and messages for the verdicts on its structure. Pure.

`tongban.trust.files.pdfs` examines the structure and returns the verdicts.
"""

from tongban.trust.files.rules.common import FileRefused, check_single_face

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


def check_outside(content: bytes) -> None:
    """Raise FileRefused unless the content is one complete PDF with nothing before or after it."""
    end = content.rfind(b"%%EOF")
    if end < 0:
        raise FileRefused(BROKEN)
    check_single_face(content, "个 PDF 文件", end=end + 5)
    if b"PK\x05\x06" in content[-66_000:]:
        raise FileRefused("这个 PDF 文件里夹带了压缩包，不能接收。请用“打印”另存为新的 PDF 后再上传。")


def check_verdict(word: str) -> None:
    """Raise FileRefused unless the verdict is `passive`. An unknown verdict is refused as well."""
    if word != PASSIVE:
        raise FileRefused(SENTENCES.get(word, SENTENCES["too-complex"]))
