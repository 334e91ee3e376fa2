"""One order as a page: what the officer's and the citizen's have in common."""

from django.http import HttpRequest, HttpResponse

from tongban.foundation.ui import pages
from tongban.foundation.ui.forms import Form
from tongban.people.workorders.queries import OrderFile
from tongban.portal.workorders import words


def order_page(
    request: HttpRequest, template: str, file: OrderFile, forms: dict[str, Form], *, sent: Form | None = None
) -> HttpResponse:
    """The order with the forms of what may be done now; `sent` is the one that was refused, with what was typed."""
    context = {
        "file": file,
        "order": file.order,
        "row": file.row,
        "words": words,
        "forms": forms,
        "sent": sent or Form(),
    }
    return pages.render(request, template, context, status=sent.status if sent else 200)
