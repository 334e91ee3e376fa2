"""Count a try before it is checked, and refuse it in the same SQL statement when there were too many.

Of any number of parallel tries no more are checked than the budget allows, across all web processes. A successful try
is given back. The count is committed separately, so that nothing in the rest of the request can undo it.
"""

from collections.abc import Collection
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from django.conf import settings
from django.db import connection, transaction

from tongban.foundation import clock
from tongban.foundation.city import city
from tongban.foundation.errors import DomainError
from tongban.foundation.networks import counted_address, is_within
from tongban.foundation.ui.filters import cn_when
from tongban.people.signin.models import Attempts
from tongban.people.signin.rules import (
    DAY,
    FAILURES,
    FAILURES_IN_A_DAY,
    FAILURES_OF_ADDRESS,
    FAILURES_OF_HALL,
    LOCK,
)
from tongban.trust.crypto.services import pinned_index

TAKE = """
INSERT INTO signin_attempts AS a (key, failures, since, locked_until)
VALUES (%(key)s, 1, %(at)s, CASE WHEN %(limit)s <= 1 THEN %(until)s::timestamptz END)
ON CONFLICT (key) DO UPDATE SET
    failures = CASE WHEN a.since < %(old)s OR a.locked_until IS NOT NULL THEN 1 ELSE a.failures + 1 END,
    since = CASE WHEN a.since < %(old)s OR a.locked_until IS NOT NULL THEN %(at)s ELSE a.since END,
    locked_until = CASE
        WHEN a.since >= %(old)s AND a.locked_until IS NULL AND a.failures + 1 >= %(limit)s
        THEN %(until)s::timestamptz END
WHERE a.locked_until IS NULL OR a.locked_until <= %(at)s
RETURNING failures
"""
"""A row whose lock has ended starts again at one. A locked row stays unchanged, and nothing is returned."""
GIVE_BACK = """
UPDATE signin_attempts SET
    failures = GREATEST(failures - 1, 0),
    locked_until = CASE WHEN failures - 1 >= %(limit)s THEN locked_until END
WHERE key = %(key)s
"""


class Locked(DomainError):
    """Too many failures. The sentence says until when, and how else to sign in."""

    code = "locked"
    status = 429

    def __init__(self, until: datetime) -> None:
        self.until = until
        super().__init__(
            f"失败次数太多，为了安全，{cn_when(until)} 以前不能再用这种方式。"
            f"现在就要办理，可以改用短信验证码或通行密钥登录，也可以拨打 {city().hotline}，"
            "或带身份证到就近的政务服务中心，由窗口当场办理。"
        )


@dataclass(frozen=True)
class Budget:
    """How many tries one key has within a time."""

    key: str
    limit: int
    within: timedelta
    lasting: bool = False
    """A success gives back only its own try. Otherwise a success resets the count."""


@dataclass
class Try:
    """One try that may be checked. It counts as a failure until `succeeded` is called."""

    taken: list[tuple[Budget, int]] = field(default_factory=list)

    @property
    def was_the_last(self) -> bool:
        """Whether this is the last try that the budget allows, unless it succeeds."""
        return any(count == budget.limit and not budget.lasting for budget, count in self.taken)

    def succeeded(self) -> None:
        """Give the try back, or reset the count."""
        for budget, _ in self.taken:
            if budget.lasting:
                _give_back(budget)
            else:
                forget(budget.key)


def begin_try(kind: str, who: str, *, address: str = "", device: str = "") -> Try:
    """Count one try at a secret of `who` before it is checked. Raises Locked if it may not be checked.

    `device` is set for a browser that the account knows. Its tries have a budget of their own, which strangers cannot
    use up. All other browsers share one, and that of their address.
    """
    return _begin(_budgets(kind, who, address=address, device=device))


def begin_guess(kind: str, *, address: str) -> Try:
    """Count one try at a code that belongs to no known account, against the address only.

    Each kind is counted separately: failed passwords at the address do not count here.
    """
    key = key_of(f"guess {kind}", counted_address(address))
    return _begin([Budget(key, FAILURES_OF_ADDRESS, LOCK, lasting=True)])


def _begin(budgets: Collection[Budget]) -> Try:
    now = clock.now()
    made = Try()
    for budget in budgets:
        count = _take(budget, now)
        if count is None:
            for taken, _ in made.taken:
                _give_back(taken)
            raise Locked(_until(budget, now))
        made.taken.append((budget, count))
    return made


def forget_tries(kind: str, who: str) -> None:
    """Reset the failures of unknown browsers, because the secret has changed."""
    for budget in _budgets(kind, who):
        forget(budget.key)


def forget_old_tries() -> None:
    """Delete rows that no longer count."""
    Attempts.objects.filter(since__lt=clock.now() - 2 * DAY).delete()


def key_of(kind: str, value: str) -> str:
    """Return the row's key for an account, an identifier or an address, which does not reveal `value`."""
    return pinned_index(counted_address(value) if kind == "address" else value, purpose=f"signin {kind}")


def is_hall(address: str) -> bool:
    """Return whether the address belongs to a service hall, which many people share."""
    return is_within(address, settings.HALL_NETWORKS)


def _budgets(kind: str, who: str, *, address: str = "", device: str = "") -> Collection[Budget]:
    if device:
        return (
            Budget(key_of(f"{kind} known", f"{who} {device}"), FAILURES, LOCK),
            Budget(key_of(f"{kind} known day", who), FAILURES_IN_A_DAY, DAY, lasting=True),
        )
    own = (
        Budget(key_of(kind, who), FAILURES, LOCK),
        Budget(key_of(f"{kind} day", who), FAILURES_IN_A_DAY, DAY, lasting=True),
    )
    if not address:
        return own
    return *own, _of_address(address)


def _of_address(address: str) -> Budget:
    limit = FAILURES_OF_HALL if is_hall(address) else FAILURES_OF_ADDRESS
    return Budget(key_of("address", address), limit, LOCK, lasting=True)


@transaction.atomic(durable=True)
def _take(budget: Budget, now: datetime) -> int | None:
    """Count one try. Return the number of tries, or None where it is refused."""
    given: dict[str, str | int | datetime] = {
        "key": budget.key,
        "at": now,
        "old": now - budget.within,
        "until": now + budget.within,
        "limit": budget.limit,
    }
    with connection.cursor() as cursor:
        cursor.execute(TAKE, given)
        row = cursor.fetchone()
        return int(row[0]) if row else None


@transaction.atomic(durable=True)
def _give_back(budget: Budget) -> None:
    with connection.cursor() as cursor:
        cursor.execute(GIVE_BACK, {"key": budget.key, "limit": budget.limit})


@transaction.atomic(durable=True)
def forget(key: str) -> None:
    """Reset the count of a key."""
    Attempts.objects.filter(key=key).delete()


def _until(budget: Budget, now: datetime) -> datetime:
    found = Attempts.objects.filter(key=budget.key).values_list("locked_until", flat=True).first()
    return found or now + budget.within
