"""How a form shows what a service refused."""

from django import forms

from tongban.foundation.errors import DomainError


def add_refusal(form: forms.Form, refusal: DomainError) -> None:
    """At the field that the refusal names, else above the form."""
    form.add_error(refusal.field if refusal.field in form.fields else None, refusal.message)
