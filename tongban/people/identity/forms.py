"""The form with which somebody chooses in whose name to act."""

from django import forms
from django.core.files.uploadedfile import UploadedFile
from django.http import QueryDict
from django.utils.datastructures import MultiValueDict

from tongban.foundation.ui.forms import Form

UNKNOWN = "请从列出的身份里选择；授权有变化时，请刷新页面"


class PrincipalForm(Form):
    """Choose in whose name to act: the person's own, their firm's, or that of a principal who gave them a mandate."""

    principal = forms.ChoiceField(
        label="请选择",
        help_text="办件、草稿和证照都分开：换到哪个身份，就看到哪个身份的",
        widget=forms.RadioSelect,
        error_messages={"required": UNKNOWN, "invalid_choice": UNKNOWN},
    )

    def __init__(
        self,
        data: QueryDict | None = None,
        files: "MultiValueDict[str, UploadedFile[bytes]] | None" = None,
        *,
        names: dict[str, str],
    ) -> None:
        """`names` maps the key of each identity to its name."""
        super().__init__(data, files)
        principal = self.fields["principal"]
        assert isinstance(principal, forms.ChoiceField)
        principal.choices = list(names.items())
