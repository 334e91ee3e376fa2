"""A phone gets another holder: the new one proves who they are, the former account loses it and is told."""

from uuid import UUID

from django.db import transaction

from tongban.foundation import clock
from tongban.foundation.city import city
from tongban.foundation.errors import Conflict, Invalid
from tongban.people.identity import queries as identity
from tongban.people.identity import services as identities
from tongban.people.identity.actors import Actor
from tongban.people.identity.queries import Account
from tongban.people.signin import carriers, ports
from tongban.people.signin.models import Code, LostPhone
from tongban.people.signin.queries import level_of
from tongban.people.signin.rules import LEVELS, CodeUse, phone_in
from tongban.people.signin.services.browsers import forget_browsers
from tongban.people.signin.services.codes import check_code
from tongban.people.signin.services.locking import begin_try
from tongban.people.signin.services.messages import send_message
from tongban.people.signin.services.notifying import notify
from tongban.people.signin.services.own import end_all_sessions
from tongban.trust.crypto.masking import mask

OTHER_WAYS = (
    "请用国家网络身份认证或国家政务服务平台登录，再在“账号与安全”里登记这个手机号；"
    "也可以带身份证到就近的政务服务中心，由窗口当场办理。"
)
MOVED = "您账号的手机号{how}，这个号码不能再用来登录。不是您本人办的，请马上拨打 {hotline}。"
TOLD = (
    "您账号的手机号 {phone} 有了新的机主：对方核验了本人和号码，所以它已从您的账号解除，不能再用来登录。"
    "您的办件和证照都在。请用密码等方式登录，登记现在的手机号。号码还是您本人在用的，请马上拨打 {hotline}。"
)


def check_is_holder(phone: str, *, name: str, number: str) -> None:
    """Ask the carrier whether the phone is this person's now. Raises Conflict or Invalid, with the other ways."""
    carrier = carriers.current()
    if carrier is None:
        raise Conflict(f"这个手机号登记在另一个账号上，现在不能在网上核对它是不是已经归您。{OTHER_WAYS}", field="phone")
    made = begin_try("holder", phone)
    if not ports.name_agrees(name, number) or not carrier.agrees(name, number, phone):
        raise Invalid(f"这个手机号登记在另一个账号上，姓名、号码和手机号没有核对上。{OTHER_WAYS}", field="phone")
    made.succeeded()


def change_phone(account: Account, phone: str, code_id: UUID | str, typed: str) -> None:
    """Change the phone of the account, and notify the old one.

    Raises Invalid for a wrong code, or one that was sent to another phone.

    A phone that another account has is taken from it, once the account's person has proved who they are or the carrier
    confirms that it is theirs. The code is checked outside the transaction of the change, since a rollback would undo
    the count of tries.
    """
    row = check_code(code_id, typed, purpose=CodeUse.PHONE, phone=phone)
    if row.account_id != account.id:
        raise Invalid("验证码不对或已过期，请重新获取。", field="code")
    number = phone_in(phone)
    former = identity.account_by_phone(number)
    if former is not None and former.id != account.id and level_of(account) < max(LEVELS):
        subject = identity.subject(account.subject_id)
        check_is_holder(number, name=subject.name, number=subject.number)
    replace_phone(account, number, former=former, how="已经更换", actor=Actor(subject_id=account.subject_id))


@transaction.atomic
def replace_phone(account: Account, number: str, *, former: Account | None, how: str, actor: Actor) -> None:
    """Put a phone that the account's person proved to have in the place of the old one, which is told `how`.

    `former` is the account that has it now. The caller has checked that it may be taken from that account.
    """
    old = lock_both(account, former)
    if former is not None and former.id != account.id:
        take_phone(former, number, actor=actor)
    identities.verify_phone(account.id, phone=number, actor=actor)
    if old and old != number:
        send_message(old, MOVED.format(how=how, hotline=city().hotline), at=clock.now())


def lock_both(account: Account, former: Account | None) -> str | None:
    """Lock the account and the one that has its new phone, and return the account's phone as it is now."""
    locked = identities.lock_accounts({one.id for one in (account, former) if one is not None})
    return locked[account.id].phone if account.id in locked else None


@transaction.atomic
def take_phone(former: Account, phone: str, *, actor: Actor) -> None:
    """Take the phone from the account that had it, end what was opened with it, and tell the former holder.

    Sessions end, since the new holder may have begun one with a code. The password and other ways in stay. Nothing
    happens to an account that has changed its phone since it was read: it has lost nothing.
    """
    now = clock.now()
    if not identities.release_phone(former.id, phone=phone, actor=actor):
        return
    end_all_sessions(former)
    forget_browsers(former, by="phone")
    Code.objects.filter(account_id=former.id, used_at=None).update(used_at=now)
    LostPhone.objects.create(account_id=former.id, phone=phone, at=now)
    notify(former.subject_id, TOLD.format(phone=mask("phone", phone), hotline=city().hotline))
