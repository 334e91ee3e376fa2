"""Accounts for posts and their initial passwords, which the platform generates and which sign in once."""

import secrets
from dataclasses import dataclass
from datetime import timedelta
from uuid import UUID

from django.contrib.auth.hashers import make_password
from django.db import transaction

from tongban.foundation import clock
from tongban.foundation.city import city
from tongban.foundation.errors import Conflict, Invalid, NotFound
from tongban.people.identity import queries as identity
from tongban.people.identity import services as identities
from tongban.people.identity.actors import Actor
from tongban.people.identity.queries import Account
from tongban.people.identity.services import AppointmentResult
from tongban.people.signin.rules import INITIAL_LIVES, phone_in
from tongban.people.signin.services.messages import send_message
from tongban.people.signin.services.own import end_all_sessions
from tongban.people.signin.services.passwords import change_password

SMALL, LARGE, DIGITS = "abcdefghjkmnpqrstuvwxyz", "ABCDEFGHJKLMNPQRSTUVWXYZ", "23456789"
"""Without characters that are easily confused when read aloud or copied."""
NOTICE = (
    "您的单位为您开立了工作账号 {login}，初始密码 {password}，{hours} 小时内有效，只能登录一次，"
    "登录后请马上改成自己的密码。您不在这个单位工作的，请马上拨打 {hotline}。"
)
HOURS = int(INITIAL_LIVES / timedelta(hours=1))


@dataclass(frozen=True)
class IssuedPassword:
    """An initial password: sent to the person, or `shown` once to the officer who issued it."""

    account: Account
    shown: str = ""


@transaction.atomic
def take_on(
    *, post_id: UUID, name: str, number: str, login_name: str = "", actor: Actor
) -> tuple[AppointmentResult, IssuedPassword | None]:
    """Appoint somebody by name and number. Issue an initial password if an account is opened for the post."""
    taken = identities.take_on(post_id=post_id, name=name, number=number, login_name=login_name, actor=actor)
    if taken.account is None:
        return taken, None
    return taken, _give(taken.account, in_person=False, reason="为岗位开立账号", actor=actor)


@transaction.atomic
def reissue_initial_password(
    subject_id: UUID, *, department_id: UUID, in_person: bool = False, reason: str, actor: Actor
) -> IssuedPassword:
    """Issue a new initial password for an account for a post, and end the account's sessions."""
    identities.check_manages(subject_id, department_id=department_id, actor=actor)
    account = identity.account_for_post(subject_id)
    if account is None:
        raise NotFound("这个人没有单位开立的账号。本人自己的账号，密码由本人找回。")
    if not reason.strip():
        raise Invalid("请写明重新发放的原因，例如“初始密码过期”。", field="reason")
    end_all_sessions(account)
    return _give(account, in_person=in_person, reason=reason.strip(), actor=actor)


def choose_first_password(account: Account, password: str, *, staying: str) -> Account:
    """Replace the initial password by one that only the person knows."""
    if account.initial_until is None:
        raise Conflict("您已经改过初始密码，不用再改。")
    if account.check_password(password):
        raise Invalid("新密码不能和初始密码一样，请另外想一个。", field="password")
    return change_password(account, password, by="first", staying=staying)


def _give(account: Account, *, in_person: bool, reason: str, actor: Actor) -> IssuedPassword:
    password, now = _generated(), clock.now()
    phone = "" if in_person else phone_in(account.phone or identity.subject(account.subject_id).phone)
    given = identities.give_initial_password(
        account.id,
        encoded_password=make_password(password),
        until=now + INITIAL_LIVES,
        delivered="phone" if phone else "shown",
        reason=reason,
        actor=actor,
    )
    if not phone:
        return IssuedPassword(given, password)
    text = NOTICE.format(login=account.login_name, password=password, hours=HOURS, hotline=city().hotline)
    send_message(phone, text, at=now, useful_for=timedelta(hours=12))
    return IssuedPassword(given)


def _generated() -> str:
    """Return three groups of four characters, each with lower-case letters, a capital and a digit."""
    kinds = (SMALL, LARGE, DIGITS, SMALL)
    return "-".join("".join(secrets.choice(kind) for kind in kinds) for _ in range(3))
