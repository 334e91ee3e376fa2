"""Forms in one way: Django checks them, one macro shows them, and a service's refusal stands at its field.

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

from tongban.foundation.errors import Conflict, DomainError, NotAllowed


class ServiceForm(forms.BaseForm):
    """A form that shows what a service refused. On its own only for forms of a library."""

    is_concurrent: ClassVar[bool] = False
    """Whether it moves on something that others move on too, so that it may come too late."""
    refusal: DomainError | None = None
    """What the service refused."""

    def called(self) -> Mapping[str, str]:
        """What services name, and the field of this form that is meant, where the two are called differently.

        The empty name stands for a refusal that names nothing.
        """
        return {}

    @contextmanager
    def refusals(self, *passing: type[DomainError]) -> Iterator[None]:
        """A refusal in the block stands in the form. A missing right passes on, and so do the classes `passing`."""
        try:
            yield
        except DomainError as refusal:
            if isinstance(refusal, (NotAllowed, *passing)):
                raise
            self.refuse(refusal)

    def refuse(self, refusal: DomainError) -> None:
        """Show a refusal at the field that it names, else above the form."""
        field = self.called().get(refusal.field or "", refusal.field)
        self.refusal = refusal
        self.add_error(field if field in self.fields else None, refusal.message)

    @property
    def status(self) -> int:
        """The status of the page with the form: 422 where something has to be corrected, 409 where it is too late."""
        if not self.errors:
            return 200
        late = self.is_concurrent and isinstance(self.refusal, Conflict) and not self.refusal.field
        return Conflict.status if late else 422


class Form(ServiceForm, forms.Form):
    """The base of every form of ours."""

    @classmethod
    def of(cls, request: HttpRequest, **more: Any) -> Self:
        """The form with what was sent, or as it is shown first."""
        sent = request.method == "POST"
        return cls(request.POST if sent else None, request.FILES if sent else None, **more)


class ConcurrentForm(Form):
    """A form that moves on something that others move on too: an order, a case, a registration."""

    is_concurrent = True
