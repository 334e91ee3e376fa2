"""The home page. Its figures are counted from the catalogue and the cases."""

from django.http import HttpRequest, HttpResponse
from django.views.decorators.http import require_safe

from tongban.foundation.ui import elder, pages
from tongban.foundation.ui.audience import public
from tongban.foundation.ui.keeping import keep_until, kept
from tongban.foundation.ui.publications import CATALOGUE, DEPARTMENTS
from tongban.handling.catalog import queries as catalog
from tongban.people.identity.access import actor_of_request, applicant_of_request
from tongban.portal.home import content, shared, waiting


@public
@kept(CATALOGUE, DEPARTMENTS)
@require_safe
def home(request: HttpRequest) -> HttpResponse:
    """Show the home page, or its version for the elders' edition."""
    reader = actor_of_request(request)
    todo = waiting.for_applicant(applicant_of_request(request), officer=reader is not None and reader.is_officer)
    if elder.chosen(request):
        empty = catalog.is_empty()
        tiles = content.with_addresses(content.ELDER_TILES, without=content.CATALOGUE if empty else ())
        return pages.render(request, "home/elder.html", {"tiles": tiles, "todo": todo, "empty": empty})
    parts = shared.for_everybody()
    keep_until(request, parts.until)
    hot_words = () if parts.empty else content.HOT_WORDS
    return pages.render(request, "home/home.html", {"shared": parts, "hot_words": hot_words, "todo": todo})
