"""What the first view of the home page costs over the wire, in a real browser against the real server.

The figure is printed: `bin/test -s tests/system/test_first_view.py`. It holds everything: page, styles, scripts and
pictures, with headers, as the server compresses them; no font is loaded.
"""

import pytest

LIMIT = 100 * 1000
"""Bytes of the first view of the home page (issue 12)."""


@pytest.mark.parametrize(("edition", "sheet"), [("", "normal"), ("1", "elder")])
def test_the_first_view_of_home_costs_at_most_100_kb(browser, city, edition, sheet):
    context = browser.new_context(viewport={"width": 390, "height": 844}, locale="zh-CN")
    if edition:
        context.add_cookies([{"name": "elder", "value": edition, "url": city.address}])
    page = context.new_page()
    sizes, addresses = {}, {}
    protocol = context.new_cdp_session(page)
    protocol.send("Network.enable")
    protocol.on("Network.responseReceived", lambda one: addresses.update({one["requestId"]: one["response"]}))
    protocol.on("Network.loadingFinished", lambda one: sizes.update({one["requestId"]: one["encodedDataLength"]}))
    page.goto(city.address, wait_until="networkidle")
    first = {addresses[key]["url"].removeprefix(city.address): size for key, size in sizes.items()}
    for address, size in sorted(first.items()):
        print(f"{size:9,.0f}  {address}")
    print(f"{sum(first.values()):9,.0f}  first view of home, edition {sheet}")
    assert sum(first.values()) <= LIMIT
    assert [address for address in first if "htmx" in address or address.endswith((".ttf", ".woff2"))] == []
    sheets = [one for one in addresses.values() if one["mimeType"] == "text/css"]
    assert len(sheets) == 1
    assert f"/static/sheets/{sheet}." in sheets[0]["url"]
    headers = {name.lower(): value for name, value in sheets[0]["headers"].items()}
    assert "immutable" in headers["cache-control"]
    assert headers["content-encoding"] in {"br", "gzip"}
    context.close()
