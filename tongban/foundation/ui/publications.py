"""The version of what public pages show: it changes with every transaction that changes one of the tables shown.

Tables have the trigger `page_shows` with their topic (a migration of their room adds it). The trigger adds a row to
`ui_publication` in the same transaction, so data and version become visible at the same moment. Whoever reads the
version first and the data afterwards never takes older data for newer (ADR 0032).
"""

from collections import deque
from collections.abc import Mapping
from datetime import timedelta

import psycopg
from django.db import connection
from psycopg import pq

from tongban.foundation import clock
from tongban.foundation.ui.models import Publication

CATALOGUE, DEPARTMENTS = "catalogue", "departments"
"""Topics of the triggers."""
KEPT_FOR = timedelta(days=2)
"""Rows older than this are deleted. No transaction may take longer: the version of a topic is the number of its rows
and the sum of their ids."""
_VERSIONS = (
    b"SELECT coalesce(string_agg(topic || '=' || n || '.' || s, ' '), '')"
    b" FROM (SELECT topic, count(*) n, sum(id) s FROM ui_publication GROUP BY topic) v"
)
_idle: deque["psycopg.Connection[tuple[object, ...]]"] = deque()
"""Connections that only ask for versions. There are as many as requests have asked at the same moment."""


def versions() -> Mapping[str, str] | None:
    """Return the version of each topic that was ever published; None if the database does not answer.

    This is asked for every page that is kept, so it bypasses Django's connection and the pool: 10 µs of processor time
    instead of 200. A connection that the server has closed is replaced once.
    """
    for _ in range(2):
        try:
            line = _idle.pop()
        except IndexError:
            return _ask_new()
        found = _ask(line)
        if found is not None:
            return found
    return _ask_new()


def _ask_new() -> Mapping[str, str] | None:
    try:
        line = psycopg.connect(**connection.get_connection_params() | {"autocommit": True})
    except psycopg.Error:
        return None
    return _ask(line)


def _ask(line: "psycopg.Connection[tuple[object, ...]]") -> Mapping[str, str] | None:
    try:
        answer = line.pgconn.exec_(_VERSIONS)
    except psycopg.Error:
        line.close()
        return None
    if answer.status != pq.ExecStatus.TUPLES_OK:
        line.close()
        return None
    text = (answer.get_value(0, 0) or b"").decode()
    _idle.append(line)
    return dict(part.split("=", 1) for part in text.split(" ")) if text else {}


def close() -> None:
    """Close the idle connections, so that a test's database can be dropped."""
    while _idle:
        _idle.pop().close()


def forget_old() -> int:
    """Delete old rows; return how many. The pages that are kept are rendered once more."""
    return Publication.objects.filter(at__lt=clock.now() - KEPT_FOR).delete()[0]
