"""The style page (/design/), which shows every component with sample content, and the switch of the elders' edition."""

from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.views.decorators.http import require_safe
from markupsafe import Markup

from tongban.foundation.ui import elder, pages
from tongban.foundation.ui.audience import public
from tongban.foundation.ui.keeping import kept
from tongban.foundation.ui.samples import BIRTH, COLOURS


@public
@kept()
@require_safe
def design(request: HttpRequest) -> HttpResponse:
    """Show every component with sample content."""
    page = Paginator(range(1, 27), 8).page(2)
    code = Markup(
        '<svg viewBox="0 0 29 29"><rect width="29" height="29" fill="#fff"/>'
        '<path d="M4 4h7v7H4zM18 4h7v7h-7zM4 18h7v7H4z" fill="none" stroke="#14213d" stroke-width="1"/>'
        '<path d="M6 6h3v3H6zM20 6h3v3h-3zM6 20h3v3H6z" fill="#14213d"/></svg>'
    )
    return pages.render(
        request, "ui/design.html", {"birth": BIRTH, "colours": COLOURS, "page": page, "code": code, "numbers": range(8)}
    )


@public
@require_safe
def elder_on(request: HttpRequest) -> HttpResponse:
    """Switch to the elders' edition."""
    return elder.switch(request, on=True)


@public
@require_safe
def elder_off(request: HttpRequest) -> HttpResponse:
    """Switch back to the ordinary edition."""
    return elder.switch(request, on=False)
