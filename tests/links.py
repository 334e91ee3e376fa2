"""The addresses to which the platform links on every page, whichever rooms are there."""

from django.urls import reverse

from tongban.foundation.ui import shell, slots

OF_SOMETHING = {"work-order", "application", "apply", "certificate-chain"}
"""Places that take an argument."""


def linked(application: str) -> set[str]:
    """Return the addresses to which menus, footer and places lead, and some pages of an application."""
    found = {entry.href for entry in slots.menus}
    found |= {link.href for _, links in shell.footer_columns() for link in links}
    found |= {shell.place(name) for name in shell.places.names() if name not in OF_SOMETHING}
    found |= {reverse(f"cases:{name}", args=[application]) for name in ("receipt", "withdrawal")}
    return (found | {shell.place("application", application)}) - {""}
