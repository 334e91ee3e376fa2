"""The health checks of `operations` itself; rooms register theirs with `foundation.health`."""

from functools import cache

from django.db import connection, transaction
from django.db.migrations.loader import MigrationLoader

from tongban.foundation import health
from tongban.foundation.health import Finding
from tongban.foundation.operations import heartbeats

STATEMENT_TIMEOUT = "2s"
"""The time limit of each query, in PostgreSQL's notation."""


def register() -> None:
    """Register the checks with `foundation.health`."""
    health.register("database", database, fails_readiness=True)
    health.register("migrations", migrations, fails_readiness=True)
    health.register("worker", worker, fails_readiness=True)


def _rows(query: str) -> list[tuple[object, ...]]:
    """Return the rows of a query without parameters, which has a time limit."""
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("SELECT set_config('statement_timeout', %s, true)", [STATEMENT_TIMEOUT])
        cursor.execute(query)
        return list(cursor.fetchall())


def database() -> Finding:
    """Check that the database answers and accepts changes."""
    ((standby, read_only),) = _rows("SELECT pg_is_in_recovery(), current_setting('transaction_read_only') = 'on'")
    return Finding(ok=not (standby or read_only), detail={"standby": standby, "read_only": read_only})


def migrations() -> Finding:
    """Check that all migrations of this code are applied. A database ahead of the code is fine (rolling update)."""
    missing = sorted(".".join(one) for one in _needed().difference(_rows("SELECT app, name FROM django_migrations")))
    return Finding(ok=not missing, detail={"missing": missing[:10]})


@cache
def _needed() -> frozenset[tuple[str, str]]:
    loader = MigrationLoader(None)
    replaced = {one for migration in loader.disk_migrations.values() for one in migration.replaces}
    return frozenset(set(loader.disk_migrations) - replaced)


def worker() -> Finding:
    """Check that a worker has sent a heartbeat lately, by the database's clock only, because ours may be wrong."""
    ((age,),) = _rows(
        "SELECT extract(epoch FROM clock_timestamp() - max(last_heartbeat))::float FROM procrastinate_workers"
    )
    if not isinstance(age, float):
        return Finding(ok=False, detail={"seconds": None})
    return Finding(ok=age < heartbeats.NOT_READY_AFTER, detail={"seconds": round(age, 1)})
