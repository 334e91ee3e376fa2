"""Checks beyond the hashes: gaps, altered timestamps, heads out of order, missing keys, invalid cosignatures."""

import itertools
from collections.abc import Iterator

from django.conf import settings
from django.db import connection

from tongban.trust.crypto import services as crypto
from tongban.trust.crypto import signed
from tongban.trust.ledger.models import Cosignature
from tongban.trust.ledger.queries import heads
from tongban.trust.ledger.queries.folding import MADE
from tongban.trust.ledger.queries.types import event_types
from tongban.trust.ledger.statements import moment

MAX_FINDINGS = 100
LEEWAY = "interval '5 minutes'"
"""How far the clocks of several servers may differ."""
BACK_DATED = "interval '1 hour'"
"""How much earlier than its identifier an entry may claim to have happened."""
QUICKLY = 50_000
"""How many of the newest entries the quick check examines for their timestamps."""


def findings(*, quick: bool = False) -> Iterator[str]:
    """Yield one sentence for each finding."""
    return itertools.chain(_heads_in_order(), _moments(quick), _keys(), _cosignatures(quick))


def gaps() -> Iterator[str]:
    """Yield a sentence for each gap in the positions: a leaf was placed ahead, or earlier ones were deleted."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT position, before FROM (SELECT position, lag(position, 1, -1::bigint) OVER (ORDER BY position)"
            " AS before FROM ledger_leaf) AS l WHERE position - before > 1 ORDER BY 1 LIMIT %s",
            [MAX_FINDINGS],
        )
        for position, before in cursor.fetchall():
            yield (
                f"ledger: position {position}: its leaf is ahead of the others,"
                f" positions {before + 1} to {position - 1} are missing"
            )


def _heads_in_order() -> Iterator[str]:
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT size, at, before FROM (SELECT size, at, lag(at) OVER (ORDER BY size) AS before FROM ledger_head)"
            f" AS h WHERE at < before - {LEEWAY} OR at > now() + {LEEWAY} ORDER BY 1 LIMIT %s",
            [MAX_FINDINGS],
        )
        for size, at, before in cursor.fetchall():
            than = (
                f"older than the head before it ({before.isoformat()})" if before and at < before else "in the future"
            )
            yield f"ledger: the head of {size} leaves is of {at.isoformat()}, {than}"


def _moments(quick: bool) -> Iterator[str]:
    """Find entries whose timestamp is later than their identifier, or much earlier.

    A demo city writes its whole history at once, so outside production only timestamps in the future are wrong. A
    change after recording shows in the leaf in any case.
    """
    newest = "ORDER BY e.id DESC LIMIT %s" if quick else ""
    wrong = f"e.at > now() + {LEEWAY}"
    if settings.PRODUCTION:
        early = f"(e.at < {MADE} - {BACK_DATED} AND e.type <> ALL(%s))"
        wrong = f"({wrong} OR e.at > {MADE} + {LEEWAY} OR {early})"
    with connection.cursor() as cursor:
        cursor.execute(
            f"SELECT e.id, e.type, e.at, {MADE} FROM (SELECT e.id, e.type, e.at FROM ledger_entry e {newest}) AS e"
            f" WHERE {wrong} ORDER BY e.id LIMIT %s",
            [*([QUICKLY] if quick else []), *([_recorded_later()] if settings.PRODUCTION else []), MAX_FINDINGS],
        )
        for entry_id, type_name, at, made in cursor.fetchall():
            yield (
                f"ledger: entry {entry_id} ({type_name}) says {at.isoformat()}, but was made {made.isoformat()}:"
                " its moment was moved"
            )


def _recorded_later() -> list[str]:
    return [name for name, event in event_types().items() if event.recorded_later]


def _keys() -> Iterator[str]:
    """Find missing signing keys that rows refer to."""
    for table, key_id in signed.missing_keys(MAX_FINDINGS):
        yield f"crypto_signing_key {key_id}: the signing key is gone; rows of {table} are signed with it"


def _cosignatures(quick: bool) -> Iterator[str]:
    rows = Cosignature.objects.select_related("witness", "head").order_by("-head_id")
    for one in rows[:MAX_FINDINGS] if quick else rows.iterator(chunk_size=1000):
        statement = heads.tree_head(one.head).witnessed(one.witness.name, moment(one.at))
        if not crypto.verify(bytes(one.witness.public_key), statement, bytes(one.signature)):
            yield (
                f"ledger: the cosignature of {one.witness.name} under the head of {one.head_id} leaves does not hold:"
                " it, or the key of the witness, was replaced"
            )
