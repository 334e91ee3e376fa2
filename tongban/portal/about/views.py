"""Pages about the platform, and the files that crawlers and security researchers ask for."""

from datetime import timedelta

from django.conf import settings
from django.http import Http404, HttpRequest, HttpResponse
from django.urls import reverse
from django.views.decorators.http import require_safe

from tongban.foundation import clock
from tongban.foundation.ui import pages
from tongban.foundation.ui.audience import public
from tongban.foundation.ui.keeping import kept
from tongban.foundation.ui.publications import CATALOGUE, DEPARTMENTS
from tongban.foundation.ui.shell import place
from tongban.foundation.ui.sitemap import pages_of_site
from tongban.handling.catalog import queries as catalog
from tongban.portal.about import texts

PROTOCOL = "http://www.sitemaps.org/schemas/sitemap/0.9"
MAX_WANTED = 40
"""Characters of a text by which halls are filtered."""
PER_SITEMAP = 5_000
"""Addresses in one sitemap; the protocol allows 50 000."""
SECURITY_TXT_DAYS = 180
"""Days after which security.txt expires (RFC 9116 recommends less than a year)."""


@public
@kept()
@require_safe
def page(request: HttpRequest, name: str, language: str = "zh") -> HttpResponse:
    """Show a page of text in one language, with a link to the other."""
    other = "zh" if language == "en" else "en"
    context = {
        "text": texts.text_of(name, language),
        "lang": texts.LANGUAGES[language],
        "other": texts.text_of(name, other).title,
        "other_lang": texts.LANGUAGES[other],
        "other_href": reverse(f"about:{name}" + ("-en" if other == "en" else "")),
    }
    return pages.render(request, "about/page.html", context)


@public
@kept(CATALOGUE, DEPARTMENTS, query=("q",))
@require_safe
def halls(request: HttpRequest) -> HttpResponse:
    """Show the service halls: where the windows of each department are, when they are open, and whom to call."""
    wanted = request.GET.get("q", "").strip()[:MAX_WANTED]
    return pages.render(request, "about/halls.html", {"halls": catalog.halls(wanted), "q": wanted})


@public
@require_safe
def robots(request: HttpRequest) -> HttpResponse:
    """Say which pages crawlers should leave alone, and where the sitemap is."""
    lines = ["User-agent: *", *(f"Disallow: {address}" for address in closed_to_crawlers())]
    lines += ["", f"Sitemap: {_origin(request)}{reverse('about:sitemap')}"]
    return _text("\n".join(lines))


def closed_to_crawlers() -> list[str]:
    """Return where pages of one person begin, and pages without an end. Guards decide who may see them, not this."""
    own = (
        place("account"), place("desk"), place("mandate"), place("my"), place("sign-in"), place("verify"),
        place("wallet"),
    )  # fmt: skip
    return sorted([reverse("catalog:search"), *filter(None, own)])


@public
@require_safe
def sitemap(request: HttpRequest) -> HttpResponse:
    """List all public pages, or the parts of the list if it is long."""
    found = pages_of_site()
    parts = -(-len(found) // PER_SITEMAP)
    if parts > 1:
        addresses = [_origin(request) + reverse("about:sitemap-part", args=[number + 1]) for number in range(parts)]
        entries = "".join(f"<sitemap><loc>{address}</loc></sitemap>" for address in addresses)
        return _xml(f'<sitemapindex xmlns="{PROTOCOL}">{entries}</sitemapindex>')
    return _urls(request, found)


@public
@require_safe
def sitemap_part(request: HttpRequest, part: int) -> HttpResponse:
    """Show one part of a long sitemap."""
    found = pages_of_site()[(part - 1) * PER_SITEMAP : part * PER_SITEMAP]
    if part < 1 or not found:
        raise Http404
    return _urls(request, found)


@public
@require_safe
def security(request: HttpRequest) -> HttpResponse:
    """Say whom to tell of a weakness (RFC 9116). Without a contact in the settings, there is no such file."""
    if not settings.SECURITY_CONTACT:
        raise Http404
    expires = (clock.now() + timedelta(days=SECURITY_TXT_DAYS)).strftime("%Y-%m-%dT00:00:00Z")
    canonical = f"{_origin(request)}{reverse('about:security')}"
    return _text(
        f"Contact: {settings.SECURITY_CONTACT}\nExpires: {expires}\nPreferred-Languages: zh, en\nCanonical: {canonical}"
    )


def _origin(request: HttpRequest) -> str:
    return settings.PUBLIC_ADDRESS or f"{request.scheme}://{request.get_host()}"


def _urls(request: HttpRequest, found: list[str]) -> HttpResponse:
    entries = "".join(f"<url><loc>{_origin(request)}{address}</loc></url>" for address in found)
    return _xml(f'<urlset xmlns="{PROTOCOL}">{entries}</urlset>')


def _xml(content: str) -> HttpResponse:
    head = '<?xml version="1.0" encoding="UTF-8"?>'
    return HttpResponse(head + content, content_type="application/xml; charset=utf-8")


def _text(content: str) -> HttpResponse:
    return HttpResponse(f"{content}\n", content_type="text/plain; charset=utf-8")
