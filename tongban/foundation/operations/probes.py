"""The checks that operations itself brings; rooms register theirs with `foundation.health`."""

from functools import cache
from typing import Any

from django.db import connection, transaction
from django.db.migrations.loader import MigrationLoader

from tongban.foundation import health
from tongban.foundation.health import Finding

SILENT = 10.0
"""Seconds after which a worker that has not beaten counts as gone."""
PATIENCE = "2s"
"""How long the database may take for one question."""


def register() -> None:
    health.register("database", database, fails_readiness=True)
    health.register("migrations", migrations, fails_readiness=True)
    health.register("worker", worker, fails_readiness=True)


def _ask(question: str) -> list[tuple[Any, ...]]:
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("SELECT set_config('statement_timeout', %s, true)", [PATIENCE])
        cursor.execute(question)
        return list(cursor.fetchall())


def database() -> Finding:
    """It answers, and would take a change."""
    ((standby, read_only),) = _ask("SELECT pg_is_in_recovery(), current_setting('transaction_read_only') = 'on'")
    return Finding(ok=not (standby or read_only), detail={"standby": standby, "read_only": read_only})


def migrations() -> Finding:
    """Everything that this code needs has been applied; a database ahead of the code is well (a rolling change)."""
    applied = set(_ask("SELECT app, name FROM django_migrations"))
    missing = sorted(".".join(one) for one in _needed() - applied)
    return Finding(ok=not missing, detail={"missing": missing[:10]})


@cache
def _needed() -> frozenset[tuple[str, str]]:
    loader = MigrationLoader(None)
    replaced = {one for migration in loader.disk_migrations.values() for one in migration.replaces}
    return frozenset(set(loader.disk_migrations) - replaced)


def worker() -> Finding:
    """One has beaten lately, by the clock of the database alone: ours may be wrong."""
    ((age,),) = _ask(
        "SELECT extract(epoch FROM clock_timestamp() - max(last_heartbeat))::float FROM procrastinate_workers"
    )
    return Finding(ok=age is not None and age < SILENT, detail={"seconds": None if age is None else round(age, 1)})
