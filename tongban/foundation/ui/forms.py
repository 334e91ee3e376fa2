"""The base of all forms: Django validates them, one macro renders them, and a service's refusal appears at its field.

form = NoteForm.of(request)
if form.is_valid():
    with form.refusals():
        services.add_note(order_id, **form.cleaned_data, actor=actor)
        return redirect(...)
return pages.render(request, "….html", {"form": form}, form.status)
"""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Any, ClassVar, Self

from django import forms
from django.http import HttpRequest

from tongban.foundation.characters import visible
from tongban.foundation.errors import Conflict, DomainError, NotAllowed


class ServiceForm(forms.BaseForm):
    """A form that shows a service's refusal. Use it directly only as a mixin for forms of a library."""

    is_concurrent: ClassVar[bool] = False
    """Whether the form changes something that others may change at the same time, so that it can come too late."""
    refusal: DomainError | None = None
    """The service's refusal, if there was one."""

    def field_names(self) -> Mapping[str, str]:
        """Map field names of the service to fields of this form, where they differ.

        The empty name is for refusals that name no field.
        """
        return {}

    @contextmanager
    def refusals(self, *passing: type[DomainError]) -> Iterator[None]:
        """Show a DomainError raised in the block in the form. NotAllowed and the classes `passing` propagate."""
        try:
            yield
        except DomainError as refusal:
            if isinstance(refusal, (NotAllowed, *passing)):
                raise
            self.refuse(refusal)

    def refuse(self, refusal: DomainError) -> None:
        """Show a refusal at the field that it names, or above the form if it names none of the form's fields."""
        field = self.field_names().get(refusal.field or "", refusal.field)
        self.refusal = refusal
        self.add_error(field if field in self.fields else None, refusal.message)

    @property
    def status(self) -> int:
        """The HTTP status of the page with the form: 422 if something must be corrected, 409 if it came too late."""
        if not self.errors:
            return 200
        late = self.is_concurrent and isinstance(self.refusal, Conflict) and not self.refusal.field
        return Conflict.status if late else 422


class Form(ServiceForm, forms.Form):
    """The base class of the product's own forms."""

    @classmethod
    def of(cls, request: HttpRequest, *, when: str = "", **more: Any) -> Self:
        """Return the form bound to the data of a POST request, or unbound for other methods.

        On a page with several forms, `when` is the name of a field or button that only this one sends; the form stays
        unbound when another one was sent.
        """
        sent = request.method == "POST" and (not when or when in request.POST)
        return cls(request.POST if sent else None, request.FILES if sent else None, **more)

    def full_clean(self) -> None:
        """Clean the form. Free text loses invisible characters, such as direction marks, and nothing else."""
        super().full_clean()
        cleaned = getattr(self, "cleaned_data", {})
        for name, value in cleaned.items():
            field = self.fields.get(name)
            if isinstance(value, str) and isinstance(field, forms.CharField) and field.strip:
                cleaned[name] = visible(value)


class ConcurrentForm(Form):
    """A form that changes something that others may change at the same time: an order, a case, a registration."""

    is_concurrent = True
