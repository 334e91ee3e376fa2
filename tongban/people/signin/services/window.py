"""Check the person at a window (窗口核验), with a document reader's receipt, a second officer, or both.

The result counts after a day, within which the person can object.
"""

import logging
import secrets
from collections.abc import Iterator
from contextlib import contextmanager
from uuid import UUID

from django.db import transaction

from tongban.foundation import clock
from tongban.foundation.announcements.services import announce
from tongban.foundation.city import has_demo
from tongban.foundation.errors import Conflict, DomainError, Invalid, NotAllowed, NotFound
from tongban.foundation.locks import hold
from tongban.people.identity import queries as identity
from tongban.people.identity import services as identities
from tongban.people.identity.actors import Actor
from tongban.people.identity.events import AccountOpened, InitialPasswordIssued
from tongban.people.identity.queries import Account, Visit
from tongban.people.organisation.rules import PostKind
from tongban.people.signin import events, queries, statements
from tongban.people.signin.models import Reader, WindowCheck
from tongban.people.signin.rules import (
    CHECKS_OF_CLERK,
    FIRM,
    LEVELS,
    OBJECT_WITHIN,
    SECOND_POSTS,
    SECOND_WITHIN,
    STATEMENT_LIVES,
    ProofKind,
    phone_in,
)
from tongban.people.signin.services.objecting import new_code, notify_check
from tongban.people.signin.services.proofs import record_proof
from tongban.trust.crypto.services import pinned_index
from tongban.trust.ledger import queries as ledger

log = logging.getLogger("tongban.signin")
BAD_RECEIPT = (
    "读卡回执没有通过验证：它不是本窗口的读卡器刚刚为这次核验签发的，或者读到的不是到场人的证件。"
    "请把到场人的身份证放到读卡器上重新读一次；读卡器有故障的，请另一位同事当面复核。"
)


class LimitReached(DomainError):
    """The officer has reached the day's limit of checks. An alarm is recorded (see `_alarm_kept`)."""

    code = "window-limit"
    status = 429

    def __init__(self, officer_id: UUID, *, department_id: UUID, done: int, theirs: bool) -> None:
        """`theirs`: whether it is the actor's own limit, and not that of the clerk whose check they confirm."""
        self.officer_id, self.department_id, self.done = officer_id, department_id, done
        super().__init__(
            f"{'您' if theirs else '经办人'}今天完成或复核的窗口核验已到 {CHECKS_OF_CLERK} 次的上限，"
            "这一次没有记录，安全管理员已收到提醒。请由其他同事办理，或请到场人明天再来。"
        )


def visit_to_check(actor: Actor) -> Visit:
    """Return the visit whose person the actor may check now. Raises NotAllowed without a visit or a window post."""
    visit = identity.open_visit(actor.subject_id) if actor.subject_id else None
    if visit is None or not actor.has_post(PostKind.WINDOW):
        raise NotAllowed("请先在“现场办理”里核对到场人的证件。窗口核验由窗口岗位的工作人员进行。")
    return visit


@transaction.atomic
def begin_check(*, phone: str = "", new_phone: str = "", actor: Actor) -> WindowCheck:
    """Begin a check of the person at the actor's window, for an account of theirs.

    `phone` names the account. One under a name only, or one for a post, becomes their own by the check. Without a phone
    their own account is meant and its level is raised, unless it rests on name and number, which others know.
    An account at the highest level may be checked again, since its person may have lost every other way in. Only a
    check at which they name their phone lets codes to that phone sign in. `new_phone`, which they have proved to have
    (`new_phones`), takes the place of the account's phone when the check begins to count.
    """
    visit = visit_to_check(actor)
    account, now = account_meant(visit.present_id, phone), clock.now()
    own, named = account.subject_id == visit.present_id, phone_in(new_phone or phone)
    highest = own and not new_phone and queries.level_of(account) == max(LEVELS)
    if highest and queries.has_recent_check(account, phone=named):
        raise Conflict(f"到场人的账号已经是 L{max(LEVELS)}，最近也在窗口核验过，不用再核验。")
    check = WindowCheck.objects.create(
        visit=visit,
        clerk_id=visit.clerk_id,
        department_id=visit.department_id,
        subject_id=visit.present_id,
        account=account,
        nonce=secrets.token_hex(16),
        phone_digest=queries.phone_digest(account, named) if named else "",
        new_phone=new_phone or None,
        began_at=now,
    )
    begun = events.WindowCheckBegun(subject=check.id, person=str(check.subject_id), account=str(account.id))
    announce(begun, actor=actor, at=now)
    return check


def take_statement(check_id: UUID, receipt: str, *, actor: Actor) -> WindowCheck:
    """Accept the reader's receipt. This completes the check, unless a second officer is needed too."""
    with _alarm_kept(actor):
        return _take_statement(check_id, receipt, actor)


@transaction.atomic
def _take_statement(check_id: UUID, receipt: str, actor: Actor) -> WindowCheck:
    check = _own_check(check_id, actor)
    _check_limit(check.clerk_id, check, actor)
    now = clock.now()
    if check.began_at < now - STATEMENT_LIVES:
        raise Invalid("这次核验开始得太久了，请从头再来一次。", field="receipt")
    reader, statement = _verified(check, receipt)
    check.reader, check.read_at, check.statement = reader, now, receipt.strip()
    check.save(update_fields=["reader", "read_at", "statement"])
    identities.note_document_read(check.visit_id, actor=actor)
    evidence = pinned_index(statement.raw.decode(), purpose="reader evidence")
    read = events.DocumentRead(subject=check.id, person=str(check.subject_id), reader=str(reader.id), evidence=evidence)
    announce(read, actor=actor, at=now)
    return _complete(check, actor)


@transaction.atomic
def ask_second(check_id: UUID, *, actor: Actor) -> WindowCheck:
    """Ask the colleagues in the hall for a second officer, who also compares the person with the document."""
    check = _own_check(check_id, actor)
    check.asked_second_at = check.asked_second_at or clock.now()
    check.save(update_fields=["asked_second_at"])
    return check


def confirm_second(check_id: UUID, *, actor: Actor) -> WindowCheck:
    """Confirm as second officer of the same hall that the person matches the document."""
    with _alarm_kept(actor):
        return _confirm_second(check_id, actor)


@transaction.atomic
def _confirm_second(check_id: UUID, actor: Actor) -> WindowCheck:
    check = _open_check(check_id)
    if actor.subject_id in {check.clerk_id, check.subject_id} or actor.subject_id is None:
        raise NotAllowed("复核要由另一位工作人员当面进行，不能由经办人自己或到场人本人确认。")
    if not actor.holds(check.department_id, *SECOND_POSTS):
        raise NotAllowed("复核由同一单位的窗口人员或负责人当面进行。")
    if actor.account_id is not None and _gave_a_password(check.clerk_id, actor.account_id):
        raise NotAllowed("您的账号是由这次核验的经办人开立或发放初始密码的，不能由您复核，请另一位同事当面复核。")
    for officer_id in sorted(
        (check.clerk_id, actor.subject_id)
    ):  # in one order, in case two confirm each other's checks
        _one_at_a_time(officer_id)
    _check_limit(actor.subject_id, check, actor)
    now = clock.now()
    if check.asked_second_at is None or check.asked_second_at < now - SECOND_WITHIN:
        raise Conflict("这次核验没有等待复核，或等得太久了，请经办人重新发起。")
    check.second_id, check.second_at = actor.subject_id, now
    check.save(update_fields=["second", "second_at"])
    confirmed = events.SecondOfficerConfirmed(subject=check.id, person=str(check.subject_id), clerk=str(check.clerk_id))
    announce(confirmed, actor=actor, at=now)
    return _complete(check, actor)


def needs_both(check: WindowCheck) -> bool:
    """Return whether both the reader and a second officer are needed: no known phone means nobody could object."""
    return not queries.known_phones(check.subject_id)


def _complete(check: WindowCheck, actor: Actor) -> WindowCheck:
    """Bind the account or raise its level, once the evidence suffices. It counts after the time to object."""
    if needs_both(check) and not (check.read_at and check.second_at):
        return check
    _check_limit(check.clerk_id, check, actor)
    now = clock.now()
    counts_from, account = now + OBJECT_WITHIN, _account_still_meant(check)
    clerk = Actor(subject_id=check.clerk_id, principal_id=check.clerk_id)
    check.was_own = identity.is_own(account)  # False while another check of the account does not count yet
    if account.subject_id != check.subject_id:
        check.was_of_id = account.subject_id
        identities.bind_account(account.id, subject_id=check.subject_id, own_from=counts_from, actor=clerk)
    check.proof = record_proof(
        check.subject_id,
        account_id=account.id,
        level=3 if check.read_at else 2,
        kind=ProofKind.WINDOW,
        adapter=str(check.clerk_id),
        reference=str(check.id),
        counts_from=counts_from,
        reason="读卡器核验" if not check.second_at else "读卡器核验并第二人复核" if check.read_at else "第二人复核",
        actor=clerk,
    )
    code, check.objection_index = new_code()
    check.save(update_fields=["proof", "was_own", "was_of", "objection_index"])
    ended = events.WindowCheckEnded(subject=check.id, person=str(check.subject_id), objected=False)
    announce(ended, actor=clerk, at=now)
    notify_check(check, code)
    return check


def account_meant(present_id: UUID, phone: str) -> Account:
    """Return the account to check for the person who is present. Raises Invalid or Conflict."""
    if not phone.strip():
        own = identity.own_accounts(present_id)
        if not own:
            raise Invalid("到场人还没有自己的账号。请他先用手机注册，再填那个手机号。", field="phone")
        if own[0].phone and queries.level_of(own[0]) < FIRM:
            raise Invalid(
                "到场人名下的账号只核对过姓名和号码，别人也可能开立。请到场人说出自己登录用的手机号，填在这里。",
                field="phone",
            )
        return own[0]
    account = identity.account_by_phone(phone_in(phone)) if phone_in(phone) else None
    if account is None or not account.is_active:
        raise Invalid("没有找到用这个手机号登录的账号，请核对手机号；没有注册过的，请先注册。", field="phone")
    _check_may_be_theirs(account, present_id)
    return account


def _account_still_meant(check: WindowCheck) -> Account:
    account = identity.account_of(check.account_id)
    if account is None or not account.is_active:
        raise Conflict("这个账号已经注销，请重新核验。")
    _check_may_be_theirs(account, check.subject_id)
    return account


def _check_may_be_theirs(account: Account, present_id: UUID) -> None:
    if account.subject_id == present_id:
        return
    if identity.subject(account.subject_id).number:
        raise Conflict("这个账号已经有实名的持有人，不能改到别人名下。")
    if identity.has_own_account(present_id):
        raise Conflict("到场人已经有自己的账号，请用原来的账号登录；忘记密码可以找回。")


def _gave_a_password(officer_id: UUID, account_id: UUID) -> bool:
    """Return whether the officer opened the account or issued its initial password, and so might be using it."""
    given = {InitialPasswordIssued.type_name(), AccountOpened.type_name()}
    return any(entry.type in given and entry.actor == str(officer_id) for entry in ledger.entries_of(account_id))


def _open_check(check_id: UUID) -> WindowCheck:
    rows = WindowCheck.objects.select_for_update(of=("self",)).select_related("subject", "department")
    check = rows.filter(id=check_id).first()
    if check is None:
        raise NotFound("没有找到这次核验，请重新开始。")
    if check.proof_id is not None:
        raise Conflict("这次核验已经完成，不用再做。")
    return check


def _own_check(check_id: UUID, actor: Actor) -> WindowCheck:
    check = _open_check(check_id)
    if check.clerk_id != actor.subject_id:
        raise NotAllowed("这次核验是另一位工作人员开始的，请由他继续。")
    return check


def _verified(check: WindowCheck, receipt: str) -> tuple[Reader, statements.Statement]:
    try:
        statement = statements.read(receipt)
        reader = next((r for r in queries.readers_at(check.department_id) if str(r.id) == statement.reader), None)
        if reader is None or (reader.simulator and not has_demo()):
            raise statements.BadReceipt("no reader of this department")
        statements.check(
            statement,
            public_key=bytes.fromhex(reader.public_key),
            nonce=check.nonce,
            number=check.subject.number,
            name=check.subject.name,
            now=clock.now(),
            lives=STATEMENT_LIVES,
        )
    except statements.BadReceipt as bad:
        log.warning("a reader's receipt was refused at check %s: %s", check.id, bad)
        raise Invalid(BAD_RECEIPT, field="receipt") from None
    return reader, statement


@contextmanager
def _alarm_kept(actor: Actor) -> Iterator[None]:
    """Record the alarm when the act inside reaches a limit, although the act itself is rolled back."""
    try:
        yield
    except LimitReached as reached:
        alarm = events.ClerkLimitReached(
            subject=reached.officer_id, department=str(reached.department_id), checks=reached.done
        )
        with transaction.atomic():
            announce(alarm, actor=actor, at=clock.now())
        raise


def _check_limit(officer_id: UUID, check: WindowCheck, actor: Actor) -> None:
    """Raise LimitReached if the officer has done as many checks today as allowed. Serialises the officer's acts."""
    _one_at_a_time(officer_id)
    done = queries.checks_done_today(officer_id)
    if done >= CHECKS_OF_CLERK:
        theirs = officer_id == actor.subject_id
        raise LimitReached(officer_id, department_id=check.department_id, done=done, theirs=theirs)


def _one_at_a_time(officer_id: UUID) -> None:
    """Make parallel acts of an officer wait for each other."""
    hold(f"window {officer_id}")
