"""Somebody without their old phone names a new one at the window (窗口换手机号), for their own account.

The new phone receives a code, which the person types in themselves. It is registered when the window check begins to
count: until then the person can object, at the phones by which they were known before.
"""

import logging
from uuid import UUID

from django.db import transaction

from tongban.foundation import clock
from tongban.foundation.announcements.services import announce
from tongban.foundation.city import city
from tongban.foundation.errors import Conflict, DomainError, Invalid, NotAllowed
from tongban.people.identity import queries as identity
from tongban.people.identity import services as identities
from tongban.people.identity.actors import Actor
from tongban.people.identity.queries import Account
from tongban.people.identity.rules import PHONE_PURPOSE
from tongban.people.signin import events
from tongban.people.signin.models import Code, ResetPassword, WindowCheck
from tongban.people.signin.rules import DAY, CodeUse, phone_in
from tongban.people.signin.services.browsers import forget_browsers
from tongban.people.signin.services.codes import check_code, send_code
from tongban.people.signin.services.holders import take_phone
from tongban.people.signin.services.messages import send_message
from tongban.people.signin.services.own import TAKEN, end_all_sessions
from tongban.people.signin.services.window import account_meant, begin_check, visit_to_check
from tongban.people.signin.words import BAD_PHONE
from tongban.trust.crypto.services import blind_indexes

log = logging.getLogger("tongban.signin")
AT_ONCE = 200
"""Phones that are registered in one run of the task."""
MOVED = (
    "您账号的手机号已按您在窗口的登记更换，这个号码不能再用来登录，原来登录着的设备都已退出。"
    "不是您本人办的，请马上拨打 {hotline}。"
)


def send_new_phone_code(*, phone: str, new_phone: str, address: str, actor: Actor) -> UUID:
    """Send a code to the new phone of the person at the actor's window, and return its id.

    `phone` names their account, as for `begin_check`. Raises Invalid, Conflict or NotAllowed, or what `send_code` does.
    """
    account = _own_account(phone, actor)
    number = phone_in(new_phone)
    if not number:
        raise Invalid(BAD_PHONE, field="new_phone")
    if number == account.phone:
        raise Invalid("这就是账号现在登记的手机号，不用更换。", field="new_phone")
    other = identity.account_by_phone(number)
    return send_code(number, purpose=CodeUse.PHONE, address=address, account_id=account.id, hint=TAKEN if other else "")


def begin_check_with_phone(code_id: UUID | str, typed: str, *, phone: str, new_phone: str, actor: Actor) -> WindowCheck:
    """Begin a check of the person at the window that also registers their new phone, once it counts.

    Raises Invalid for a wrong code. The code is checked outside the transaction, since a rollback would undo the count
    of tries.
    """
    account = _own_account(phone, actor)
    row = check_code(code_id, typed, purpose=CodeUse.PHONE)
    if row.account_id != account.id or row.phone_index not in blind_indexes(phone_in(new_phone), purpose=PHONE_PURPOSE):
        raise Invalid("验证码不对或已过期，请重新获取。", field="code")
    return begin_check(phone=phone, new_phone=phone_in(new_phone), actor=actor)


def register_new_phones() -> None:
    """Register the phones of the checks that have begun to count. One that fails does not hold up the others."""
    due = WindowCheck.objects.filter(new_phone__isnull=False, proof__counts_from__lte=clock.now())
    for check_id in list(due.order_by("proof__counts_from", "id").values_list("id", flat=True)[:AT_ONCE]):
        try:
            _register(check_id)
        except DomainError as refusal:
            log.warning("the new phone of window check %s was not registered: %s", check_id, refusal.code)


def forget_new_phones() -> None:
    """Forget the phones of checks that were not completed on their day, and of those that met with an objection."""
    left = WindowCheck.objects.filter(new_phone__isnull=False, proof=None, began_at__lt=clock.now() - DAY)
    left.update(new_phone=None)
    WindowCheck.objects.filter(new_phone__isnull=False, objected_at__isnull=False).update(new_phone=None)


@transaction.atomic
def _register(check_id: UUID) -> None:
    rows = WindowCheck.objects.select_for_update(of=("self",)).select_related("proof")
    check = rows.filter(id=check_id, new_phone__isnull=False).first()
    if check is None or check.proof is None:
        return
    number, check.new_phone = str(check.new_phone), None
    check.save(update_fields=["new_phone"])
    account = identity.account_of(check.account_id)
    void = check.objected_at is not None or check.proof.voided_at is not None
    if void or account is None or not account.is_active or account.subject_id != check.subject_id:
        return
    _give(account, number, Actor(subject_id=check.clerk_id, principal_id=check.clerk_id))


def _give(account: Account, number: str, actor: Actor) -> None:
    """Replace the account's phone. What the former phone opened ends: somebody else may hold it."""
    now, old = clock.now(), account.phone
    former = identity.account_by_phone(number)
    if former is not None and former.id != account.id:
        take_phone(former, number, actor=actor)
    end_all_sessions(account)
    forget_browsers(account, by="phone")
    Code.objects.filter(account_id=account.id, used_at=None).update(used_at=now)
    if ResetPassword.objects.filter(account_id=account.id).delete()[0]:  # by whoever had the former phone
        identities.forget_credentials(account.id)
        announce(events.PasswordChanged(subject=account.id, by="taken-back"), actor=actor, at=now)
    identities.verify_phone(account.id, phone=number, actor=actor)
    if old and old != number:
        send_message(old, MOVED.format(hotline=city().hotline), at=now)


def _own_account(phone: str, actor: Actor) -> Account:
    visit = visit_to_check(actor)
    account = account_meant(visit.present_id, phone)
    if account.subject_id != visit.present_id or not identity.is_own(account):
        raise Conflict(
            "只有到场人自己名下的账号，才能在窗口换手机号。请先完成实名核验，一天以后再来换。", field="phone"
        )
    if identity.actor_of(account).is_officer:
        raise NotAllowed("到场人是在岗的工作人员，手机号由本人登录后更换；登录不了的，请联系所在单位的系统管理员。")
    return account
