"""The catalogue's public pages for the sitemap."""

from collections.abc import Iterable

from django.urls import reverse

from tongban.handling.catalog.models import BundleVersion
from tongban.handling.catalog.queries.versions import in_force


def addresses() -> Iterable[str]:
    """Return the addresses of both lists and of all guides in force. Two queries."""
    yield from (reverse("catalog:items"), reverse("catalog:bundles"))
    keys = BundleVersion.objects.filter(current__isnull=False).order_by("key").values_list("key", flat=True)
    yield from (reverse("catalog:bundle", args=[key]) for key in keys)
    yield from (
        reverse("catalog:item", args=[code]) for code in in_force().order_by("code").values_list("code", flat=True)
    )
