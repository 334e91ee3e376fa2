"""The home page. Its figures are counted from the catalogue and the cases."""

from functools import partial

from django.http import HttpRequest, HttpResponse
from django.views.decorators.http import require_safe

from tongban.foundation.ui import elder, pages
from tongban.foundation.ui.audience import public
from tongban.foundation.ui.keeping import keep_until, kept
from tongban.foundation.ui.publications import CATALOGUE, DEPARTMENTS
from tongban.handling.catalog import queries as catalog
from tongban.people.identity.access import applicant_of_request
from tongban.portal.home import content, waiting

SHOWN = 8


@public
@kept(CATALOGUE, DEPARTMENTS)
@require_safe
def home(request: HttpRequest) -> HttpResponse:
    """Show the home page, or its version for the elders' edition."""
    todo = waiting.for_applicant(applicant_of_request(request))
    empty = catalog.is_empty()
    without = content.CATALOGUE if empty else ()
    if elder.chosen(request):
        tiles = content.with_addresses(content.ELDER_TILES, without=without)
        return pages.render(request, "home/elder.html", {"tiles": tiles, "todo": todo, "empty": empty})
    bundles = content.bundles_in_order()
    items = content.items_of(bundles[:SHOWN])
    cards = [content.bundle_card(bundle, items) for bundle in bundles[:SHOWN]]
    context = {
        "empty": empty,
        "entrances": content.with_addresses(content.ENTRANCES, without=without),
        "hot_words": () if empty else content.HOT_WORDS,
        "life": () if empty else content.LIFE,
        "features": content.with_addresses(content.FEATURES, without=without),
        "lead": cards[0] if cards else None,
        "bundles": cards[1:],
        "bundle_count": len(bundles),
        "popular": content.popular_items(items),
        "todo": todo,
        "figures": content.figures(partial(keep_until, request)),
    }
    return pages.render(request, "home/home.html", context)
