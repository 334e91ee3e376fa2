"""Forms of the desk: a step, a correction notice, and the reason for unmasking a case."""

from collections.abc import Mapping
from typing import Any

from django import forms
from django.forms.boundfield import BoundField

from tongban.foundation.ui.choices import set_choices
from tongban.foundation.ui.forms import ConcurrentForm, Form
from tongban.handling.cases.queries import CaseFile, StepOfFile
from tongban.people.identity.policy import PurposeNeeded
from tongban.portal.desk import words

NO_SENTENCE = "请写明这项材料要怎样补正，申请人会照着做"


class NamedStepForm(Form):
    """The step that the form on the case's page is for. The page itself sends it, so nobody sees an error of it."""

    step = forms.UUIDField(widget=forms.HiddenInput)


class StepBoundForm(ConcurrentForm):
    """A form for one step of a case. The page may show forms for other steps too."""

    def __init__(self, *args: Any, step: StepOfFile, **more: Any) -> None:
        super().__init__(*args, **more)
        self.at = step

    @property
    def kept(self) -> str:
        """The typed text, to be copied when the step no longer accepts it."""
        raise NotImplementedError


class StepForm(StepBoundForm):
    """The words about a step. The button that was pressed gives the outcome; the service refuses missing words."""

    outcome = forms.CharField(required=False, widget=forms.HiddenInput)
    confirmed = forms.CharField(required=False, widget=forms.HiddenInput)
    opinion = forms.CharField(required=False, widget=forms.Textarea(attrs={"rows": 3}))

    def __init__(self, *args: Any, step: StepOfFile, **more: Any) -> None:
        super().__init__(*args, step=step, **more)
        self.auto_id = f"id_%s-{step.id}"
        question, hint, self.needed = words.QUESTIONS.get(step.kind, ("意见", "", False))
        mark = "（必填）" if self.needed else ""
        self.fields["opinion"].label, self.fields["opinion"].help_text = f"{step.name}{question}{mark}", hint

    def field_names(self) -> Mapping[str, str]:
        return {"outcome": "opinion"}

    @property
    def kept(self) -> str:
        return str(self["opinion"].value() or "").strip()


class CorrectionForm(StepBoundForm):
    """A correction notice (补正告知): the materials that are missing, each with a sentence for the applicant."""

    wanted = forms.MultipleChoiceField(
        label="要补正的材料",
        required=False,
        widget=forms.CheckboxSelectMultiple,
        error_messages={"invalid_choice": "请从材料清单里选择要补正的材料。"},
    )

    def __init__(self, *args: Any, step: StepOfFile, file: CaseFile, **more: Any) -> None:
        super().__init__(*args, step=step, **more)
        self.materials = {material.key: material.name for material in file.materials}
        set_choices(self, "wanted", self.materials.items())
        for key, name in self.materials.items():
            self.fields[_sentence(key)] = forms.CharField(label=f"“{name}”怎样补正", required=False)

    def clean(self) -> dict[str, object]:
        data = super().clean() or {}
        for key in data.get("wanted", []):
            if not data.get(_sentence(key)):
                self.add_error(_sentence(key), NO_SENTENCE)
        return data

    @property
    def lines(self) -> list[dict[str, str]]:
        """The materials that were ticked or have a sentence; the form must be valid."""
        data = self.cleaned_data
        sentences = {key: data[_sentence(key)] for key in self.materials}
        return [
            {"material": key, "sentence": sentence}
            for key, sentence in sentences.items()
            if sentence or key in data["wanted"]
        ]

    @property
    def kept(self) -> str:
        return "\n".join(filter(None, (str(self[_sentence(key)].value() or "").strip() for key in self.materials)))

    def rows(self) -> list[tuple[str, str, BoundField]]:
        """Return key, name and sentence field of each material."""
        return [(key, name, self[_sentence(key)]) for key, name in self.materials.items()]


class ReasonForm(Form):
    """The reason for opening a case that is not one's task, or for unmasking one."""

    reason = forms.CharField(
        label="为什么要看",
        help_text="6 至 200 个字，例如：核对户主姓名与户口簿是否一致、答复本人来电询问",
        error_messages={"required": PurposeNeeded.message},
        widget=forms.Textarea(attrs={"rows": 3}),
    )


def _sentence(key: str) -> str:
    return f"sentence-{key}"
