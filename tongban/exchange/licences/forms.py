"""The form of the public check: a code from the document, or the PDF itself."""

from collections.abc import Mapping
from typing import Any

from django import forms

from tongban.foundation.ui.forms import Form

LARGEST = 10 * 1024 * 1024


class VerifyForm(Form):
    code = forms.CharField(
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

    def clean_document(self) -> Any:
        document = self.cleaned_data["document"]
        if document and document.size > LARGEST:
            raise forms.ValidationError("文件超过 10 MB，请选择签发时下载的 PDF 文件。")
        if document and document.read(5) != b"%PDF-":
            raise forms.ValidationError("这不是 PDF 文件，请选择签发时下载的 PDF 文件。")
        if document:
            document.seek(0)
        return document

    def clean(self) -> dict[str, Any]:
        data = super().clean() or {}
        if not self.errors and not data.get("code") and not data.get("document"):
            self.add_error("code", "请输入核验码，或选择要核验的 PDF 文件。")
        return data
