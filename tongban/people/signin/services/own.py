"""What people change on their own accounts: the phone and the sessions; and closing an account."""

from collections.abc import Iterable
from uuid import UUID

from allauth.mfa.models import Authenticator
from allauth.usersessions.models import UserSession
from django.contrib.sessions.models import Session
from django.db import transaction

from tongban.foundation import clock
from tongban.foundation.announcements.services import announce
from tongban.foundation.city import city
from tongban.foundation.errors import Conflict, Invalid
from tongban.people.identity import queries as identity
from tongban.people.identity import services as identities
from tongban.people.identity.actors import Actor
from tongban.people.identity.queries import Account
from tongban.people.signin import events, queries
from tongban.people.signin.models import Code
from tongban.people.signin.rules import CodeUse, phone_in
from tongban.people.signin.services.codes import send_code
from tongban.people.signin.services.entering import note_sign_out
from tongban.people.signin.services.messages import send_message

TAKEN = "这个号码登记在另一个账号上。如您是原机主且未申请更换，请勿向任何人提供验证码。"
TAKEN_BACK = (
    "账号的持有人刚刚用国家网络身份核验了本人，这个手机号和原来的密码不能再登录这个账号。"
    "您就是持有人的，请用刚才的方式登录，在“账号与安全”里重新登记手机号、设置密码。有疑问请拨打 {hotline}。"
)

SESSIONS_AT_ONCE = 500
"""Expired sessions that are deleted in one transaction."""


def send_phone_code(account: Account, phone: str, *, address: str, browser: str = "") -> UUID:
    """Send a code to the new phone of the account. If it has another account, only that phone learns of it."""
    number = phone_in(phone)
    if number and number == account.phone:
        raise Invalid("这就是账号现在的手机号，不用更换。", field="phone")
    other = identity.account_by_phone(number) if number else None
    return send_code(
        phone,
        purpose=CodeUse.PHONE,
        address=address,
        account_id=account.id,
        browser=browser,
        hint=TAKEN if other else "",
    )


@transaction.atomic
def end_sessions(account: Account, session_ids: Iterable[int]) -> int:
    """End the account's sessions with these ids; return how many there were."""
    ended = 0
    for session in UserSession.objects.filter(user_id=account.id, id__in=list(session_ids)):
        session.end()
        note_sign_out(account, by="remote")
        ended += 1
    return ended


def forget_ended_sessions() -> None:
    """Delete sessions that have expired, each batch in one transaction, and their rows in the list of sessions.

    What rests on a session, such as a sign-in at another system, ends with its row.
    """
    expired = Session.objects.filter(expire_date__lte=clock.now()).order_by("expire_date")
    while batch := list(expired.values_list("session_key", flat=True)[:SESSIONS_AT_ONCE]):
        Session.objects.filter(session_key__in=batch, expire_date__lte=clock.now()).delete()
    UserSession.objects.exclude(id__in=queries.living_sessions().values("id")).delete()


def end_all_sessions(account: Account, *, but: str = "") -> None:
    """End all sessions of the account except the one with the key `but`."""
    ids = UserSession.objects.filter(user_id=account.id).exclude(session_key=but).values_list("id", flat=True)
    end_sessions(account, ids)


def end_sessions_and_factors(account: Account) -> None:
    """End all sessions of the account and remove its second factors."""
    end_all_sessions(account)
    Authenticator.objects.filter(user_id=account.pk).delete()


def move_session(old: str, new: str) -> None:
    """Follow a session to its new key in the list of sessions."""
    UserSession.objects.filter(session_key=old).update(session_key=new)


@transaction.atomic
def take_back(account: Account, *, actor: Actor) -> None:
    """Remove all credentials of an account that rests on name and number, after its person proved who they are.

    Somebody else may have opened it with the person's name and number, and would share all that the new proof opens.
    The person sets a password and a phone again. The content of the account stays.
    """
    old, now = account.phone, clock.now()
    end_sessions_and_factors(account)
    Code.objects.filter(account_id=account.id, used_at=None).update(used_at=now)
    identities.forget_credentials(account.id)
    announce(events.PasswordChanged(subject=account.id, by="taken-back"), actor=actor, at=now)
    if old:
        send_message(old, TAKEN_BACK.format(hotline=city().hotline), at=now)


@transaction.atomic
def close_account(account: Account, *, reason: str) -> None:
    """Close a person's own account and end its sessions. Applications, licences and records stay, as the law requires.

    Raises Conflict for officers: their department closes the account when they leave.
    """
    actor = identity.actor_of(account)
    if actor.is_officer:
        raise Conflict("您还在岗位上，工作人员账号由所在部门在离岗时注销。")
    end_sessions_and_factors(account)
    identities.close_account(account.id, reason=reason, actor=actor)
