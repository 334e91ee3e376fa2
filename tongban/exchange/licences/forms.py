"""The form of the public verification: a code from the document, or the PDF itself."""

from collections.abc import Mapping

from django import forms
from django.core.files.uploadedfile import UploadedFile

from tongban.foundation.ui.forms import Form
from tongban.foundation.ui.typed_fields import CodeField, NameField, PlainField

MAX_FILE_BYTES = 10 * 1024 * 1024
"""The largest PDF that is accepted, in bytes."""


class HolderForm(Form):
    """What is printed on the document that somebody shows: compared, never revealed."""

    holder = NameField(
        label="证照上的持证人姓名",
        max_length=100,
        error_messages={"required": "请填写证照上印的持证人姓名"},
        widget=forms.TextInput(attrs={"autocomplete": "off"}),
    )
    ending = CodeField(
        label="证照编号的最后四位",
        max_length=4,
        error_messages={"required": "请填写证照编号的最后四位"},
        widget=forms.TextInput(attrs={"autocomplete": "off"}),
    )


class VerifyForm(Form):
    """A verify code or identifier, or the PDF of a licence."""

    code = PlainField(
        label="核验码或电子证照标识",
        help_text="核验码在二维码网址的末尾，电子证照标识印在证照页脚。",
        max_length=200,
        required=False,
    )
    document = forms.FileField(
        label="证照 PDF 文件",
        help_text="只比对内容是否与签发时一致，不保存文件。",
        required=False,
        widget=forms.FileInput(attrs={"accept": ".pdf"}),
    )

    def field_names(self) -> Mapping[str, str]:
        return {"": "document" if self.cleaned_data.get("document") else "code"}

    def clean_document(self) -> "UploadedFile[bytes] | None":
        """Accept only PDF files of at most 10 MB."""
        document: UploadedFile[bytes] | None = self.cleaned_data["document"]
        if document and (document.size or 0) > MAX_FILE_BYTES:
            raise forms.ValidationError("文件超过 10 MB，请选择签发时下载的 PDF 文件。")
        if document and document.read(5) != b"%PDF-":
            raise forms.ValidationError("这不是 PDF 文件，请选择签发时下载的 PDF 文件。")
        if document:
            document.seek(0)
        return document

    def clean(self) -> dict[str, object]:
        """Require one of the two fields."""
        data = super().clean() or {}
        if not self.errors and not data.get("code") and not data.get("document"):
            self.add_error("code", "请输入核验码，或选择要核验的 PDF 文件。")
        return data
