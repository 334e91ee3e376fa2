"""DO: establish divisions, departments and posts; rename departments."""

import re
from collections.abc import Collection, Iterable
from uuid import NAMESPACE_OID, UUID, uuid5

from django.db import transaction

from tongban.foundation import clock
from tongban.foundation.announcements.ports import EventActor
from tongban.foundation.announcements.services import announce
from tongban.foundation.codes import is_credit_code
from tongban.foundation.errors import Conflict, Invalid, NotFound
from tongban.foundation.locks import hold
from tongban.foundation.office_names import key_of, office_name, problem_with_office_name
from tongban.people.organisation import events
from tongban.people.organisation.models import Department, Division, Post
from tongban.people.organisation.rules import POST_LABELS

_DIGITS = {"city": 6, "district": 6, "street": 9, "community": 12}
_LONGEST_NAME, _LONGEST_SHORT_NAME = 60, 20
NAMES = "organisation-names"
"""Held by whoever gives a department or a post a name, so that two never get the same one at once."""
_ABOVE = {"city": None, "district": "city", "street": "district", "community": "street"}


@transaction.atomic
def establish_division(code: str, *, name: str, level: str, parent: str | None = None, actor: EventActor) -> Division:
    """Establish a division below its parent: city > district > street > community. Raises Invalid or Conflict."""
    digits = _DIGITS.get(level)
    if digits is None or not re.fullmatch(rf"[0-9]{{{digits}}}", code):
        raise Invalid("区划代码的位数与层级不符：市和区县 6 位，街道乡镇 9 位，社区村 12 位。", field="code")
    above = Division.objects.filter(code=parent).first() if parent else None
    if (above.level if above else None) != _ABOVE[level] or (
        above and level in {"street", "community"} and not code.startswith(above.code)
    ):
        raise Invalid("上级区划不对，请选择高一级的、代码相衔接的区划。", field="parent")
    if Division.objects.filter(code=code).exists():
        raise Conflict("这个区划代码已经设立，请换一个代码。", field="code")
    division = Division.objects.create(code=code, name=_checked(name, "区划名称"), level=level, parent=above)
    announce(events.DivisionEstablished(subject=_id_of(code), code=code, level=level), actor=actor, at=clock.now())
    return division


@transaction.atomic
def establish_department(
    name: str,
    *,
    short_name: str,
    short_code: str,
    uscc: str,
    division_code: str,
    also_known_as: Iterable[str] = (),
    actor: EventActor,
) -> Department:
    """Establish a department. `uscc` is its unified social credit code (GB 32100-2015), `short_code` has 3 digits.

    Raises Invalid, NotFound for an unknown division, and Conflict for a name or code of another department. Names
    that look alike are the same name.
    """
    name, short_name = _checked(name, "部门全称"), _checked(short_name, "部门简称", field="short_name")
    others_called = [_checked(one, "部门别名", field="also_known_as") for one in also_known_as]
    if not is_credit_code(uscc):
        raise Invalid("统一社会信用代码的校验位不对，请对照登记证书检查 18 位代码。", field="uscc")
    if not re.fullmatch(r"[0-9]{3}", short_code):
        raise Invalid("部门短码应是 3 位数字。", field="short_code")
    hold(NAMES)
    if _is_taken([name]):
        raise Conflict("同名的部门已经设立，请换一个名称。", field="name")
    if _is_taken(others_called):
        raise Conflict("别的部门的名称或别名与其中一个别名相同，请去掉或换一个。", field="also_known_as")
    if Department.objects.filter(short_code=short_code).exists() or Department.objects.filter(uscc=uscc).exists():
        raise Conflict("部门短码或统一社会信用代码已被别的部门使用，请检查。", field="short_code")
    division = Division.objects.filter(code=division_code).first()
    if division is None:
        raise NotFound("没有这个区划，请先设立区划。", field="division_code")
    _check_short_name(short_name, division.code)
    department = Department.objects.create(
        name=name,
        short_name=short_name,
        short_code=short_code,
        uscc=uscc,
        division=division,
        also_known_as=others_called,
    )
    event = events.DepartmentEstablished(subject=department.id, name=name, short_code=short_code)
    announce(event, actor=actor, at=clock.now())
    return department


@transaction.atomic
def rename_department(department_id: UUID, *, name: str, short_name: str, reason: str, actor: EventActor) -> Department:
    """Give a department its new name. What it issued before keeps the old one, by which it is still found.

    Raises NotFound, Invalid without a reason or a change, and Conflict for the name of another department or one that
    looks like it.
    """
    name, short_name = _checked(name, "部门全称"), _checked(short_name, "部门简称", field="short_name")
    reason = reason.strip()
    hold(NAMES)
    department = Department.objects.select_for_update().filter(id=department_id).first()
    if department is None:
        raise NotFound("没有找到这个部门，请从部门列表里选择。")
    if len(name) > _LONGEST_NAME:
        raise Invalid(f"部门全称最多 {_LONGEST_NAME} 个字。", field="name")
    if len(short_name) > _LONGEST_SHORT_NAME:
        raise Invalid(f"部门简称最多 {_LONGEST_SHORT_NAME} 个字。", field="short_name")
    if not reason:
        raise Invalid("请写明依据，例如机构改革方案或更名批复的文号。", field="reason")
    if (name, short_name) == (department.name, department.short_name):
        raise Invalid("名称和现在的一样，没有要改的。", field="name")
    if _is_taken([name], by_others_than=department_id):
        raise Conflict("别的部门已经用了这个名称，请换一个名称。", field="name")
    _check_short_name(short_name, department.division_id, by_others_than=department_id)
    now, former = clock.now(), department.name
    names = {"name": former, "short_name": department.short_name, "until": now.isoformat()}
    department.former_names = [*department.former_names, names]
    known = [*department.also_known_as, former] if former != name else department.also_known_as
    department.also_known_as = [one for one in dict.fromkeys(known) if one != name]
    department.name, department.short_name = name, short_name
    department.save(update_fields=["name", "short_name", "also_known_as", "former_names"])
    event = events.DepartmentRenamed(subject=department.id, name=name, former=former)
    announce(event, actor=actor, at=now, reason=reason)
    return department


@transaction.atomic
def establish_post(department_id: UUID, *, kind: str, name: str, actor: EventActor) -> Post:
    """Establish a post of a department. Raises Invalid, NotFound, and Conflict for a name that another post has."""
    if kind not in POST_LABELS:
        raise Invalid(f"岗位类别只有{'、'.join(POST_LABELS.values())}。", field="kind")
    if not Department.objects.filter(id=department_id).exists():
        raise NotFound("没有这个部门，请先设立部门。", field="department")
    name = _checked(name, "岗位名称")
    hold(NAMES)
    names = Post.objects.filter(department_id=department_id).values_list("name", flat=True)
    if key_of(name) in {key_of(one) for one in names}:
        raise Conflict("这个部门已有同名岗位，请换一个名称。", field="name")
    post = Post.objects.create(department_id=department_id, kind=kind, name=name)
    event = events.PostEstablished(subject=post.id, department=str(department_id), kind=kind)
    announce(event, actor=actor, at=clock.now())
    return post


def _checked(text: str, what: str, *, field: str = "name") -> str:
    """Return a name as it is stored. Raises Invalid for one that nobody can read or tell from another."""
    name = office_name(text)
    if problem := problem_with_office_name(name):
        raise Invalid(f"{what}{problem}。", field=field)
    return name


def _is_taken(names: Collection[str], *, by_others_than: UUID | None = None) -> bool:
    """Return whether another department has or had one of the names, or one that looks like it. At most one query."""
    if not names:
        return False
    wanted = {key_of(name) for name in names}
    others = Department.objects.values_list("name", "also_known_as")
    if by_others_than is not None:
        others = others.exclude(id=by_others_than)
    return any(key_of(one) in wanted for name, also in others for one in (name, *also))


def _check_short_name(short_name: str, division_code: str, *, by_others_than: UUID | None = None) -> None:
    """Raise Conflict if another department of the division is or was called so, in short or in full. One query.

    Each district may have its own 教育局.
    """
    others = Department.objects.filter(division_id=division_code)
    if by_others_than is not None:
        others = others.exclude(id=by_others_than)
    names = others.values_list("name", "short_name", "also_known_as")
    if key_of(short_name) in {key_of(one) for name, short, also in names for one in (name, short, *also)}:
        raise Conflict("同一区划里别的部门已经用了这个简称，请换一个简称。", field="short_name")


def _id_of(code: str) -> UUID:
    return uuid5(NAMESPACE_OID, f"division:{code}")
