"""The demo's steps of `manage.py setup` and its greeting. In production they do nothing: the accounts are public."""

from django.conf import settings
from django.core.management import call_command

from tongban.demo.city import build
from tongban.foundation.city import has_demo
from tongban.foundation.operations.preparing import Write


def build_city(write: Write) -> None:
    """Build the demo city unless it exists."""
    if has_demo():
        call_command("city", "build")


def simulate_readers(write: Write) -> None:
    """Register the demo's document reader at every window."""
    if has_demo() and build.is_built():
        call_command("readers", "simulate")


def write_history(write: Write) -> None:
    """Give a new city its past cases."""
    if has_demo() and build.is_built():
        call_command("city", "history", cases=settings.DEMO_CASES)


def print_sign_ins(write: Write) -> None:
    """Print how to sign in."""
    if has_demo() and build.is_built():
        call_command("city", "sign-ins")
