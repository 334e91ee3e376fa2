"""How every process starts: with the keys that its database was written with, or not at all, by one sentence."""

import multiprocessing
import os
import signal
import sys
from collections.abc import Callable
from typing import Any, NoReturn, TypeVar

from django.core.exceptions import ImproperlyConfigured
from django.db import OperationalError, connection
from django.db.backends.signals import connection_created

from tongban.trust.crypto.errors import CryptoUnavailable, WrongKey

T = TypeVar("T")
NEEDS_NO_KEYS = {
    "collectstatic", "createcachetable", "help", "makemigrations", "migrate", "setup", "showmigrations", "sqlmigrate",
    "--help", "-h", "--version", "version",
}  # fmt: skip
"""`migrate` and `setup` compare the keys themselves, once the tables are there and before anything is written."""
SERVES = {"web", "worker", "sequencer"}
"""What works on the data until it is stopped: it does not start on tables of an older version."""


def run_command(argv: list[str]) -> None:
    """`manage.py`."""
    from django.core.management import execute_from_command_line

    exit_on_refusal(lambda: _prepare(argv))
    if argv[1:2] and argv[1] in {"migrate", "setup"}:
        exit_on_refusal(_reach_database)
    if argv[1:2] and argv[1] in NEEDS_NO_KEYS:
        exit_on_refusal(lambda: execute_from_command_line(argv))
    else:
        execute_from_command_line(argv)


def exit_on_refusal(do: Callable[[], T]) -> T:
    """What `do` gives; a refusal to start ends the process with its sentence and no trace."""
    try:
        return do()
    except (ImproperlyConfigured, CryptoUnavailable) as refusal:
        _refuse(refusal)


def check_keys(serves: str = "", *, except_for: str = "") -> None:
    """WrongKey where a key is not the one of these data. A database that does not answer is asked when it does."""
    from tongban.trust.crypto.services import key_checks

    try:
        if key_checks.is_migrated():
            key_checks.check(except_for=except_for)
        elif serves in SERVES:
            raise WrongKey("Tongban cannot start: its tables are of an older version; run `manage.py setup` first.")
    except OperationalError:
        connection_created.connect(_check_late, dispatch_uid="starting.keys")


def close_connections() -> None:
    """Close what the check opened: a thread that only starts others must not keep a connection of the pool."""
    connection.close()
    connection.close_pool()  # type: ignore[attr-defined]  # of PostgreSQL's wrapper


def _prepare(argv: list[str]) -> None:
    import django

    from tongban.site.bootstrap import prepare_environment

    prepare_environment()
    django.setup()
    if len(argv) > 1 and argv[1] not in NEEDS_NO_KEYS:
        check_keys(argv[1], except_for=_accepted(argv))
        close_connections()


def _reach_database() -> None:
    """ImproperlyConfigured where no database answers."""
    try:
        connection.ensure_connection()
    except OperationalError as silent:
        raise ImproperlyConfigured(
            "the database of DATABASE_URL (for migrations DATABASE_OWNER_URL) does not answer: "
            f"{' '.join(str(silent).split())[:200]}"
        ) from None


def _accepted(argv: list[str]) -> str:
    """The key that `keys accept --key …` is about to take: just this one may differ."""
    if argv[1:3] != ["keys", "accept"]:
        return ""
    return next((name for name in ("secret", "index") if name in argv[3:] or f"--key={name}" in argv[3:]), "")


def _check_late(**_: Any) -> None:
    """At the first connection: until the keys prove right, none is of use."""
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
    if keeper is not None and keeper.pid is not None:  # of web workers: it would start this one again for ever
        os.kill(keeper.pid, signal.SIGTERM)
    raise SystemExit(1)
