"""Object to a window check: its proof becomes void, and a binding of an account is undone."""

import secrets
from uuid import UUID

from django.conf import settings
from django.db import transaction
from django.urls import reverse

from tongban.foundation import clock
from tongban.foundation.announcements.services import announce
from tongban.foundation.city import city
from tongban.foundation.errors import Conflict, Invalid, NotFound
from tongban.foundation.typed import code as spelled_code
from tongban.foundation.ui.filters import cn_when
from tongban.people.identity import services as identities
from tongban.people.identity.actors import Actor, machine
from tongban.people.identity.queries import Account
from tongban.people.signin import events, queries
from tongban.people.signin.models import WindowCheck
from tongban.people.signin.rules import OBJECT_WITHIN
from tongban.people.signin.services.locking import begin_guess
from tongban.people.signin.services.messages import send_message
from tongban.people.signin.services.own import end_all_sessions
from tongban.trust.crypto.masking import mask
from tongban.trust.crypto.services import pinned_index

LETTERS = "ABCDEFGHJKLMNPQRSTUVWXYZ23456789"
OBJECTED = "本人说没有在窗口核验过，或没有同意把账号归到名下"
NOTICE = (
    "{where}窗口刚刚{what}，{when} 起生效。是您本人在窗口办的，不用理会。"
    "不是您本人的，请在生效前打开 {address} 填写异议码 {code}，或拨打 {hotline}。"
)


def new_code() -> tuple[str, str]:
    """Return a new objection code and its index, which is all that is stored."""
    code = "".join(secrets.choice(LETTERS) for _ in range(12))
    return "-".join(code[i : i + 4] for i in (0, 4, 8)), _index(code)


def notify_check(check: WindowCheck, code: str) -> None:
    """Notify the person at the phones by which they were known before."""
    assert check.proof is not None
    assert check.proof.counts_from is not None
    what = "把一个账号核验为您本人的账号" if check.binds else f"把您账号的实名等级核验为 L{check.proof.level}"
    if check.new_phone:
        what = f"为您的账号登记了新手机号 {mask('phone', str(check.new_phone))}，代替原来的手机号"
    text = NOTICE.format(
        where=check.department.name,
        what=what,
        when=cn_when(check.proof.counts_from),
        address=f"{settings.PUBLIC_ADDRESS}{reverse('signin:objection')}",
        code=code,
        hotline=city().hotline,
    )
    for phone in queries.notified_phones(check):
        send_message(phone, text, at=clock.now(), useful_for=OBJECT_WITHIN)


def object_by_code(code: str, *, address: str) -> None:
    """Object with the code from the message, without an account. Wrong codes count against the address."""
    made = begin_guess("objection", address=address)
    typed = spelled_code(code)
    check = WindowCheck.objects.filter(objection_index=_index(typed)).first() if typed else None
    if check is None:
        raise Invalid(_too_late(), field="code")
    made.succeeded()
    if check.objected_at:
        raise Invalid(
            f"这次核验已经提过异议，已经作废，不用再提。没有收到答复的，请拨打 {city().hotline}。", field="code"
        )
    try:
        _object(check.id, machine("objection by code"))
    except Conflict:
        raise Invalid(_too_late(), field="code") from None


def object_signed_in(check_id: UUID, account: Account) -> None:
    """Object while signed in, from the page of the account."""
    if check_id not in {check.id for check in queries.checks_to_object_to(account)}:
        raise NotFound(f"没有找到这次核验，或者提出异议的时间已经过了。请拨打 {city().hotline}。")
    _object(check_id, Actor(subject_id=account.subject_id, principal_id=account.subject_id))


@transaction.atomic
def _object(check_id: UUID, actor: Actor) -> None:
    """Void this check and all others of the same account and person that do not count yet."""
    now = clock.now()
    about = WindowCheck.objects.filter(id=check_id).values_list("account_id", "subject_id").get()
    rows = WindowCheck.objects.select_for_update(of=("self",)).select_related("proof")
    waiting = list(
        rows.filter(account_id=about[0], subject_id=about[1], objected_at=None, proof__counts_from__gt=now).order_by(
            "proof__at", "id"
        )
    )
    if check_id not in {check.id for check in waiting}:
        raise Conflict(_too_late())
    for check in waiting:
        assert check.proof is not None
        check.objected_at = check.proof.voided_at = now
        check.save(update_fields=["objected_at"])
        check.proof.save(update_fields=["voided_at"])
    # The first binding check knows whose account it was before all of them.
    bound = next((check for check in waiting if check.binds), None)
    if bound is not None:
        account = identities.unbind_account(bound.account_id, subject_id=bound.was_of_id, actor=actor, reason=OBJECTED)
        end_all_sessions(account)
    for check in waiting:
        objected = events.ProofObjected(
            subject=check.subject_id,
            check=str(check.id),
            clerk=str(check.clerk_id),
            department=str(check.department_id),
            account=str(check.account_id),
        )
        announce(objected, actor=actor, at=now, reason=OBJECTED)
        ended = events.WindowCheckEnded(subject=check.id, person=str(check.subject_id), objected=True)
        announce(ended, actor=actor, at=now)


def _too_late() -> str:
    return f"异议码不对，或者提出异议的时间已经过了。请核对短信；已经过了时间的，请马上拨打 {city().hotline}。"


def _index(code: str) -> str:
    return pinned_index(code.replace("-", ""), purpose="objection code")
