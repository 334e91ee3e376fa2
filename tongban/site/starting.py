"""How every process starts: only with the keys and the city of its database. Otherwise it exits with one sentence."""

import multiprocessing
import os
import signal
import sys
from collections.abc import Callable
from typing import NoReturn, TypeVar

from django.core.exceptions import ImproperlyConfigured
from django.db import DEFAULT_DB_ALIAS, OperationalError, connection, connections
from django.db.backends.postgresql.base import DatabaseWrapper
from django.db.backends.signals import connection_created

from tongban.trust.crypto.errors import CryptoUnavailable, WrongKey

T = TypeVar("T")
NEEDS_NO_KEYS = {
    "collectstatic", "createcachetable", "help", "makemigrations", "migrate", "setup", "showmigrations", "sqlmigrate",
    "--help", "-h", "--version", "version",
}  # fmt: skip
"""Commands that start without a key check. `migrate` and `setup` compare the keys once the tables exist."""
SERVES = {"web", "worker", "sequencer"}
"""Long-running processes. They do not start on tables of an older version."""


def run_command(argv: list[str]) -> None:
    """Run a `manage.py` command."""
    from django.core.management import execute_from_command_line

    exit_on_refusal(lambda: _prepare(argv))
    if argv[1:2] and argv[1] in {"migrate", "setup"}:
        exit_on_refusal(_reach_database)
    if argv[1:2] and argv[1] in NEEDS_NO_KEYS:
        exit_on_refusal(lambda: execute_from_command_line(argv))
    else:
        execute_from_command_line(argv)


def exit_on_refusal(do: Callable[[], T]) -> T:
    """Return the result of `do`. If it refuses to start, print its sentence without a traceback and exit."""
    try:
        return do()
    except (ImproperlyConfigured, CryptoUnavailable) as refusal:
        _refuse(refusal)


def check_keys(serves: str = "", *, except_for: str = "") -> None:
    """Raise WrongKey if a key does not belong to the database, or if `serves` needs newer tables.

    A process that serves is also refused if the database belongs to another city.

    If the database does not answer, the check runs at the first connection.
    """
    from tongban.site import city_identity
    from tongban.trust.crypto.services import key_checks

    try:
        if key_checks.is_migrated():
            key_checks.check(except_for=except_for)
            if serves in SERVES:
                city_identity.check()
        elif serves in SERVES:
            raise WrongKey("Tongban cannot start: its tables are of an older version; run `manage.py setup` first.")
    except OperationalError:
        connection_created.connect(_check_late, dispatch_uid="starting.keys")


def close_connections() -> None:
    """Close this thread's connection and the pool, so that a thread that only starts others keeps no connection."""
    wrapper = connections[DEFAULT_DB_ALIAS]
    wrapper.close()
    if isinstance(wrapper, DatabaseWrapper):
        wrapper.close_pool()


def _prepare(argv: list[str]) -> None:
    import django

    from tongban.site.bootstrap import prepare_environment
    from tongban.site.production import usable_settings

    usable_settings(argv, before_preparing=True)  # so that a refused start leaves nothing behind
    prepare_environment()
    django.setup()
    if len(argv) > 1 and argv[1] not in NEEDS_NO_KEYS:
        check_keys(argv[1], except_for=_accepted(argv))
        close_connections()


def _reach_database() -> None:
    """Raise ImproperlyConfigured if no database answers."""
    try:
        connection.ensure_connection()
    except OperationalError as silent:
        raise ImproperlyConfigured(
            "the database of DATABASE_URL (for migrations DATABASE_OWNER_URL) does not answer: "
            f"{' '.join(str(silent).split())[:200]}"
        ) from None


def _accepted(argv: list[str]) -> str:
    """Return the key that `keys accept --key …` is about to accept; only this one may differ."""
    if argv[1:3] != ["keys", "accept"]:
        return ""
    return next((name for name in ("secret", "index") if name in argv[3:] or f"--key={name}" in argv[3:]), "")


def _check_late(**_: object) -> None:
    """Check the keys at the first connection, and again at the next one if the check fails."""
    connection_created.disconnect(dispatch_uid="starting.keys")
    try:
        check_keys("web")
    except Exception:
        connection_created.connect(_check_late, dispatch_uid="starting.keys")
        raise


def _refuse(refusal: Exception) -> NoReturn:
    text = " ".join(str(refusal).split())
    print(text if text.startswith("Tongban cannot start") else f"Tongban cannot start: {text}", file=sys.stderr)
    keeper = multiprocessing.parent_process()
    if keeper is not None and keeper.pid is not None:  # the web server would restart this worker forever
        os.kill(keeper.pid, signal.SIGTERM)
    raise SystemExit(1)
