"""What a citizen sees: what the ledger is, and the proof of one entry."""

from uuid import UUID

from django.http import HttpRequest, HttpResponse
from django.views.decorators.http import require_safe

from tongban.foundation.ledger import queries
from tongban.foundation.ui import pages


@require_safe
def about(request: HttpRequest) -> HttpResponse:
    head = queries.newest()
    return pages.render(
        request,
        "ledger/about.html",
        {
            "head": head,
            "root": bytes(head.root).hex() if head else "",
            "witnesses": queries.witness_rows(),
            "address": request.build_absolute_uri("/").rstrip("/"),
        },
    )


@require_safe
def certificate(request: HttpRequest, entry_id: UUID) -> HttpResponse:
    found = queries.certificate_of(entry_id)
    response = pages.render(
        request,
        "ledger/certificate.html",
        {
            "entry_id": entry_id,
            "found": found,
            "root": bytes(found.head.root).hex() if found.head else "",
            "path": [one.hex() for one in found.path],
        },
    )
    response["Cache-Control"] = "no-store"
    response["X-Robots-Tag"] = "noindex"
    return response
