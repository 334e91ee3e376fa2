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
    lost = sent is not None and sent not in forms.values()
    context = {
        "file": file,
        "order": file.order,
        "row": file.row,
        "words": words,
        "forms": forms,
        "sent": sent or Form(),
        "kept": _words(sent) if sent and lost else "",
    }
    return pages.render(request, template, context, status=sent.status if sent else 200)


def _words(form: Form) -> str:
    """What was written, to be copied: its form is no longer on the page, since the order has moved on."""
    return "\n".join(str(form[name].value() or "") for name in ("answer", "note", "reason") if name in form.fields)
