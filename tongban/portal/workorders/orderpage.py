"""The page of one order: what the officers' and the citizens' page have in common."""

from django.http import HttpRequest, HttpResponse

from tongban.foundation.ui import pages
from tongban.foundation.ui.forms import Form
from tongban.people.workorders.queries import OrderFile
from tongban.portal.workorders import words


def order_page(
    request: HttpRequest, template: str, file: OrderFile, forms: dict[str, Form], *, sent: Form | None = None
) -> HttpResponse:
    """Render an order with the forms for what may be done now; `sent` is a form that was refused."""
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
    """Return the typed text, to be copied, because the order's new state no longer has this form."""
    return "\n".join(str(form[name].value() or "") for name in ("answer", "note", "reason") if name in form.fields)
