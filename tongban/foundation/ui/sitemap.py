"""The public pages that search engines may list: each room adds the addresses of its own."""

from collections.abc import Callable, Iterable

from tongban.foundation.registry import Registry

sitemap: Registry[Callable[[], Iterable[str]]] = Registry("addresses of the sitemap")


def pages_of_site() -> list[str]:
    """Return the addresses of all public pages, without scheme and host."""
    return [address for addresses in sitemap for address in addresses()]
