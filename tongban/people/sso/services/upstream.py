"""Who comes with an identity that the nation vouches for: find him, or register him, and never twice."""

from dataclasses import dataclass

from django.contrib.auth.hashers import make_password
from django.db import transaction

from tongban.foundation import clock
from tongban.foundation.announcements.services import announce
from tongban.foundation.city import city
from tongban.foundation.codes import is_resident_number
from tongban.foundation.errors import Conflict, Invalid
from tongban.foundation.ids import new_id
from tongban.foundation.locks import hold
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
"""The name of a subject of whom only the 网号 is known."""
WINDOW = f"请带身份证到就近的政务服务中心核对，或拨打 {city().hotline}。"


@dataclass(frozen=True)
class VerifiedPerson:
    """What the nation says of a person."""

    name: str
    number: str
    level: int
    kind: str
    reference: str
    """The other side's opaque name for him."""


@transaction.atomic
def account_of_verified(proven: VerifiedPerson, *, current: Account | None = None) -> Account:
    """The account of this person: his own, else that in which he is signed in (`current`), else a new one.

    `current` counts where it stands under a name only, or was opened for a post of his: he is behind both now. An
    account for a post in which he is not signed in stays what it is, since whoever opened it may know its password.
    Conflict where another name stands beside the number, where a binding at a window does not count yet, or where he
    closed his account. What he proved is recorded.

    His own account may rest on name and number alone, which others know: they may have opened it with their phone and
    password. Unless he is signed in to it, nothing that signed in to it before does so any more.
    """
    if not is_resident_number(proven.number) or not proven.name.strip():
        raise Invalid(f"收到的姓名或公民身份号码不完整，不能登录。{WINDOW}")
    _one_at_a_time(proven.number)
    actor = machine(proven.kind)
    subject = identities.subject_by_number(proven.number)
    if subject is not None and subject.name != proven.name.strip():
        raise Conflict(f"您在国家平台的姓名与本市登记的不一致，不能登录。{WINDOW}")
    subject = subject or identity.register_person(
        name=proven.name, number=proven.number, division_code=city().code, actor=actor
    )
    account = identities.account_by_number(proven.number)
    if account is not None and not identities.is_own(account):
        raise Conflict(
            "有一个账号刚在窗口归到您的名下，还没到生效的时间。不是您本人在窗口办的，请按短信里的办法提出异议，"
            f"或马上拨打 {city().hotline}；是您办的，请过一天再来。"
        )
    if account is None and Account.objects.filter(subject=subject, own_from__isnull=False).exists():
        raise Conflict(f"您的账号已经注销，不能登录。需要重新开通，{WINDOW}")
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
    """The open account to which a 网号 is bound."""
    found = NetworkId.objects.select_related("account").filter(index=_index(network_id), account__is_active=True)
    bound = found.first()
    return bound.account if bound else None


@transaction.atomic
def bind_network_id(network_id: str, account: Account) -> None:
    """From now on the 网号 signs in to the account; Conflict when it signs in to another."""
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
    """An account for somebody who tells his 网号 only; a proof of name and number may follow when a case needs it."""
    actor = machine(NETWORK)
    subject = identity.register_person(name=NAMELESS, division_code=city().code, actor=actor)
    account = _open(subject, actor)
    record_proof(subject.id, account_id=account.id, level=0, kind=NETWORK, actor=actor, adapter=NETWORK)
    bind_network_id(network_id, account)
    return account


def _open(subject: Subject, actor: Actor) -> Account:
    """Without a password: he signs in as he came, until he sets one."""
    return identity.open_account(
        f"u{new_id().hex[-16:]}",
        subject_id=subject.id,
        encoded_password=make_password(None),
        actor=actor,
    )


def _take_back(account: Account, actor: Actor) -> None:
    take_back(account, actor=actor)
    account.refresh_from_db()  # the library saves it whole when it connects the upstream
    NetworkId.objects.filter(account=account).delete()
    api.revoke_tokens_of_account(account.id, reason="本人核验后收回账号", actor=actor)


def _index(network_id: str) -> str:
    return pinned_index(network_id, purpose=PURPOSE)


def _one_at_a_time(text: str) -> None:
    """Two first sign-ins of one person at once make one account."""
    hold(_index(text))
