"""What is typed about a work order. The services check what a form cannot know."""

from typing import Any

from django import forms

from tongban.foundation.ui.forms import ConcurrentForm, Form
from tongban.people.organisation import queries as organisation
from tongban.people.workorders.kinds import Kind
from tongban.people.workorders.queries import OrderFile, posts_by_department

Department = tuple[str, list[tuple[str, str]]]


def _words(label: str, *, missing: str, rows: int, hint: str = "") -> forms.CharField:
    return forms.CharField(
        label=label,
        help_text=hint,
        error_messages={"required": missing},
        widget=forms.Textarea(attrs={"rows": rows}),
    )


class RaiseForm(Form):
    """Something that could not be done, and the department that has to see to it."""

    kind = forms.ChoiceField(label="反映哪一类问题", widget=forms.RadioSelect, required=False)
    department = forms.ChoiceField(
        label="由哪个部门来办",
        help_text="不清楚归谁管，选您去过的那个部门，他们会转交",
        error_messages={"required": "请选择由哪个部门来办。", "invalid_choice": "请从列出的部门里选择。"},
    )
    text = _words(
        "什么事没办成",
        missing="请写明是什么事，别人看了就能办。",
        rows=6,
        hint="哪天、在哪里、办什么、卡在哪一步。内容加密保存，只有负责的工作人员能看到",
    )

    def __init__(self, *args: Any, kinds: list[Kind], **more: Any) -> None:
        super().__init__(*args, **more)
        self.kinds = {kind.key: kind for kind in kinds}
        departments = [(str(one.id), one.name) for one in organisation.departments()]
        self.fields["department"].choices = [("", "请选择部门"), *departments]  # type: ignore[attr-defined]
        self.fields["kind"].choices = [(one.key, one.name) for one in kinds]  # type: ignore[attr-defined]
        self.fields["kind"].initial = kinds[0].key

    @property
    def chosen(self) -> Kind:
        """The kind that was chosen; the first where none was."""
        return self.kinds.get(str(self["kind"].value()), next(iter(self.kinds.values())))


class NoteForm(ConcurrentForm):
    """A word from whoever raised the order."""

    note = _words("还想补充什么", missing="请写下要补充的内容。", rows=3)


class OfficerNoteForm(ConcurrentForm):
    """A word from an officer: for colleagues, or for everybody."""

    note = _words("补充一句", missing="请写下要补充的内容。", rows=3)
    internal = forms.ChoiceField(
        label="给谁看",
        choices=[("yes", "仅内部可见"), ("no", "反映人也能看到")],
        initial="yes",
        widget=forms.RadioSelect,
        error_messages={"required": "请选择给谁看。"},
    )


class AnswerForm(ConcurrentForm):
    """What came of it, in one of the kind's outcomes and in words."""

    outcome = forms.ChoiceField(
        label="办理结果",
        widget=forms.RadioSelect,
        error_messages={"required": "请选择办理结果。", "invalid_choice": "请选择办理结果。"},
    )
    answer = _words("怎么办的、结果如何", missing="请写明怎么办的、结果如何，反映人会看到。", rows=4)

    def __init__(self, *args: Any, file: OrderFile, **more: Any) -> None:
        super().__init__(*args, **more)
        self.fields["outcome"].choices = list(file.kind.outcomes.items())  # type: ignore[attr-defined]


class TransferForm(ConcurrentForm):
    """The post that has to see to it instead, and why."""

    post = forms.ChoiceField(
        label="转给哪个岗位",
        error_messages={"required": "请选择转交给哪个岗位。", "invalid_choice": "请选择转交给哪个岗位。"},
    )
    reason = _words("为什么转交", missing="请写明为什么转交，接办的人会看到。", rows=2)

    def __init__(self, *args: Any, file: OrderFile, **more: Any) -> None:
        super().__init__(*args, **more)
        here = str(file.order.post_id)
        others = [(name, [post for post in posts if post[0] != here]) for name, posts in posts_by_department()]
        self.fields["post"].choices = [("", "请选择"), *others]  # type: ignore[attr-defined]


class ReturnForm(ConcurrentForm):
    """Why the answer does not do."""

    reason = _words(
        "哪里不满意", missing="请写明对答复哪里不满意，工作人员会接着办。", rows=3, hint="只能申请一次，请写清楚"
    )
