"""Register subjects, assign numbers, open accounts."""

from datetime import date
from uuid import UUID

from django.contrib.auth.hashers import make_password
from django.db import transaction

from tongban.foundation import clock, typed
from tongban.foundation.announcements.services import announce
from tongban.foundation.codes import EARLIEST_BIRTH, is_credit_code, is_login_name, is_resident_number
from tongban.foundation.errors import Conflict, Invalid, NotFound
from tongban.foundation.ids import new_id
from tongban.foundation.names import person_name
from tongban.people.identity import events
from tongban.people.identity.actors import Actor
from tongban.people.identity.models import Account, Subject
from tongban.people.identity.rules import (
    NUMBER_PURPOSE,
    ORGANISATION_LABELS,
    check_organisation_kind,
    date_of_birth,
    made_up,
    organisation_kind,
)
from tongban.trust.crypto.services import blind_indexes, hold_value


@transaction.atomic
def register_person(
    *,
    name: str,
    surname: str = "",
    number: str = "",
    phone: str = "",
    division_code: str,
    born: date | None = None,
    subject_id: UUID | None = None,
    actor: Actor,
) -> Subject:
    """Register a natural person. A newborn's number (GB 11643) may follow later. Raises Invalid or Conflict.

    `surname` is the surname as a register has it; empty where none is recorded. It is never cut off the name.
    """
    now, number = clock.now(), typed.resident_number(number)
    today = clock.legal_day(now)
    if number and not is_resident_number(number, today):
        raise Invalid("公民身份号码的出生日期或校验位不对，请对照证件检查 18 位号码。", field="number")
    if born and not EARLIEST_BIRTH <= born <= today:
        raise Invalid("出生日期不对，请对照证件检查。", field="born")
    subject = Subject.objects.create(
        id=subject_id or new_id(),
        kind=Subject.Kinds.PERSON,
        name=_needed_name(person_name(name)),
        number=number,
        surname=person_name(surname) or None,
        number_index=_free_index(number) if number else None,
        phone=typed.phone(phone),
        division_code=division_code,
        born=born or (date_of_birth(number) if number else None),
        registered_at=now,
    )
    announce(events.PersonRegistered(subject=subject.id), actor=actor, at=now)
    return subject


@transaction.atomic
def register_organisation(
    *,
    name: str,
    number: str,
    kind: str = "",
    phone: str = "",
    division_code: str,
    subject_id: UUID | None = None,
    actor: Actor,
) -> Subject:
    """Register an organisation by its unified social credit code (GB 32100). Give `kind` if the code leaves it open."""
    number = typed.code(number)
    if not is_credit_code(number):
        raise Invalid("统一社会信用代码的校验位不对，请对照营业执照检查 18 位代码。", field="number")
    if kind and kind not in ORGANISATION_LABELS:
        raise Invalid("没有这种机构类型，请从列出的类型里选择。", field="kind")
    if kind:
        check_organisation_kind(kind, number)
    now = clock.now()
    subject = Subject.objects.create(
        id=subject_id or new_id(),
        kind=Subject.Kinds.ORGANISATION,
        organisation_kind=kind or organisation_kind(number),
        name=_needed_name(name),
        number=number,
        number_index=_free_index(number),
        phone=phone,
        division_code=division_code,
        registered_at=now,
    )
    announce(events.OrganisationRegistered(subject=subject.id), actor=actor, at=now)
    return subject


@transaction.atomic
def assign_number(subject_id: UUID, *, number: str, actor: Actor) -> Subject:
    """Assign a newborn's resident's number. The same number again changes nothing; another one raises Conflict."""
    subject = Subject.objects.select_for_update().filter(id=subject_id).first()
    if subject is None:
        raise NotFound("没有找到这个人，请先登记。")
    number = typed.resident_number(number)
    if not is_resident_number(number, clock.legal_day(clock.now())):
        raise Invalid("公民身份号码的出生日期或校验位不对，请检查 18 位号码。", field="number")
    if subject.number:
        if subject.number == number:
            return subject
        raise Conflict("这个人已有公民身份号码，不能再编一个。")
    subject.number, subject.number_index = number, _free_index(number)
    subject.save(update_fields=["number", "number_index"])
    announce(events.NumberAssigned(subject=subject.id), actor=actor, at=clock.now())
    return subject


@transaction.atomic
def open_account(
    login_name: str = "",
    *,
    password: str = "",
    subject_id: UUID,
    actor: Actor,
    encoded_password: str = "",
    for_post: bool = False,
) -> Account:
    """Open an account for a subject. Give `password`, or `encoded_password` if it is hashed already.

    Without a login name one is made up.

    `for_post` means that somebody else opens it so that the person can hold a post. It is not the person's own until
    they have proved on it who they are. Raises Invalid, NotFound or Conflict.
    """
    login_name = typed.login_name(login_name) or made_up(new_id())
    if not is_login_name(login_name):
        raise Invalid("账号用小写字母开头，可含数字、点和横线，至少 3 个字符。", field="login_name")
    if not encoded_password and len(password) < 8:
        raise Invalid("密码至少 8 个字符。", field="password")
    if not Subject.objects.filter(id=subject_id).exists():
        raise NotFound("没有找到这个人，请先登记，再开账号。")
    if Account.objects.filter(login_name=login_name).exists():
        raise Conflict("这个账号名已有人使用，请换一个。", field="login_name")
    now = clock.now()
    account = Account.objects.create(
        login_name=login_name,
        password=encoded_password or make_password(password),
        subject_id=subject_id,
        opened_at=now,
        own_from=None if for_post else now,
    )
    announce(events.AccountOpened(subject=account.id, holder=str(subject_id)), actor=actor, at=now)
    return account


def _needed_name(name: str) -> str:
    if not name.strip():
        raise Invalid("请填写姓名或名称。", field="name")
    return name.strip()


def _free_index(number: str) -> str:
    """Return the number's blind index. Raises Conflict if the number is registered, under any index key."""
    hold_value(number, purpose=NUMBER_PURPOSE)
    indexes = blind_indexes(number, purpose=NUMBER_PURPOSE)
    if Subject.objects.filter(number_index__in=indexes).exists():
        raise Conflict("这个证件号码已经登记，请直接使用已有的登记。", field="number")
    return indexes[0]
