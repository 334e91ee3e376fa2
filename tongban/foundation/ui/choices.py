"""Set the choices of form fields when a form is made."""

from collections.abc import Iterable

from django import forms

Choice = tuple[str, str | Iterable[tuple[str, str]]]
"""(value, label), or (label of a group, its choices)."""


def set_choices(form: forms.BaseForm, name: str, choices: Iterable[Choice]) -> None:
    """Set the choices of a field of the form. Raises TypeError if the field is not a choice field."""
    field = form.fields[name]
    if not isinstance(field, forms.ChoiceField):
        raise TypeError(f"{name} is not a choice field")
    field.choices = list(choices)
