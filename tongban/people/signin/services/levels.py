"""Raise the level of a person's own account online: by name and number, then by the carrier's three factors."""

from django.db import transaction

from tongban.foundation.errors import Conflict, Invalid
from tongban.foundation.names import person_name, same_name
from tongban.foundation.typed import resident_number
from tongban.people.identity import queries as identity
from tongban.people.identity import services as identities
from tongban.people.identity.actors import Actor
from tongban.people.identity.queries import Account
from tongban.people.signin import carriers, ports
from tongban.people.signin.queries import level_of
from tongban.people.signin.services.locking import begin_try
from tongban.people.signin.services.proofs import record_proof

DISAGREES = (
    "没有核对上。请对照身份证检查姓名和号码；都没有错的，请用其他方式核验，"
    "或带身份证到就近的政务服务中心，由窗口当场核验。"
)


def prove_number(account: Account, *, name: str, number: str) -> None:
    """Raise the account to L1 if name and number agree with the population library. Raises Invalid.

    An account under a name only gets the number, or is bound to the registered person. The refusal is the same for a
    wrong name, a number whose holder has an account, and one registered with another phone: it reveals nothing about
    others. Failures count against the account, not the address.
    """
    _check_own(account)
    made = begin_try("number", str(account.id))
    if not _claim(account, person_name(name), resident_number(number)):
        raise Invalid(DISAGREES, field="number")
    made.succeeded()


@transaction.atomic
def _claim(account: Account, name: str, number: str) -> bool:
    actor = Actor(subject_id=account.subject_id)
    own = identity.subject(account.subject_id)
    if not ports.name_agrees(name, number) or not same_name(own.name, name) or own.number not in {"", number}:
        return False
    subject_id = own.id
    if not own.number:
        known = identity.subject_by_number(number)
        if known is None:
            identities.assign_number(own.id, number=number, actor=actor)
        elif known.phone == account.phone and identity.account_by_number(number) is None:
            subject_id = identities.bind_account(account.id, subject_id=known.id, actor=actor).subject_id
        else:
            return False
    record_proof(
        subject_id,
        account_id=account.id,
        level=1,
        kind="number",
        actor=actor,
        adapter=ports.name_of_checker(),
    )
    return True


def prove_carrier(account: Account) -> None:
    """Raise the account to L2 if the carrier confirms that name, number and phone belong together."""
    _check_own(account)
    subject = identity.subject(account.subject_id)
    if level_of(account) < 1 or not account.phone:
        raise Conflict("请先核对姓名和公民身份号码、登记手机号，再核验手机号。")
    carrier = carriers.current()
    if carrier is None:
        raise Conflict("本市还没有接通运营商核验，请用其他方式。")
    made = begin_try("carrier", str(account.id))
    if not carrier.agrees(subject.name, subject.number, account.phone):
        raise Invalid(
            "运营商说这个手机号不是用您的身份证办的。请用本人名下的手机号，或带身份证到就近的政务服务中心核验。"
        )
    made.succeeded()
    record_proof(
        subject.id,
        account_id=account.id,
        level=2,
        kind="carrier",
        actor=Actor(subject_id=subject.id),
        adapter=type(carrier).__name__,
    )


def _check_own(account: Account) -> None:
    """Raise Conflict unless the account is the person's own.

    Others know the name, the number and the phone too, so these prove nothing about an account that somebody else
    opened, or that is not bound yet.
    """
    if not identity.is_own(account):
        raise Conflict(
            "这个账号是单位为您的岗位开立的，或者窗口核验还没有生效，姓名、号码、手机号不能证明是您本人。"
            "请用国家网络身份认证、国家政务服务平台，或带身份证到窗口核验。"
        )
