"""How a form shows what a service refused."""

from django import forms

from tongban.foundation.errors import DomainError


def add_refusal(form: forms.Form, refusal: DomainError, **called: str) -> None:
    """At the field that the refusal names, else above the form; `called`: how the form calls what services name."""
    field = called.get(refusal.field or "", refusal.field)
    form.add_error(field if field in form.fields else None, refusal.message)
