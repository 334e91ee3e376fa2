"""Register for an account with name, number, phone, code and password. Nobody learns who has an account already."""

from dataclasses import asdict, dataclass, replace
from uuid import UUID

from django.db import transaction

from tongban.foundation import clock
from tongban.foundation.city import city
from tongban.foundation.codes import is_resident_number
from tongban.foundation.errors import Conflict, Invalid
from tongban.foundation.ids import new_id
from tongban.foundation.names import person_name, same_name
from tongban.foundation.typed import resident_number
from tongban.people.identity import queries as identity
from tongban.people.identity import services as identities
from tongban.people.identity.actors import machine
from tongban.people.identity.queries import Account, Subject
from tongban.people.signin import ports
from tongban.people.signin.rules import CodeUse, phone_in
from tongban.people.signin.services.codes import check_code, send_code
from tongban.people.signin.services.passwords import check_password_rules
from tongban.people.signin.services.proofs import record_proof
from tongban.people.signin.words import BAD_PHONE, BAD_RESIDENT_NUMBER

KNOWN = "有人正在用这个手机号注册账号。您已经有账号，请直接登录，忘记密码可以找回。不是您本人操作，请不用理会。"
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


def begin_registration(wanted: Registration, *, address: str) -> UUID:
    """Check what was typed and send a code. A phone that has an account gets a message about it instead."""
    wanted, phone = wanted.spelled(), phone_in(wanted.phone)
    if not wanted.name:
        raise Invalid("请填写身份证上的姓名。", field="name")
    if not is_resident_number(wanted.number, clock.legal_day(clock.now())):
        raise Invalid(BAD_RESIDENT_NUMBER, field="number")
    if not phone:
        raise Invalid(BAD_PHONE, field="phone")
    check_password_rules(wanted.password, own=[phone, wanted.number], officer=False)
    taken = identity.account_by_phone(phone) is not None
    return send_code(phone, purpose=CodeUse.REGISTER, address=address, replacement=KNOWN if taken else None)


def finish_registration(wanted: Registration, code_id: UUID | str, typed: str) -> Account:
    """Open the account: at level L1 if name and number agree with the population library, otherwise at L0.

    A registered person gets their own records only if the phone is the registered one. For another phone, a wrong name,
    or a number whose holder has an account, the account is opened under the name only. This reveals nothing about the
    number. The account is bound to the person once they prove who they are (`bind_account`).
    """
    check_code(code_id, typed, purpose=CodeUse.REGISTER)
    return _open(wanted.spelled())


@transaction.atomic
def _open(wanted: Registration) -> Account:
    phone = phone_in(wanted.phone)
    if identity.account_by_phone(phone) is not None:
        raise Conflict("这个手机号刚刚注册过账号，请直接登录。", field="phone")
    proved, subject = _subject(wanted, phone)
    account = identities.open_account(
        f"u{new_id().hex[-16:]}", password=wanted.password, subject_id=subject.id, actor=BY
    )
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
    return account


def _subject(wanted: Registration, phone: str) -> tuple[bool, Subject]:
    """Return whether name and number agree with the library, and the subject for the account."""
    name = wanted.name
    if ports.name_agrees(name, wanted.number):
        known = identity.subject_by_number(wanted.number)
        if known is None:
            made = identities.register_person(
                name=name, number=wanted.number, phone=phone, division_code=city().code, actor=BY
            )
            return True, made
        if same_name(known.name, name) and known.phone == phone and identity.account_by_number(wanted.number) is None:
            return True, known
    return False, identities.register_person(name=name, phone=phone, division_code=city().code, actor=BY)
