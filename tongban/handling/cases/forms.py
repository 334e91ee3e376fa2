"""Forms other than the application form, whose fields come from the catalogue (`views/fields.py`)."""

from typing import Any

from django import forms
from django.core.files.uploadedfile import UploadedFile
from django.http import QueryDict
from django.utils.datastructures import MultiValueDict

from tongban.foundation.ui.forms import ConcurrentForm, Form
from tongban.handling.cases.services import NamedFile

ALL = "all"


class WithdrawalForm(Form):
    """Choose the cases to withdraw, and say why."""

    case = forms.ChoiceField(
        label="撤回哪些",
        widget=forms.RadioSelect,
        error_messages={"required": "请选择要撤回哪些办件", "invalid_choice": "请选择要撤回哪些办件"},
    )
    reason = forms.CharField(label="撤回原因", required=False, widget=forms.Textarea(attrs={"rows": 3}))

    def __init__(
        self,
        data: QueryDict | None = None,
        files: "MultiValueDict[str, UploadedFile[bytes]] | None" = None,
        *,
        left: dict[str, str],
    ) -> None:
        """Offer the cases in `left` (number -> name), which are those that can still be withdrawn."""
        super().__init__(data, files)
        case = self.fields["case"]
        assert isinstance(case, forms.ChoiceField)
        case.choices = [
            (ALL, f"还没有决定的 {len(left)} 项全部撤回"),
            *((number, f"只撤回“{name}”") for number, name in left.items()),
        ]


class CorrectionForm(ConcurrentForm):
    """The files that a correction notice (补正) asks for, in a field for each material."""

    def __init__(self, *args: Any, wanted: list[dict[str, str]], **more: Any) -> None:
        super().__init__(*args, **more)
        for line in wanted:
            self.fields[line["material"]] = forms.FileField(
                label=line["name"],
                help_text=f"{line['sentence']}。PDF、JPG 或 PNG，不超过 10 MB",
                required=False,
                allow_empty_file=True,
            )

    @property
    def chosen(self) -> dict[str, NamedFile]:
        """The chosen files by material; the form must be valid."""
        return {key: NamedFile(file, file.name or "") for key, file in self.cleaned_data.items() if file}


class FactCorrectionForm(ConcurrentForm):
    """What is wrong with a fact. A second request for the same fact comes too late."""

    text = forms.CharField(
        label="正确的应该是什么",
        help_text="2 至 500 个字，写明正确的内容和您从哪里知道，例如：户口本上的地址是 8 号，不是 9 号",
        error_messages={"required": "请写明正确的应该是什么"},
        widget=forms.Textarea,
    )
