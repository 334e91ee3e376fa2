"""Measures requests of this process: processor time, statements and bytes."""

import gc
import re
from collections.abc import Sequence
from statistics import median
from urllib.parse import urljoin, urlsplit

from tongban.bench.browser import Answer, Browser
from tongban.bench.figures import Figures
from tongban.bench.problems import Problems
from tongban.bench.statements import counted

BROWSER = "gzip, br"
"""The compressions that today's browsers ask for."""


def measure(browser: Browser, address: str, times: int, problems: Problems, *, expected: int = 200) -> Figures:
    """Ask for an address `times` times. Return the median and the least processor time, statements, bytes and status.

    Every answer has to have the same status and nearly the same size as the first.
    """
    browser.accepts = BROWSER
    browser.get(address)
    with counted() as statements:
        first = browser.get(address)
    gc.collect()
    taken = []
    for _ in range(times):
        answer = browser.get(address)
        taken.append(answer.ms)
        problems.expect(answer.status == expected, f"{_path(address)} answered {answer.status}")
        problems.expect(
            _similar(first, answer), f"{_path(address)}: {len(first.body)} and then {len(answer.body)} bytes"
        )
    browser.accepts = "identity"
    plain = browser.get(address) if first.header("content-encoding") else first
    return {
        "ms": round(median(taken), 2),
        "least_ms": round(min(taken), 2),
        "queries": len(statements),
        "bytes": len(plain.body),
        "sent": len(first.body),
        "status": first.status,
    }


def statements_of(browser: Browser, address: str) -> list[str]:
    """Return the beginnings of the statements that one request sends."""
    with counted() as statements:
        browser.get(address)
    return [text[:160] for text in statements.texts] + [f"{statements.checks} checks of the connection"]


def first_view(browser: Browser, address: str, problems: Problems) -> Figures:
    """Return the bytes that a browser with an empty cache loads for a page: the page, styles, scripts and pictures.

    Pictures and fonts of the style sheets are counted too, though a browser loads only those that the page uses.
    """
    browser.accepts = "identity"
    text = browser.get(address).text
    wanted = [address, *_parts_of_page(text)]
    sizes: dict[str, int] = {}
    for one in wanted:
        if one in sizes:
            continue
        browser.accepts = BROWSER
        answer = browser.get(one)
        problems.expect(answer.status == 200, f"{_path(one)}, which {address} loads, answered {answer.status}")
        sizes[one] = len(answer.body)
        if answer.header("content-type").startswith("text/css"):
            browser.accepts = "identity"
            wanted.extend(_parts_of_style(browser.get(one).text, one))
    browser.accepts = "identity"
    ordered = sorted(sizes.items(), key=lambda pair: -pair[1])
    return {"bytes": sum(sizes.values()), "requests": len(sizes), "parts": [f"{size} {name}" for name, size in ordered]}


def _parts_of_page(text: str) -> list[str]:
    sheets = re.findall(r"""<link\b[^>]*\brel=["'](?:stylesheet|icon|preload)["'][^>]*>""", text)
    found = [match for sheet in sheets for match in re.findall(r"""\bhref=["']([^"']+)["']""", sheet)]
    found += re.findall(r"""<(?:script|img|source)\b[^>]*?\bsrc=["']([^"']+)["']""", text)
    return _on_this_host(found)


def _parts_of_style(text: str, sheet: str) -> list[str]:
    found = re.findall(r"""url\(["']?([^"')#]+)""", text) + re.findall(r"""@import\s+["']([^"']+)""", text)
    return _on_this_host([urljoin(sheet, one) for one in found])


def _on_this_host(addresses: Sequence[str]) -> list[str]:
    return [one.replace("&amp;", "&") for one in addresses if one.startswith("/") and not one.startswith("//")]


def _similar(first: Answer, other: Answer) -> bool:
    """Return whether two answers have nearly the same size: times and tokens in a page may differ."""
    return abs(len(first.body) - len(other.body)) <= 64 + len(first.body) // 50


def _path(address: str) -> str:
    return urlsplit(address).path
