"""Register for an account with name, number, phone, code and password. Nobody learns who has an account already."""

from dataclasses import asdict, dataclass, replace
from uuid import UUID

from django.db import transaction

from tongban.foundation import clock
from tongban.foundation.city import city
from tongban.foundation.codes import is_resident_number
from tongban.foundation.errors import Conflict, Invalid
from tongban.foundation.names import person_name, same_name
from tongban.foundation.typed import resident_number
from tongban.people.identity import queries as identity
from tongban.people.identity import services as identities
from tongban.people.identity.actors import machine
from tongban.people.identity.queries import Account, Subject
from tongban.people.signin import carriers, ports
from tongban.people.signin.rules import CodeUse, phone_in
from tongban.people.signin.services.codes import check_code, send_code
from tongban.people.signin.services.holders import check_is_holder, take_phone
from tongban.people.signin.services.passwords import check_password_rules
from tongban.people.signin.services.proofs import record_proof
from tongban.people.signin.words import BAD_PHONE, BAD_RESIDENT_NUMBER

KNOWN = (
    "这个号码登记在一个账号上：您已经有账号的，请直接登录，忘记密码可以找回；号码是新办的，请接着注册。"
    "不是您本人操作，请不用理会。"
)
HAS_ACCOUNT = "您已经有账号，请直接登录；换了手机号的，登录后在“账号与安全”里更换。忘记密码可以找回。"
BY = machine("registration")


@dataclass(frozen=True)
class Registration:
    """What somebody typed to register."""

    name: str
    number: str
    phone: str
    password: str

    def as_dict(self) -> dict[str, str]:
        return asdict(self)

    def spelled(self) -> "Registration":
        """Return the same with name and number in their one spelling."""
        return replace(self, name=person_name(self.name), number=resident_number(self.number))


def begin_registration(wanted: Registration, *, address: str, browser: str = "") -> UUID:
    """Check what was typed and send a code. Only the phone learns whether it has an account."""
    wanted, phone = wanted.spelled(), phone_in(wanted.phone)
    if not wanted.name:
        raise Invalid("请填写身份证上的姓名。", field="name")
    if not is_resident_number(wanted.number, clock.legal_day(clock.now())):
        raise Invalid(BAD_RESIDENT_NUMBER, field="number")
    if not phone:
        raise Invalid(BAD_PHONE, field="phone")
    check_password_rules(wanted.password, own=[phone, wanted.number], officer=False)
    taken = identity.account_by_phone(phone) is not None
    return send_code(phone, purpose=CodeUse.REGISTER, address=address, browser=browser, hint=KNOWN if taken else "")


def finish_registration(wanted: Registration, code_id: UUID | str, typed: str) -> Account:
    """Open the account: at level L1 if name and number agree with the population library, otherwise at L0.

    A registered person gets their own records only if the phone is the registered one. For another phone, a wrong name,
    or a number whose holder has an account, the account is opened under the name only. This reveals nothing about the
    number. The account is bound to the person once they prove who they are (`bind_account`).

    A phone that somebody else's account has is taken from it if the carrier confirms that it is the registrant's now.
    Otherwise Invalid or Conflict is raised, with the other ways.
    """
    check_code(code_id, typed, purpose=CodeUse.REGISTER, phone=wanted.phone)
    wanted, phone = wanted.spelled(), phone_in(wanted.phone)
    former = identity.account_by_phone(phone)
    if former is None:
        return _open(wanted, phone)
    if identity.subject(former.subject_id).number == wanted.number:
        raise Conflict(HAS_ACCOUNT, field="phone")
    check_is_holder(phone, name=wanted.name, number=wanted.number)
    if identity.account_by_number(wanted.number) is not None:
        raise Conflict(HAS_ACCOUNT, field="phone")
    return _open(wanted, phone, former=former)


@transaction.atomic
def _open(wanted: Registration, phone: str, *, former: Account | None = None) -> Account:
    """Open the account. With `former`, whose phone it was, the carrier has confirmed name, number and phone."""
    if former is not None:
        take_phone(former, phone, actor=BY)
    if identity.account_by_phone(phone) is not None:
        raise Conflict("这个手机号刚刚注册过账号，请直接登录。", field="phone")
    proved, subject = _subject(wanted, phone, by_carrier=former is not None)
    account = identities.open_account(password=wanted.password, subject_id=subject.id, actor=BY)
    account = identities.verify_phone(account.id, phone=phone, actor=BY)
    record_proof(subject.id, account_id=account.id, level=0, kind="phone", actor=BY)
    if proved:
        record_proof(
            subject.id,
            account_id=account.id,
            level=1,
            kind="number",
            actor=BY,
            adapter=ports.name_of_checker(),
        )
    if former is not None:
        record_proof(subject.id, account_id=account.id, level=2, kind="carrier", actor=BY, adapter=carriers.name())
    return account


def _subject(wanted: Registration, phone: str, *, by_carrier: bool) -> tuple[bool, Subject]:
    """Return whether name and number agree with the library, and the subject for the account.

    A registered person is recognised by the phone in the registration, or by their carrier.
    """
    name = wanted.name
    if ports.name_agrees(name, wanted.number):
        known = identity.subject_by_number(wanted.number)
        if known is None:
            made = identities.register_person(
                name=name, number=wanted.number, phone=phone, division_code=city().code, actor=BY
            )
            return True, made
        theirs = by_carrier or known.phone == phone
        if same_name(known.name, name) and theirs and identity.account_by_number(wanted.number) is None:
            return True, known
    return False, identities.register_person(name=name, phone=phone, division_code=city().code, actor=BY)
