"""Send codes to phones, and check what is typed."""

import logging
import secrets
from collections.abc import Callable
from datetime import datetime, timedelta
from uuid import UUID

from django.conf import settings
from django.db import transaction
from django.db.models import F, QuerySet

from tongban.foundation import clock
from tongban.foundation.errors import DomainError, Invalid
from tongban.foundation.ids import new_id
from tongban.foundation.locks import hold
from tongban.foundation.networks import counted_address
from tongban.foundation.typed import compact
from tongban.people.identity.queries import Account
from tongban.people.identity.rules import PHONE_PURPOSE
from tongban.people.signin import gateways
from tongban.people.signin.models import Code
from tongban.people.signin.rules import (
    CODE_LIVES,
    CODE_TRIES,
    CODES_OF_BROWSER,
    CODES_OF_NEW_ADDRESS,
    CODES_OF_NEW_BROWSERS,
    CODES_OF_PHONE,
    CODES_OF_PHONE_AT_MOST,
    CODES_OF_PHONE_IN_ALL,
    NEW_BROWSER,
    PAUSE_OF_PHONE,
    RESEND_AFTER,
    CodeUse,
    phone_in,
)
from tongban.people.signin.services.locking import is_hall, key_of
from tongban.people.signin.services.messages import send_message
from tongban.people.signin.words import BAD_PHONE
from tongban.trust.crypto.services import blind_index, blind_indexes, is_index_of, pinned_index

log = logging.getLogger("tongban.signin")

CODE_PURPOSE = "signin code"
LOCK = "signin one code of a phone at a time"
ADDRESS_LOCK = "signin one code of an address at a time"
THIS_ONE = "这台设备今天获取的验证码太多，请明天再试，或改用密码登录。"
NEW_ONES = (
    "同一网络里刚打开网页就获取的验证码，今天已到上限。请两分钟后再获取，或改用密码登录。"
    "过了两分钟还是不行的，请允许浏览器保存本站的 Cookie，刷新这一页，两分钟后再试。"
)
WRONG_CODE = "验证码不对或已过期，请检查短信后重填，或重新获取。"
TEXT = "验证码 {code}，用于{purpose}，5 分钟内有效。工作人员不会向您索要验证码，请不要告诉任何人。"
OUTSIDE_BRAKE = (CodeUse.CONFIRM, CodeUse.PHONE)
"""Codes for people who are signed in or at a window. The city's brake neither stops nor counts them."""
PURPOSES = {
    CodeUse.SIGN_IN: "登录",
    CodeUse.REGISTER: "注册账号",
    CodeUse.RESET: "重设密码",
    CodeUse.PHONE: "更换手机号",
    CodeUse.CONFIRM: "确认是您本人",
}


class TooManyCodes(DomainError):
    code = "too-many-codes"
    status = 429


class NoMessages(DomainError):
    """There is no SMS gateway, so nobody can get a code."""

    code = "no-messages"
    status = 503
    message = "短信暂时发不出去，请稍后再试，或到窗口办理。"


@transaction.atomic
def send_code(
    phone: str,
    *,
    purpose: CodeUse,
    address: str,
    account_id: UUID | None = None,
    replacement: str | None = None,
    known: bool = False,
    browser: str = "",
    hint: str = "",
) -> UUID:
    """Send a code for a purpose and return the id to check it with.

    `replacement` is sent in place of the code where the phone has no fitting account; "" sends nothing. The person who
    asks sees no difference, not even in time. `hint` follows the code. `known` means that a known browser of the
    phone's account asks; `browser` names any other one (`visitors.browser_of`). Raises NoMessages, Invalid or
    TooManyCodes.
    """
    number = phone_in(phone)
    if not number:
        raise Invalid(BAD_PHONE, field="phone")
    if not gateways.is_there():
        log.warning("code not sent: no gateway is configured: set TONGBAN_SMS_URL (see docs/settings.md)")
        raise NoMessages(field="phone")
    now = clock.now()
    phone_index = blind_index(number, purpose=PHONE_PURPOSE)
    address_index = key_of("address", address)
    browser_index = "" if known else _browser_index(browser, address)
    hold(pinned_index(number, purpose=LOCK))
    day = Code.objects.filter(sent_at__gt=now - timedelta(days=1), known=known)
    own = day.filter(phone_index__in=blind_indexes(number, purpose=PHONE_PURPOSE))
    if purpose == CodeUse.CONFIRM:
        _check_may_confirm(own.filter(purpose=purpose), now)
    else:
        _check_may_be_sent(own, now, address_index="" if known else address_index)
        if not known:
            hold(f"{ADDRESS_LOCK} {address_index}")  # after the lock of the phone, everywhere
            _check_crowd(day, address_index, browser_index, browser=browser, address=address)
            if purpose not in OUTSIDE_BRAKE:
                _check_city(now, address)
    code_id, code = new_id(), f"{secrets.randbelow(10**6):06d}"
    text = TEXT.format(code=code, purpose=PURPOSES[purpose]) if replacement is None else replacement
    message_id = send_message(number, f"{text}{hint}" if text else "", at=now, first=purpose == CodeUse.CONFIRM)
    Code.objects.create(
        id=code_id,
        purpose=purpose,
        phone_index=phone_index,
        address_index=address_index,
        browser_index=browser_index,
        digest=_digest(code_id, code),
        account_id=account_id,
        sent_at=now,
        known=known,
        message_id=message_id,
    )
    return code_id


def send_to_holder(
    account: Account | None,
    phone: str,
    *,
    purpose: CodeUse,
    address: str,
    browser: str,
    device_of: Callable[[Account], str],
) -> UUID:
    """Send a code to the phone for its account. Without an open account nothing is sent, which nobody can notice."""
    holder = account if account is not None and account.is_active else None
    return send_code(
        phone,
        purpose=purpose,
        address=address,
        account_id=holder.id if holder else None,
        replacement=None if holder else "",
        known=bool(holder and device_of(holder)),
        browser=browser,
    )


def _check_may_be_sent(own: QuerySet[Code], now: datetime, *, address_index: str) -> None:
    """Raise TooManyCodes for the phone.

    Unknown browsers at other addresses count only against the sum of all and for a short pause. `address_index` is ""
    for a known browser.
    """
    from_here = own.filter(address_index=address_index) if address_index else own
    _check_interval(from_here, now)
    if address_index:
        _check_interval(own, now, pause=PAUSE_OF_PHONE)
    here, everywhere = from_here.count(), own.count()
    at_most = CODES_OF_PHONE_AT_MOST if address_index and here < CODES_OF_NEW_ADDRESS else CODES_OF_PHONE_IN_ALL
    if here >= CODES_OF_PHONE or everywhere >= at_most:
        raise TooManyCodes("这个手机号今天获取的验证码已到上限，请明天再试，或改用密码登录。", field="phone")


def _check_may_confirm(own: QuerySet[Code], now: datetime) -> None:
    """Raise TooManyCodes for somebody who is signed in and confirms an act. What others ask for does not count."""
    _check_interval(own, now)
    if own.count() >= CODES_OF_PHONE_IN_ALL:
        raise TooManyCodes("今天用短信确认的次数已到上限。请在“账号与安全”里开通动态口令，以后用它确认。")


def _check_interval(sent: QuerySet[Code], now: datetime, *, pause: timedelta = RESEND_AFTER) -> None:
    last = sent.order_by("-sent_at").first()
    if last is not None and last.sent_at > now - pause:
        wait = int((last.sent_at + pause - now).total_seconds()) + 1
        raise TooManyCodes(f"刚刚发过验证码，请查看短信；没有收到，请 {wait} 秒后再获取。", field="phone")


def _browser_index(browser: str, address: str) -> str:
    """Return the digest of an unknown browser. Those without a settled name share theirs at one address."""
    if browser == NEW_BROWSER:
        return key_of("new browsers", counted_address(address))
    return key_of("browser", browser) if browser else ""


def _check_crowd(day: QuerySet[Code], address_index: str, browser_index: str, *, browser: str, address: str) -> None:
    """Raise TooManyCodes for an unknown browser, or for the address that it may share with a whole hall."""
    hall = is_hall(address)
    if browser_index and not hall:
        limit, words = (CODES_OF_NEW_BROWSERS, NEW_ONES) if browser == NEW_BROWSER else (CODES_OF_BROWSER, THIS_ONE)
        if day.filter(browser_index=browser_index).count() >= limit:
            raise TooManyCodes(words, field="phone")
    most = settings.CODES_OF_HALL if hall else settings.CODES_OF_ADDRESS
    if day.filter(address_index=address_index).count() >= most:
        raise TooManyCodes("您所在的网络今天获取的验证码太多，请明天再试，或改用密码登录。", field="phone")


def _check_city(now: datetime, address: str) -> None:
    """Raise TooManyCodes if unknown browsers outside halls have asked for too many codes in the last hour.

    This is the brake against fraud with paid messages from many addresses. Somebody who changes their phone, signed in
    or at a window, is not subject to it, and their codes are not counted. It takes no lock, so that codes do not wait
    for each other in the whole city; a few too many do no harm.
    """
    if is_hall(address):
        return
    hour = Code.objects.filter(known=False, sent_at__gt=now - timedelta(hours=1)).exclude(purpose__in=OUTSIDE_BRAKE)
    if hour.count() >= settings.CODES_OF_CITY:
        log.warning("code not sent: unknown browsers asked for TONGBAN_CODES_OF_CITY codes within an hour")
        raise TooManyCodes(
            "现在获取验证码的人太多，短信暂时只发给登录过的设备。请过一小时再试，或改用密码、通行密钥登录，也可以到窗口办理。",
            field="phone",
        )


def check_code(code_id: UUID | str, typed: str, *, purpose: CodeUse, phone: str | None = None) -> Code:
    """Use up the code that was sent and return it. Raises Invalid if it is wrong, too old, or was tried too often.

    With `phone`, the code must have been sent to this phone. Whoever records a phone because of the code says which.
    The try is counted before the comparison, in a transaction of its own: of any number of parallel tries, at most
    `CODE_TRIES` are compared.
    """
    now = clock.now()
    row = _try_code(code_id, purpose, now)
    if row is None or not _is_right(row, compact(typed)) or not _was_sent_to(row, phone) or not _use_up(row, now):
        raise Invalid(WRONG_CODE, field="code")
    row.used_at = now
    return row


@transaction.atomic(durable=True)
def _try_code(code_id: UUID | str, purpose: CodeUse, now: datetime) -> Code | None:
    """Count one try and return the code, or None where it may not be tried any more."""
    open_to_try = Code.objects.filter(
        id=code_id, purpose=purpose, used_at=None, tries__lt=CODE_TRIES, sent_at__gt=now - CODE_LIVES
    )
    counted = open_to_try.update(tries=F("tries") + 1)
    return Code.objects.get(id=code_id) if counted else None


def _is_right(row: Code, code: str) -> bool:
    return is_index_of(row.digest, f"{row.id}:{code}", purpose=CODE_PURPOSE)


def _was_sent_to(row: Code, phone: str | None) -> bool:
    return phone is None or is_index_of(row.phone_index, phone_in(phone), purpose=PHONE_PURPOSE)


@transaction.atomic(durable=True)
def _use_up(row: Code, now: datetime) -> bool:
    """Mark the code as used. Return whether this call did it, and not a parallel one."""
    return bool(Code.objects.filter(id=row.id, used_at=None).update(used_at=now))


def forget_old_codes() -> None:
    """Delete codes older than the limits consider."""
    Code.objects.filter(sent_at__lt=clock.now() - timedelta(days=2)).delete()


def _digest(code_id: UUID, code: str) -> str:
    return blind_index(f"{code_id}:{code}", purpose=CODE_PURPOSE)
