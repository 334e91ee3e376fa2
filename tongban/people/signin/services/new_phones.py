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
from tongban.people.signin import events, queries
from tongban.people.signin.models import Code, ResetPassword, WindowCheck
from tongban.people.signin.rules import DAY, CodeUse, phone_in
from tongban.people.signin.services.browsers import forget_browsers
from tongban.people.signin.services.codes import check_code
from tongban.people.signin.services.holders import lock_both, replace_phone
from tongban.people.signin.services.notifying import notify
from tongban.people.signin.services.own import end_all_sessions, send_phone_code
from tongban.people.signin.services.window import account_meant, begin_check, visit_to_check

log = logging.getLogger("tongban.signin")
GIVE_UP_AFTER = DAY
"""How long a check that fails is tried again, from when it begins to count."""
HOW = "已按您在窗口的登记更换，登录着的设备都已退出"
NOT_REGISTERED = (
    "您在窗口登记的新手机号没有登记成功，账号的手机号没有变。请带身份证再到窗口办理，有疑问请拨打 {hotline}。"
)
OF_ANOTHER = (
    "您在窗口登记的新手机号没有登记成功：它在另一个账号上，要用读卡器读过身份证才能改到您名下。"
    "账号的手机号没有变。请带身份证再到窗口办理，有疑问请拨打 {hotline}。"
)


def send_new_phone_code(*, phone: str, new_phone: str, address: str, actor: Actor) -> UUID:
    """Send a code to the new phone of the person at the actor's window, and return its id.

    `phone` names their account, as for `begin_check`. Raises Invalid, Conflict or NotAllowed, or what `send_code` does.
    """
    account = _own_account(phone, actor)
    try:
        return send_phone_code(account, new_phone, address=address)
    except DomainError as refusal:
        refusal.field = "new_phone"  # the form asks for the present phone too
        raise


def begin_check_with_phone(code_id: UUID | str, typed: str, *, phone: str, new_phone: str, actor: Actor) -> WindowCheck:
    """Begin a check of the person at the window that also registers their new phone, once it counts.

    Raises Invalid for a wrong code. The code is checked outside the transaction, since a rollback would undo the count
    of tries.
    """
    account = _own_account(phone, actor)
    row = check_code(code_id, typed, purpose=CodeUse.PHONE, phone=new_phone)
    if row.account_id != account.id:
        raise Invalid("验证码不对或已过期，请重新获取。", field="code")
    return begin_check(phone=phone, new_phone=phone_in(new_phone), actor=actor)


def register_new_phones() -> None:
    """Register the phones of the checks that have begun to count.

    One that fails does not hold up the others. It is tried again for a day, then its phone is forgotten.
    """
    due = WindowCheck.objects.filter(new_phone__isnull=False, proof__counts_from__lte=clock.now())
    for check_id in list(due.order_by("proof__counts_from", "id").values_list("id", flat=True)):
        try:
            _register(check_id)
        except Exception as failure:  # whatever it is, the next person must not wait for it
            log.warning("the new phone of window check %s was not registered: %s", check_id, _kind(failure))
            _give_up(check_id)


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
    number, needs_reader = str(check.new_phone), queries.new_phone_needs_reader(check)
    check.new_phone = None
    check.save(update_fields=["new_phone"])
    account = identity.account_of(check.account_id)
    void = check.objected_at is not None or check.proof.voided_at is not None
    if void or account is None or not account.is_active or account.subject_id != check.subject_id:
        return
    if needs_reader:
        log.warning("the new phone of window check %s was not registered: it is another account's", check.id)
        _tell(check.subject_id, OF_ANOTHER)
        return
    clerk = Actor(subject_id=check.clerk_id, principal_id=check.clerk_id)
    _give(account, number, identity.account_by_phone(number), clerk)


def _give(account: Account, number: str, former: Account | None, actor: Actor) -> None:
    """Replace the account's phone. What the old phone opened ends: somebody else may hold it."""
    now = clock.now()
    lock_both(account, former)
    end_all_sessions(account)
    forget_browsers(account, by="phone")
    Code.objects.filter(account_id=account.id, used_at=None).update(used_at=now)
    if ResetPassword.objects.filter(account_id=account.id).delete()[0]:  # by whoever had the old phone
        identities.forget_credentials(account.id)
        announce(events.PasswordChanged(subject=account.id, by="taken-back"), actor=actor, at=now)
    replace_phone(account, number, former=former, how=HOW, actor=actor)


def _give_up(check_id: UUID) -> None:
    """Forget the phone of a check that has failed for a day, and tell the person if that is possible."""
    late = WindowCheck.objects.filter(
        id=check_id, new_phone__isnull=False, proof__counts_from__lt=clock.now() - GIVE_UP_AFTER
    )
    subject_id = late.values_list("subject_id", flat=True).first()
    if subject_id is None or not late.update(new_phone=None):
        return
    log.error("the new phone of window check %s is given up", check_id)
    try:
        _tell(subject_id, NOT_REGISTERED)
    except Exception as failure:
        log.warning("nobody was told about window check %s: %s", check_id, _kind(failure))


@transaction.atomic
def _tell(subject_id: UUID, text: str) -> None:
    notify(subject_id, text.format(hotline=city().hotline))


def _kind(failure: Exception) -> str:
    """Return what may be logged of a failure. Its sentence may contain personal data."""
    return failure.code if isinstance(failure, DomainError) else type(failure).__name__


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
