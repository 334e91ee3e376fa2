"""Mandates given and held, and what others did in the reader's name."""

from collections.abc import Iterable
from uuid import UUID

from django.core.paginator import Paginator
from django.http import HttpResponse
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from tongban.foundation import clock
from tongban.foundation.errors import NotAllowed
from tongban.foundation.ids import id_from
from tongban.foundation.ui import pages
from tongban.people.identity import queries as identity
from tongban.people.identity.access import citizen_required
from tongban.people.identity.actors import Actor
from tongban.people.identity.requests import Request
from tongban.portal.acting import words
from tongban.trust.ledger import queries as ledger

PAGE = 20


@never_cache
@citizen_required
@require_safe
def overview(request: Request) -> HttpResponse:
    """List mandates to answer, given and held, and children that the reader can act for."""
    actor = require_own_name(request)
    assert actor.subject_id is not None
    assert actor.acting_for is not None
    over, page = request.GET.get("show") == "over", request.GET.get("page", "1")
    for_firm = actor.acting_for != actor.subject_id
    held = request.GET.get("side") == "held" and not for_firm
    side = identity.mandates_held if held else identity.mandates_given
    found = side(actor.subject_id if held else actor.acting_for, page=page, over=over)
    context: dict[str, object] = {
        "page": found,
        "held": held,
        "over": over,
        "for_firm": for_firm,
        "waiting": [] if for_firm else identity.mandates_to_answer(actor.subject_id),
        "children": [] if for_firm else identity.children_to_claim(actor.subject_id),
        "name_of": identity.name_of,
        "right_words": identity.right_words,
        "states": words.STATES,
        "ended": words.ENDED,
        "query": f"side={'held' if held else 'given'}&show={'over' if over else 'open'}&",
    }
    return pages.render(request, "acting/overview.html", context)


@never_cache
@citizen_required
@require_safe
def acts(request: Request) -> HttpResponse:
    """谁替我办了什么: list the acts in the reader's name, newest first, each with the mandate behind it."""
    actor = require_own_name(request)
    assert actor.acting_for is not None
    for_firm = actor.acting_for != actor.subject_id
    entries = ledger.entries_for(actor.acting_for, types=words.types_for_principals())
    found = Paginator(entries, PAGE).get_page(request.GET.get("page", "1"))
    rows = list(found.object_list)
    names = {str(key): name for key, name in identity.display_names(_ids(row.actor for row in rows)).items()}
    kinds = identity.kinds_of_mandates(_ids(row.payload.get("mandate", "") for row in rows))
    context = {
        "page": found,
        "lines": [words.act_line(row, names, kinds, for_firm=for_firm) for row in rows],
        "today": clock.legal_day(clock.now()),
    }
    return pages.render(request, "acting/acts.html", context)


def require_own_name(request: Request) -> Actor:
    """Return the actor. Raises NotAllowed under a mandate: mandates are managed in one's own name."""
    actor = request.actor
    if actor.right is not None:
        raise NotAllowed("授权管理由本人操作。请先在“切换身份”里换回您本人。")
    return actor


def _ids(texts: Iterable[str]) -> list[UUID]:
    """Return the texts that are ids; names of machines are left out."""
    return [found for text in texts if (found := id_from(text))]
