"""Finds an address of each page for each kind of person, by following the links of the pages themselves."""

from collections import deque
from collections.abc import Iterator
from dataclasses import dataclass, field
from urllib.parse import urlsplit

from django.urls import NoReverseMatch, Resolver404, URLPattern, URLResolver, get_resolver, resolve, reverse

from tongban.bench.browser import Answer, Browser, links
from tongban.bench.problems import Problems

TRIES = 3
"""Addresses of one page that are tried until one answers 200."""
NOT_FOLLOWED = ("account_logout", "elder-on", "elder-off", "sso:logout", "sso:national", "sso:ctid")
"""Addresses whose GET changes what the browser sees next, or leads to another system."""
UNREADY = ("operations:", "operation_pages:")
"""Pages that report 503 because no worker runs here."""
VARIANTS = {
    "catalog:search, found": "/search/?q=%E8%BA%AB%E4%BB%BD%E8%AF%81%E4%B8%A2%E4%BA%86",
    "catalog:search, nothing found": "/search/?q=%E4%B8%8D%E5%AD%98%E5%9C%A8",
    "catalog:items, found": "/items/?q=%E7%A4%BE%E4%BF%9D",
}
"""Pages that cost differently with a query: 身份证丢了, 不存在, 社保."""
QUERIES = {"ledger:consistency": "?from=1", "ledger:entries": "?start=0", "ledger:inclusion": "?position=0"}
"""What an address without parameters needs besides."""


@dataclass
class Found:
    """What one person can open."""

    opened: dict[str, str] = field(default_factory=dict)
    """Address by the name of the page, if it answers 200."""
    refused: dict[str, tuple[str, int]] = field(default_factory=dict)
    """Address and status by the name of the page, if it answers something else."""


def page_names() -> dict[str, bool]:
    """Return the name of each page, without the operations of the interface, and whether its address has parameters."""
    return dict(_names(get_resolver().url_patterns))


def _names(patterns: list[URLPattern | URLResolver], prefix: str = "") -> Iterator[tuple[str, bool]]:
    for pattern in patterns:
        if isinstance(pattern, URLResolver):
            if pattern.namespace is None or not pattern.namespace.startswith("api-"):
                inside = f"{prefix}{pattern.namespace}:" if pattern.namespace else prefix
                yield from _names(pattern.url_patterns, inside)
        elif pattern.name and not pattern.name.startswith("api-"):
            yield f"{prefix}{pattern.name}", bool(pattern.pattern.converters)


def walk(browser: Browser, more: list[str], problems: Problems) -> Found:
    """Open every page without parameters, the addresses `more`, and what their links lead to, each page once."""
    found, tried = Found(), dict[str, set[str]]()
    queue = deque([*more, *_plain_addresses()])
    while queue:
        address = queue.popleft()
        name = name_of(address)
        if not name or name in found.opened or name in NOT_FOLLOWED:
            continue
        known = tried.setdefault(name, set())
        if address in known or len(known) >= TRIES:
            continue
        known.add(address)
        answer = browser.get(address)
        if answer.status >= 500 and not name.startswith(UNREADY):
            problems.add(f"{name} answered {answer.status} at {address}")
        if answer.status != 200:
            found.refused[name] = (address, answer.status)
            continue
        found.opened[name] = address
        found.refused.pop(name, None)
        if _is_page(answer):
            queue.extend(links(answer.text))
    found.opened |= {label: address for label, address in VARIANTS.items() if name_of(address) in found.opened}
    return found


def _plain_addresses() -> Iterator[str]:
    for name, has_parameters in page_names().items():
        if not has_parameters:
            try:
                yield reverse(name) + QUERIES.get(name, "")
            except NoReverseMatch:
                continue


def name_of(address: str) -> str:
    """Return the name of the page at an address, or an empty string for a file, the interface or nothing."""
    try:
        name = resolve(urlsplit(address).path).view_name
    except Resolver404:
        return ""
    return "" if not name or name.startswith("api-") else name


def _is_page(answer: Answer) -> bool:
    return answer.header("content-type").startswith("text/html")
