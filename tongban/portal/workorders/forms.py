"""Forms of work orders. The services check what a form cannot know."""

from typing import Any

from django import forms

from tongban.foundation.ui.choices import set_choices
from tongban.foundation.ui.forms import ConcurrentForm, Form
from tongban.people.organisation import queries as organisation
from tongban.people.workorders.kinds import Kind
from tongban.people.workorders.queries import OrderFile, posts_by_department


def _words(label: str, *, missing: str, rows: int, hint: str = "") -> forms.CharField:
    return forms.CharField(
        label=label,
        help_text=hint,
        error_messages={"required": missing},
        widget=forms.Textarea(attrs={"rows": rows}),
    )


class RaiseForm(Form):
    """A new order: something that could not be done, and the department responsible for it."""

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
        departments = [(str(department.id), department.name) for department in organisation.departments()]
        set_choices(self, "department", [("", "请选择部门"), *departments])
        set_choices(self, "kind", [(kind.key, kind.name) for kind in kinds])
        self.fields["kind"].initial = kinds[0].key

    @property
    def chosen(self) -> Kind:
        """The chosen kind, or the first one if none was chosen."""
        return self.kinds.get(str(self["kind"].value()), next(iter(self.kinds.values())))


class NoteForm(ConcurrentForm):
    """A note by whoever raised the order."""

    note = _words("还想补充什么", missing="请写下要补充的内容。", rows=3)


class OfficerNoteForm(ConcurrentForm):
    """A note by an officer: for colleagues only, or also for whoever raised the order."""

    note = _words("补充一句", missing="请写下要补充的内容。", rows=3)
    internal = forms.ChoiceField(
        label="给谁看",
        choices=[("yes", "仅内部可见"), ("no", "反映人也能看到")],
        initial="yes",
        widget=forms.RadioSelect,
        error_messages={"required": "请选择给谁看。"},
    )


class AnswerForm(ConcurrentForm):
    """An answer: one of the kind's outcomes, and words."""

    outcome = forms.ChoiceField(
        label="办理结果",
        widget=forms.RadioSelect,
        error_messages={"required": "请选择办理结果。", "invalid_choice": "请选择办理结果。"},
    )
    answer = _words("怎么办的、结果如何", missing="请写明怎么办的、结果如何，反映人会看到。", rows=4)

    def __init__(self, *args: Any, file: OrderFile, **more: Any) -> None:
        super().__init__(*args, **more)
        set_choices(self, "outcome", file.kind.outcomes.items())


class TransferForm(ConcurrentForm):
    """The post to transfer an order to, and the reason."""

    post = forms.ChoiceField(
        label="转给哪个岗位",
        error_messages={"required": "请选择转交给哪个岗位。", "invalid_choice": "请选择转交给哪个岗位。"},
    )
    reason = _words("为什么转交", missing="请写明为什么转交，接办的人会看到。", rows=2)

    def __init__(self, *args: Any, file: OrderFile, **more: Any) -> None:
        super().__init__(*args, **more)
        here = str(file.order.post_id)
        others = [(name, [post for post in posts if post[0] != here]) for name, posts in posts_by_department()]
        set_choices(self, "post", [("", "请选择"), *others])


class ReturnForm(ConcurrentForm):
    """The reason for returning an answer."""

    reason = _words(
        "哪里不满意", missing="请写明对答复哪里不满意，工作人员会接着办。", rows=3, hint="只能申请一次，请写清楚"
    )
