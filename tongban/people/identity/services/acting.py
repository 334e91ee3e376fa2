"""Let one subject act for another: a firm's legal representative, and a window clerk for the person present."""

from uuid import UUID

from django.db import IntegrityError, transaction

from tongban.foundation import clock, typed
from tongban.foundation.announcements.services import announce
from tongban.foundation.codes import is_credit_code, is_phone, is_resident_number, is_whole_number
from tongban.foundation.errors import Conflict, Invalid, NotAllowed, NotFound
from tongban.foundation.ids import new_id
from tongban.foundation.names import person_name, same_name
from tongban.people.identity import events, queries
from tongban.people.identity.actors import Actor
from tongban.people.identity.models import Representation, Subject, Visit
from tongban.people.identity.services.mandates import pause_agents
from tongban.people.identity.services.registering import register_person
from tongban.people.identity.uses import VISIT, DataUseReport, report_use
from tongban.people.organisation.rules import PostKind


@transaction.atomic
def entitle_representative(organisation_id: UUID, *, person_id: UUID, actor: Actor) -> Representation:
    """Let the legal representative act for the organisation. Safe to repeat."""
    organisation = Subject.objects.filter(id=organisation_id, kind=Subject.Kinds.ORGANISATION).first()
    person = Subject.objects.filter(id=person_id, kind=Subject.Kinds.PERSON).first()
    if organisation is None or person is None:
        raise NotFound("没有找到这个组织或这个人的登记，请先登记。")
    now = clock.now()
    representation, made = Representation.objects.get_or_create(
        organisation=organisation, person=person, ended_at=None, defaults={"since": now}
    )
    if made:
        event = events.RepresentativeEntitled(subject=organisation.id, person=str(person.id))
        announce(event, actor=actor, at=now)
    return representation


@transaction.atomic
def end_representation(organisation_id: UUID, *, person_id: UUID, reason: str, actor: Actor) -> None:
    """End the person's right to act for the organisation. Their open sessions lose it with the next request.

    The organisation's agents are paused until the new representative confirms them.
    """
    now = clock.now()
    current = Representation.objects.filter(organisation_id=organisation_id, person_id=person_id, ended_at=None)
    if not current.update(ended_at=now):
        raise NotFound("这个人现在不能代表这个组织，不用取消。")
    announce(
        events.RepresentativeEnded(subject=organisation_id, person=str(person_id)), actor=actor, at=now, reason=reason
    )
    pause_agents(organisation_id, at=now, actor=actor)


@transaction.atomic
def begin_visit(*, name: str, number: str, credit_code: str = "", phone: str = "", actor: Actor) -> Visit:
    """Begin a visit: the clerk has seen the document and acts for the person, or for the firm that they represent.

    `name` and `number` are those on the document. Somebody who is not registered yet is registered. The answer never
    reveals which name belongs to a number. Raises NotAllowed, Invalid or Conflict.
    """
    post = next((post for post in actor.posts if post.kind == PostKind.WINDOW), None)
    if post is None or actor.subject_id is None:
        raise NotAllowed("现场办理由窗口岗位的工作人员进行。")
    number, credit_code = typed.resident_number(number), typed.code(credit_code)
    known = queries.subject_by_number(number) is not None
    person = _present(person_name(name), number, typed.phone(phone), post.division_code, actor)
    if person.id == actor.subject_id:
        raise Invalid("不能为自己现场办理，请由其他同事办理，或用本人账号在网上办。", field="number")
    applicant = _firm(credit_code, person) if credit_code else person
    now = clock.now()
    for open_visit in Visit.objects.select_for_update().filter(clerk_id=actor.subject_id, ended_at=None):
        _end(open_visit, actor)
    try:
        with transaction.atomic():
            visit = Visit.objects.create(
                clerk_id=actor.subject_id,
                department_id=post.department_id,
                present=person,
                applicant=applicant,
                began_at=now,
                registered=not known,
            )
    except IntegrityError:
        raise Conflict("您在另一个页面刚刚开始了一次现场办理，请先结束那一次。") from None
    event = events.VisitBegun(subject=visit.id, present=str(person.id), applicant=str(applicant.id))
    entry_id = new_id()
    for served in {person.id, applicant.id}:
        use = DataUseReport(served, VISIT, ("姓名", "证件号码"), entry_id, purpose="窗口现场办理", occasion=visit.id)
        report_use(use, actor=actor, at=now)
    announce(event, actor=actor, at=now, entry_id=entry_id)
    return visit


@transaction.atomic
def end_visit(visit_id: UUID, *, actor: Actor) -> None:
    """End the visit when the person leaves the window. Safe to repeat."""
    visit = Visit.objects.select_for_update().filter(id=visit_id, clerk_id=actor.subject_id).first()
    if visit is None:
        raise NotFound("没有找到这次现场办理。")
    if visit.ended_at is None:
        _end(visit, actor)


def note_document_read(visit_id: UUID, *, actor: Actor) -> None:
    """Record that the window's reader read the document, so that the evidence is more than the clerk's word."""
    Visit.objects.filter(id=visit_id, clerk_id=actor.subject_id).update(document=Visit.Examined.READ)


def _end(visit: Visit, actor: Actor) -> None:
    visit.ended_at = clock.now()
    visit.save(update_fields=["ended_at"])
    announce(events.VisitEnded(subject=visit.id), actor=actor, at=visit.ended_at)


def _present(name: str, number: str, phone: str, division_code: str, actor: Actor) -> Subject:
    if len(number) == 15 and is_whole_number(number):
        raise Invalid("15 位号码是一代证，已经停用，请用现在的 18 位公民身份号码。", field="number")
    if not is_resident_number(number, clock.legal_day(clock.now())):
        raise Invalid("公民身份号码不对，请对照证件检查 18 位号码。", field="number")
    if not name:
        raise Invalid("请填写证件上的姓名。", field="name")
    known = queries.subject_by_number(number)
    if known is None:
        if phone and not is_phone(phone):
            raise Invalid("联系手机应是 11 位手机号，请检查有没有多输或少输。", field="phone")
        return register_person(name=name, number=number, phone=phone, division_code=division_code, actor=actor)
    if not same_name(known.name, name):
        raise Invalid("姓名与这个号码的登记不一致，请对照证件核对姓名和号码。", field="name")
    return known


def _firm(credit_code: str, person: Subject) -> Subject:
    if not is_credit_code(credit_code):
        raise Invalid("统一社会信用代码不对，请对照营业执照检查 18 位代码。", field="credit_code")
    firm = queries.subject_by_number(credit_code)
    if firm is None or firm.kind != Subject.Kinds.ORGANISATION:
        raise Invalid("没有找到这个代码的登记，请检查代码；新设立的请先办理设立登记。", field="credit_code")
    if not queries.represents(person.id, firm.id):
        raise Conflict("到场的人不是这个组织登记的法定代表人，不能代它办理。请法定代表人到场，或由其本人网上办理。")
    return firm
