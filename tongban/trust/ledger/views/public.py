"""Pages for everybody: an introduction to the ledger, and the proof of one entry."""

import json
from uuid import UUID

from django.http import HttpRequest, HttpResponse
from django.views.decorators.http import require_safe

from tongban.foundation.announcements.actors import rule_of
from tongban.foundation.ui import pages
from tongban.foundation.ui.audience import public
from tongban.trust.ledger import queries
from tongban.trust.ledger.statements import from_moment


@public
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
            "epochs": queries.declared_epochs(),
            "address": request.build_absolute_uri("/").rstrip("/"),
        },
    )


@public
@require_safe
def certificate(request: HttpRequest, entry_id: UUID) -> HttpResponse:
    found = queries.certificate_of(entry_id)
    response = pages.render(
        request,
        "ledger/certificate.html",
        {
            "entry_id": entry_id,
            "found": found,
            "shown": _shown(found.leaf) if found.leaf else None,
            "root": bytes(found.head.root).hex() if found.head else "",
            "path": [one.hex() for one in found.path],
        },
    )
    response["Cache-Control"] = "no-store"
    response["X-Robots-Tag"] = "noindex"
    return response


def _shown(leaf: str) -> dict[str, object]:
    """Return the parts of a public leaf that are in clear."""
    parsed = json.loads(leaf)
    return {
        "at": from_moment(parsed["at"]),
        "label": queries.label_of(parsed["type"]),
        "rule": rule_of(parsed["actor"]),
    }
