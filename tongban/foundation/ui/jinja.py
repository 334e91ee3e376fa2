"""The Jinja2 environment of all pages, with our filters and functions and the macros of GOV.UK Frontend."""

from functools import cache
from typing import Any

from django.templatetags.static import static
from jinja2 import ChoiceLoader, Environment, PackageLoader, PrefixLoader
from markupsafe import Markup

from tongban.foundation.city import city
from tongban.foundation.ui import shell
from tongban.foundation.ui.addresses import address_of
from tongban.foundation.ui.filters import FILTERS
from tongban.foundation.ui.graph import lay_out
from tongban.foundation.ui.sheets import sheet_of


@cache
def address_of_static(path: str) -> str:
    """Return the URL of a static file. Cached, because a page needs about thirty of them and they never change."""
    return static(path)


@cache
def icon(name: str, size: str = "") -> Markup:
    """Return a decorative icon of `ui/icons.svg`; `size` is "", "s" or "l"."""
    extra = f" i-{size}" if size else ""
    return Markup('<svg class="i{}" aria-hidden="true" focusable="false"><use href="{}#{}"/></svg>').format(
        extra, address_of_static("ui/icons.svg"), name
    )


def environment(**options: Any) -> Environment:
    """Return the environment for Django's template options."""
    options["loader"] = ChoiceLoader(
        [options["loader"], PrefixLoader({"govuk_frontend_jinja": PackageLoader("govuk_frontend_jinja")})]
    )
    env = Environment(trim_blocks=True, lstrip_blocks=True, **options)  # noqa: S701 (Django's options turn it on)
    env.globals.update(static=address_of_static, url=address_of, place=shell.place, sheet_of=sheet_of)
    env.globals.update(icon=icon, lay_out=lay_out, city=city())
    env.globals.update(SCRIPTS=shell.SCRIPTS, footer_columns=shell.footer_columns)
    env.filters.update(FILTERS)
    return env
