"""Forms about uses of personal data."""

from django import forms

from tongban.foundation.ui.forms import ConcurrentForm


class ObjectionForm(ConcurrentForm):
    """The reason for an objection to one use. A second objection to the same use comes too late."""

    text = forms.CharField(
        label="哪里不对",
        help_text="5 至 500 个字，例如：我没有办过这件事，为什么查我的婚姻登记",
        error_messages={"required": "请写明有什么疑问。"},
        widget=forms.Textarea,
    )
