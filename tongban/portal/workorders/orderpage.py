"""One order as a page: what the officer's and the citizen's have in common."""

from typing import Any

from django.http import HttpRequest, HttpResponse

from tongban.foundation.errors import DomainError
from tongban.foundation.ui import pages
from tongban.people.workorders.queries import OrderFile
from tongban.portal.workorders import words


def order_page(
    request: HttpRequest, template: str, file: OrderFile, refusal: DomainError | None, **more: Any
) -> HttpResponse:
    """With what was typed; a refusal stands at its field, or above where it names none."""
    context = {
        "file": file,
        "order": file.order,
        "row": file.row,
        "words": words,
        "typed": request.POST,
        "errors": {refusal.field: refusal.message} if refusal and refusal.field else {},
        "conflict": refusal.message if refusal and not refusal.field else "",
    }
    return pages.render(request, template, context | more, status=refusal.status if refusal else 200)
