"""Send a code to a phone, and check what comes back."""

import secrets
from datetime import timedelta
from uuid import UUID

from django.db import connection, transaction
from django.db.models import F

from tongban.foundation import clock
from tongban.foundation.crypto.services import blind_index, blind_indexes, is_index_of, pinned_index
from tongban.foundation.errors import DomainError, Invalid
from tongban.foundation.identity.rules import PHONE_PURPOSE
from tongban.foundation.ids import new_id
from tongban.foundation.signin.models import Code
from tongban.foundation.signin.rules import (
    CODE_LIVES,
    CODE_TRIES,
    CODES_OF_ADDRESS,
    CODES_OF_PHONE,
    RESEND_AFTER,
    phone_in,
)
from tongban.foundation.signin.services.locking import key_of, keys_of
from tongban.foundation.signin.services.messages import send_message
from tongban.foundation.signin.words import BAD_PHONE

CODE_PURPOSE = "signin code"
LOCK = "signin one code of a phone at a time"
WRONG_CODE = "验证码不对或已过期，请检查短信后重填，或重新获取。"
TEXT = "【云州通办】验证码 {code}，用于{purpose}，5 分钟内有效。工作人员不会向您索要验证码，请不要告诉任何人。"
PURPOSES = {
    "sign-in": "登录",
    "register": "注册账号",
    "reset": "重设密码",
    "phone": "更换手机号",
    "confirm": "确认是您本人",
}


class TooMany(DomainError):
    code = "too-many-codes"
    status = 429


@transaction.atomic
def send_code(
    phone: str, *, purpose: str, address: str, account_id: UUID | None = None, instead: str | None = None
) -> UUID:
    """Send a code for a purpose; returns the id to check it by.

    Where there is nobody to send it to, `instead` is sent in its place, or with "" nothing: for the asker all is as
    if a code were sent, and takes as long.
    """
    number = phone_in(phone)
    if not number:
        raise Invalid(BAD_PHONE, field="phone")
    now = clock.now()
    phone_index = blind_index(number, purpose=PHONE_PURPOSE)
    address_index = key_of("address", address)
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(hashtextextended(%s, 0))", [pinned_index(number, purpose=LOCK)])
    day = Code.objects.filter(sent_at__gt=now - timedelta(days=1))
    of_phone = day.filter(phone_index__in=blind_indexes(number, purpose=PHONE_PURPOSE))
    last = of_phone.order_by("-sent_at").first()
    if last is not None and last.sent_at > now - RESEND_AFTER:
        wait = int((last.sent_at + RESEND_AFTER - now).total_seconds()) + 1
        raise TooMany(f"刚刚发过验证码，请查看短信；没有收到，请 {wait} 秒后再获取。", field="phone")
    if of_phone.count() >= CODES_OF_PHONE:
        raise TooMany("这个手机号今天获取的验证码已到上限，请明天再试，或改用密码登录。", field="phone")
    if day.filter(address_index__in=keys_of("address", address)).count() >= CODES_OF_ADDRESS:
        raise TooMany("您所在的网络今天获取的验证码太多，请明天再试，或改用密码登录。", field="phone")
    code_id, code = new_id(), f"{secrets.randbelow(10**6):06d}"
    Code.objects.create(
        id=code_id,
        purpose=purpose,
        phone_index=phone_index,
        address_index=address_index,
        digest=_digest(code_id, code),
        account_id=account_id,
        sent_at=now,
    )
    text = TEXT.format(code=code, purpose=PURPOSES[purpose]) if instead is None else instead
    send_message(number, text, at=now)
    return code_id


def check_code(code_id: UUID | str, typed: str, *, purpose: str) -> Code:
    """The code that was sent, used up by this; Invalid when it is not the right one, too old, or tried too often."""
    now = clock.now()
    code = typed.strip().replace(" ", "")
    with transaction.atomic():
        row = Code.objects.select_for_update(of=("self",)).filter(id=code_id, purpose=purpose).first()
        right = (
            row is not None
            and row.used_at is None
            and row.tries < CODE_TRIES
            and row.sent_at > now - CODE_LIVES
            and is_index_of(row.digest, f"{row.id}:{code}", purpose=CODE_PURPOSE)
        )
        if row is not None and right:
            row.used_at = now
            row.save(update_fields=["used_at"])
        elif row is not None:
            Code.objects.filter(id=row.id).update(tries=F("tries") + 1)
    if row is None or not right:
        raise Invalid(WRONG_CODE, field="code")
    return row


def forget_old_codes() -> None:
    """Codes older than the day that the limits look at."""
    Code.objects.filter(sent_at__lt=clock.now() - timedelta(days=2)).delete()


def _digest(code_id: UUID, code: str) -> str:
    return blind_index(f"{code_id}:{code}", purpose=CODE_PURPOSE)
