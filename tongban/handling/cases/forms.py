"""Forms other than the application form, whose fields come from the catalogue (`views/fields.py`)."""

from django import forms
from django.core.files.uploadedfile import UploadedFile
from django.http import QueryDict
from django.utils.datastructures import MultiValueDict

from tongban.foundation.ui.forms import Form

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
