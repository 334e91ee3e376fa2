"""Find or register people who sign in with an identity that the state vouches for, never twice."""

from dataclasses import dataclass

from django.contrib.auth.hashers import make_password
from django.db import transaction

from tongban.foundation import clock
from tongban.foundation.announcements.services import announce
from tongban.foundation.city import city
from tongban.foundation.codes import is_resident_number
from tongban.foundation.errors import Conflict, Invalid
from tongban.foundation.locks import hold
from tongban.foundation.names import same_name
from tongban.people.api import services as api
from tongban.people.identity import queries as identities
from tongban.people.identity import services as identity
from tongban.people.identity.actors import Actor, machine
from tongban.people.identity.queries import Account, Subject
from tongban.people.signin import queries as signin
from tongban.people.signin.services import record_proof, take_back
from tongban.people.sso import events
from tongban.people.sso.models import NetworkId
from tongban.trust.crypto.services import pinned_index

NATIONAL, NETWORK = "national-platform", "network-id"
"""Kinds of evidence (`signin.rules.PROOFS`)."""
PURPOSE = "network-id"
NAMELESS = "网号用户"
"""The name of a subject known only by a 网号."""


@dataclass(frozen=True)
class VerifiedPerson:
    """What the state confirms about a person."""

    name: str
    number: str
    level: int
    kind: str
    reference: str
    """The other side's opaque id of the person."""


@transaction.atomic
def account_of_verified(proven: VerifiedPerson, *, current: Account | None = None) -> Account:
    """Return the person's own account, otherwise the one they are signed in to (`current`), otherwise a new one.

    `current` counts if it is under a name only, or was opened for one of their posts: they control it now. An account
    for a post that they are not signed in to stays unchanged, since whoever opened it may know its password. The proof
    is recorded. Raises Conflict if another name is registered with the number, a binding at a window does not count
    yet, or they closed their account.

    An own account may rest on name and number only: somebody else may have opened it with their own phone and password.
    Unless the person is signed in to it, all its credentials are removed.
    """
    if not is_resident_number(proven.number, clock.legal_day(clock.now())) or not proven.name.strip():
        raise Invalid(f"收到的姓名或公民身份号码不完整，不能登录。{_at_a_window()}")
    _one_at_a_time(proven.number)
    actor = machine(proven.kind)
    subject = identities.subject_by_number(proven.number)
    if subject is not None and not same_name(subject.name, proven.name):
        raise Conflict(f"您在国家平台的姓名与本市登记的不一致，不能登录。{_at_a_window()}")
    subject = subject or identity.register_person(
        name=proven.name, number=proven.number, division_code=city().code, actor=actor
    )
    account = identities.account_by_number(proven.number)
    if account is not None and not identities.is_own(account):
        raise Conflict(
            "有一个账号刚在窗口归到您的名下，还没到生效的时间。不是您本人在窗口办的，请按短信里的办法提出异议，"
            f"或马上拨打 {city().hotline}；是您办的，请过一天再来。"
        )
    if account is None and identities.has_had_own_account(subject.id):
        raise Conflict(f"您的账号已经注销，不能登录。需要重新开通，{_at_a_window()}")
    if account is None and current is not None and not current.subject.number:
        account = identity.bind_account(current.id, subject_id=subject.id, actor=actor)
    if account is None and current is not None and current.subject_id == subject.id:
        account = current
    if account is not None and account != current and signin.level_of(account) < signin.FIRM:
        _take_back(account, actor)
    account = account or _open(subject, actor)
    if signin.level_of(account) < proven.level:
        record_proof(
            subject.id,
            account_id=account.id,
            level=proven.level,
            kind=proven.kind,
            actor=actor,
            adapter=proven.kind,
            reference=proven.reference[:80],
        )
    return account


@transaction.atomic
def account_of_network_id(network_id: str) -> Account | None:
    """Return the open account to which a 网号 is bound."""
    found = NetworkId.objects.select_related("account").filter(index=_index(network_id), account__is_active=True)
    bound = found.first()
    return bound.account if bound else None


@transaction.atomic
def bind_network_id(network_id: str, account: Account) -> None:
    """Let the 网号 sign in to the account. Raises Conflict if it is bound to another one."""
    _one_at_a_time(network_id)
    bound, made = NetworkId.objects.get_or_create(
        index=_index(network_id), defaults={"account": account, "bound_at": clock.now()}
    )
    if bound.account_id != account.id:
        raise Conflict("这个网号已经绑定了另一个账号，请用那个账号登录。")
    if made:
        announce(events.NetworkIdBound(subject=account.id), actor=machine(NETWORK), at=bound.bound_at)


@transaction.atomic
def open_nameless_account(network_id: str) -> Account:
    """Open an account for somebody who gives only a 网号. Name and number may be proved later, if a case needs them."""
    actor = machine(NETWORK)
    subject = identity.register_person(name=NAMELESS, division_code=city().code, actor=actor)
    account = _open(subject, actor)
    record_proof(subject.id, account_id=account.id, level=0, kind=NETWORK, actor=actor, adapter=NETWORK)
    bind_network_id(network_id, account)
    return account


def _at_a_window() -> str:
    return f"请带身份证到就近的政务服务中心核对，或拨打 {city().hotline}。"


def _open(subject: Subject, actor: Actor) -> Account:
    """Open an account without a password. Until they set one, they sign in the same way again."""
    return identity.open_account(
        subject_id=subject.id,
        encoded_password=make_password(None),
        actor=actor,
    )


def _take_back(account: Account, actor: Actor) -> None:
    take_back(account, actor=actor)
    account.refresh_from_db()  # the library saves the whole row when it connects the upstream
    NetworkId.objects.filter(account=account).delete()
    api.revoke_tokens_of_account(account.id, reason="本人核验后收回账号", actor=actor)


def _index(network_id: str) -> str:
    return pinned_index(network_id, purpose=PURPOSE)


def _one_at_a_time(text: str) -> None:
    """Make parallel first sign-ins of one person wait for each other, so that one account is opened."""
    hold(_index(text))
