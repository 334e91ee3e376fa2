"""DO: register subjects, open accounts, appoint officers."""

import re
from datetime import date
from uuid import UUID

from django.contrib.auth.hashers import make_password
from django.db import transaction

from tongban.foundation import clock
from tongban.foundation.announcements.services import announce
from tongban.foundation.codes import is_credit_code, is_resident_number
from tongban.foundation.crypto.services import blind_index
from tongban.foundation.errors import Conflict, Invalid, NotFound
from tongban.foundation.identity import events
from tongban.foundation.identity.actors import Actor
from tongban.foundation.identity.models import Account, Appointment, Subject
from tongban.foundation.identity.rules import NUMBER_PURPOSE, date_of_birth
from tongban.foundation.ids import new_id
from tongban.foundation.organisation import queries as organisation


@transaction.atomic
def register_person(
    *,
    name: str,
    number: str = "",
    phone: str = "",
    division_code: str,
    born: date | None = None,
    subject_id: UUID | None = None,
    actor: Actor,
) -> Subject:
    """Register a natural person; the number (GB 11643) may follow later for a newborn."""
    index = _free_index(number) if number else None
    if number and not is_resident_number(number):
        raise Invalid("公民身份号码的校验位不对，请对照证件检查 18 位号码。", field="number")
    now = clock.now()
    subject = Subject.objects.create(
        id=subject_id or new_id(),
        kind=Subject.Kinds.PERSON,
        name=_needed_name(name),
        number=number,
        number_index=index,
        phone=phone,
        division_code=division_code,
        born=born or (date_of_birth(number) if number else None),
        registered_at=now,
    )
    announce(events.PersonRegistered(subject=subject.id), actor=actor, at=now)
    return subject


@transaction.atomic
def register_organisation(
    *, name: str, number: str, phone: str = "", division_code: str, subject_id: UUID | None = None, actor: Actor
) -> Subject:
    """Register an organisation by its unified social credit code (GB 32100)."""
    if not is_credit_code(number):
        raise Invalid("统一社会信用代码的校验位不对，请对照营业执照检查 18 位代码。", field="number")
    now = clock.now()
    subject = Subject.objects.create(
        id=subject_id or new_id(),
        kind=Subject.Kinds.ORGANISATION,
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
    """Give a newborn its resident's number; the same number again changes nothing, another one is refused."""
    subject = Subject.objects.select_for_update().filter(id=subject_id).first()
    if subject is None:
        raise NotFound("没有找到这个人，请先登记。")
    if not is_resident_number(number):
        raise Invalid("公民身份号码的校验位不对，请检查 18 位号码。", field="number")
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
    login_name: str, *, password: str = "", subject_id: UUID, actor: Actor, encoded_password: str = ""
) -> Account:
    """Open an account for a subject. `encoded_password` takes one that is hashed already, in place of `password`."""
    if not re.fullmatch(r"[a-z][a-z0-9._-]{2,59}", login_name):
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
    )
    announce(events.AccountOpened(subject=account.id, holder=str(subject_id)), actor=actor, at=now)
    return account


@transaction.atomic
def appoint(subject_id: UUID, *, post_id: UUID, stand_in_for: UUID | None = None, actor: Actor) -> Appointment:
    """Appoint a person to a post from today on; `stand_in_for` is the appointment that he stands in for (AB岗)."""
    subject = Subject.objects.filter(id=subject_id, kind=Subject.Kinds.PERSON).first()
    post = organisation.post(post_id)
    if subject is None or post is None:
        raise NotFound("没有找到这个人或这个岗位，请先登记人员、设立岗位。")
    if Appointment.objects.filter(subject=subject, post=post, until__isnull=True).exists():
        raise Conflict("这个人已在这个岗位上，不用再任命。")
    if stand_in_for is not None:
        first = Appointment.objects.filter(id=stand_in_for, post=post, until__isnull=True).first()
        if first is None or first.subject_id == subject_id or first.stand_in_for_id is not None:
            raise Invalid("请选择同一岗位上在任的另一位工作人员作为 A 岗。", field="stand_in_for")
    now = clock.now()
    appointment = Appointment.objects.create(
        subject=subject, post=post, from_day=clock.legal_day(now), stand_in_for_id=stand_in_for
    )
    announce(
        events.AppointmentMade(
            subject=appointment.id,
            holder=str(subject_id),
            post=str(post_id),
            stand_in_for=str(stand_in_for) if stand_in_for else "",
        ),
        actor=actor,
        at=now,
    )
    return appointment


@transaction.atomic
def end_appointment(appointment_id: UUID, *, reason: str, actor: Actor) -> Appointment:
    """End an appointment with this day; those who stand in for it end with it."""
    appointment = Appointment.objects.select_for_update().filter(id=appointment_id).first()
    if appointment is None:
        raise NotFound("没有找到这项任职，请从人员列表里选择。")
    if appointment.until is not None:
        return appointment
    now = clock.now()
    for ended in [appointment, *appointment.stand_ins.select_for_update().filter(until__isnull=True)]:
        ended.until = max(clock.legal_day(now), ended.from_day)
        ended.save(update_fields=["until"])
        event = events.AppointmentEnded(subject=ended.id, holder=str(ended.subject_id), post=str(ended.post_id))
        announce(event, actor=actor, at=now, reason=reason)
    return appointment


def _needed_name(name: str) -> str:
    if not name.strip():
        raise Invalid("请填写姓名或名称。", field="name")
    return name.strip()


def _free_index(number: str) -> str:
    index = blind_index(number, purpose=NUMBER_PURPOSE)
    if Subject.objects.filter(number_index=index).exists():
        raise Conflict("这个证件号码已经登记，请直接使用已有的登记。", field="number")
    return index
