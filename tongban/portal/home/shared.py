"""What the home page shows to everybody, rendered once for each version of the catalogue and the departments."""

from dataclasses import dataclass
from datetime import datetime

from django.template.loader import render_to_string
from django.urls import get_script_prefix, get_urlconf
from markupsafe import Markup

from tongban.foundation import clock
from tongban.foundation.ui.by_version import ByVersion
from tongban.foundation.ui.publications import CATALOGUE, DEPARTMENTS
from tongban.handling.catalog import queries as catalog
from tongban.portal.home import content

SHOWN = 8
"""The number of bundles on the home page."""


@dataclass(frozen=True)
class Shared:
    """The parts of the page."""

    empty: bool
    """Whether the city offers nothing yet."""
    gates: Markup
    rest: Markup
    until: datetime
    """When the figures have to be counted again."""


_kept: ByVersion[Shared] = ByVersion(CATALOGUE, DEPARTMENTS)


def for_everybody() -> Shared:
    """Return the parts, kept until something of them is published, and no longer than the figures are valid."""
    return _kept.get((get_urlconf(), get_script_prefix()), _make, lambda made: made.until)


def _make() -> Shared:
    ends: list[datetime] = []
    empty = catalog.is_empty()
    without = content.CATALOGUE if empty else ()
    bundles = content.bundles_in_order()
    items = content.items_of(bundles[:SHOWN])
    cards = [content.bundle_card(bundle, items) for bundle in bundles[:SHOWN]]
    gates = {"empty": empty, "entrances": content.with_addresses(content.ENTRANCES, without=without)}
    rest = {
        "life": () if empty else content.LIFE,
        "features": content.with_addresses(content.FEATURES, without=without),
        "lead": cards[0] if cards else None,
        "bundles": cards[1:],
        "bundle_count": len(bundles),
        "popular": content.popular_items(items),
        "figures": content.figures(ends.append),
    }
    return Shared(
        empty,
        Markup(render_to_string("home/gates.html", gates)),  # noqa: S704 (rendered with autoescaping)
        Markup(render_to_string("home/everybody.html", rest)),  # noqa: S704
        min([*ends, clock.now() + content.LONGEST]),
    )
