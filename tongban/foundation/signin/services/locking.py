"""Count failed tries, and lock whom they point at, so that several web processes agree (one row, one statement)."""

from collections.abc import Iterable
from datetime import datetime
from typing import Any

from django.db import connection

from tongban.foundation import clock
from tongban.foundation.crypto.services import blind_index, blind_indexes
from tongban.foundation.errors import DomainError
from tongban.foundation.signin.models import Attempts
from tongban.foundation.signin.rules import FAILURES_OF_ACCOUNT, FAILURES_OF_ADDRESS, LOCK, counted_address
from tongban.foundation.ui.filters import cn_when

COUNT = """
INSERT INTO signin_attempts AS a (key, failures, since) VALUES (%(key)s, 1, %(at)s)
ON CONFLICT (key) DO UPDATE SET
    failures = CASE WHEN a.since < %(old)s THEN 1 ELSE a.failures + 1 END,
    since = CASE WHEN a.since < %(old)s THEN %(at)s ELSE a.since END,
    locked_until = CASE
        WHEN a.since >= %(old)s AND a.failures + 1 >= %(limit)s THEN %(until)s::timestamptz ELSE a.locked_until END
RETURNING failures
"""


class Locked(DomainError):
    """Too many failures: says until when, and how else to get in."""

    code = "locked"
    status = 429

    def __init__(self, until: datetime) -> None:
        self.until = until
        super().__init__(
            f"失败次数太多，为了安全暂停登录，请在{cn_when(until)}以后再试。急着办理，可以拨打 12345，"
            "或带身份证到就近的政务服务中心，由窗口当场办理。"
        )


def key_of(kind: str, value: str) -> str:
    """The key of an account, an identifier or an address; `value` cannot be read from it."""
    return blind_index(counted_address(value) if kind == "address" else value, purpose=f"signin {kind}")


def keys_of(kind: str, value: str) -> list[str]:
    """All keys under which something may be counted while an index key is being replaced."""
    return blind_indexes(counted_address(value) if kind == "address" else value, purpose=f"signin {kind}")


def check_not_locked(*keys: str) -> None:
    """Locked when one of the keys is."""
    until = max(
        (u for u in Attempts.objects.filter(key__in=keys).values_list("locked_until", flat=True) if u), default=None
    )
    if until and until > clock.now():
        raise Locked(until)


def count_failure(account_key: str, address_key: str) -> bool:
    """Count one failed try for both; whether the account was locked by this one."""
    failures = _count(account_key, FAILURES_OF_ACCOUNT)
    _count(address_key, FAILURES_OF_ADDRESS)
    return failures == FAILURES_OF_ACCOUNT


def count_address_failure(address: str) -> None:
    """Count one failed try that names no account."""
    _count(key_of("address", address), FAILURES_OF_ADDRESS)


def forget_failures(keys: Iterable[str]) -> None:
    """He got in: what was counted against him is void. An address keeps its count."""
    Attempts.objects.filter(key__in=list(keys)).delete()


def _count(key: str, limit: int) -> int:
    now = clock.now()
    given: dict[str, Any] = {"key": key, "at": now, "old": now - LOCK, "until": now + LOCK, "limit": limit}
    with connection.cursor() as cursor:
        cursor.execute(COUNT, given)
        return int(cursor.fetchone()[0])
