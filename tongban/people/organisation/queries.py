"""ASK: divisions, departments and posts."""

from collections.abc import Collection, Iterable, Mapping
from functools import cache
from typing import NamedTuple
from uuid import UUID

from django.db.models import Q, QuerySet

from tongban.foundation.codes import division_prefix
from tongban.foundation.errors import NotFound
from tongban.foundation.prepared import fetch
from tongban.foundation.rows import columns, instance
from tongban.foundation.ui.by_version import ByVersion
from tongban.foundation.ui.publications import DEPARTMENTS
from tongban.people.organisation.models import Department as Department
from tongban.people.organisation.models import Division
from tongban.people.organisation.models import Post as Post


class PresentNames(NamedTuple):
    """What a department is called now."""

    name: str
    short_name: str


_called: ByVersion[dict[str, PresentNames]] = ByVersion(DEPARTMENTS)
"""One table of all names, under one key."""


def department(key: UUID | str) -> Department:
    """Return the department with an id or a name. Raises NotFound."""
    return _department_of_id(key) if isinstance(key, UUID) else department_named(key)


def department_named(name: str) -> Department:
    """Return the department with this name, or with a name by which an item catalogue refers to it."""
    return departments_named({name})[name]


def departments_named(names: Collection[str]) -> dict[str, Department]:
    """Return the departments with these names, as `department_named` finds them. One query. Raises NotFound."""
    found = departments_known(names)
    for name in names:
        if name not in found:
            raise NotFound(f"没有名为“{name}”的部门，请先在组织机构里设立。")
    return found


def departments_known(names: Collection[str]) -> dict[str, Department]:
    """Return the departments that have or had one of these names, by each of their names. One query."""
    rows = [instance(Department, row) for row in fetch(_named_sql(), [list(names), list(names)])]
    found: dict[str, Department] = {}
    for department in rows:
        for name in department.also_known_as:
            found.setdefault(name, department)
    return found | {department.name: department for department in rows}


def present_names() -> Mapping[str, PresentNames]:
    """Return what every department is called now, by each of its names, present or former. At most one query.

    As for `departments_known`, a present name takes precedence over the former name of another department.
    """
    return _called.get("", _read_present_names)


def _read_present_names() -> dict[str, PresentNames]:
    rows = list(departments().values_list("name", "short_name", "also_known_as"))
    found: dict[str, PresentNames] = {}
    for name, short, others in rows:
        for other in others:
            found.setdefault(other, PresentNames(name, short))
    return found | {name: PresentNames(name, short) for name, short, _ in rows}


@cache
def _named_sql() -> str:
    return (
        f"SELECT {columns(Department, 'd')} FROM organisation_department d"
        " WHERE d.name = ANY(%s) OR d.also_known_as ?| %s::text[] ORDER BY d.short_code"
    )


def names_known(names: Collection[str]) -> set[str]:
    """Return those of the names by which `department_named` finds a department. One query."""
    called = {n for name, others in Department.objects.values_list("name", "also_known_as") for n in (name, *others)}
    return called & set(names)


def _department_of_id(department_id: UUID) -> Department:
    found = Department.objects.filter(id=department_id).first()
    if found is None:
        raise NotFound("没有找到这个部门，请从部门列表里选择。")
    return found


def departments() -> QuerySet[Department]:
    """Return all departments in the order of their short codes."""
    return Department.objects.order_by("short_code")


LEVELS = Division.Levels.choices


def departments_managed(own: list[UUID], places: list[str], *, text: str = "", level: str = "") -> QuerySet[Department]:
    """Return the departments `own` and all within the divisions `places`, filtered by text and level."""
    within = Q(id__in=own)
    for place in places:
        within |= Q(division__code__startswith=division_prefix(place))
    found = Department.objects.filter(within).select_related("division").order_by("division_id", "short_code")
    if text:
        found = found.filter(Q(name__icontains=text) | Q(short_name__icontains=text))
    return found.filter(division__level=level) if level in dict(LEVELS) else found


def divisions(level: str | None = None, under: str | None = None) -> QuerySet[Division]:
    """Return divisions in the order of their codes; with `under`, the direct children of a code."""
    found = Division.objects.order_by("code")
    if level:
        found = found.filter(level=level)
    if under:
        found = found.filter(parent_id=under)
    return found


def full_name(code: str) -> str:
    """Return the names from the city down to a division, e.g. 杭州市西湖区北山街道."""
    names: list[str] = []
    division = Division.objects.select_related("parent__parent__parent").filter(code=code).first()
    while division is not None:
        names.append(division.name)
        division = division.parent
    return "".join(reversed(names))


def posts(department_id: UUID) -> QuerySet[Post]:
    """Return the posts of a department."""
    return Post.objects.filter(department_id=department_id).order_by("kind", "name")


def all_posts() -> QuerySet[Post]:
    """Return the posts of all departments."""
    return Post.objects.all()


def post_of(department_id: UUID, kind: str) -> Post:
    """Return the first post of a kind at a department. Raises NotFound."""
    found = posts(department_id).filter(kind=kind).first()
    if found is None:
        raise NotFound("这个部门没有这一类岗位，请先设立岗位。")
    return found


def posts_of_kind(kind: str) -> QuerySet[Post]:
    """Return the posts of a kind in the whole city, in the order of their departments."""
    return Post.objects.filter(kind=kind).order_by("department__short_code", "name")


def post(post_id: UUID) -> Post | None:
    """Return the post with an id, or None."""
    return Post.objects.select_related("department").filter(id=post_id).first()


def names_of(ids: Iterable[UUID | None]) -> dict[UUID, str]:
    """Return the names of departments by id. One query."""
    wanted = {i for i in ids if i is not None}
    return dict(Department.objects.filter(id__in=wanted).values_list("id", "name")) if wanted else {}


def short_name(department_id: UUID) -> str:
    """Return the short name of a department, or ""."""
    return Department.objects.filter(id=department_id).values_list("short_name", flat=True).first() or ""


def first_posts(department_ids: Iterable[UUID], kind: str) -> dict[UUID, UUID]:
    """Return by department the id of its first post of a kind, as `post_of` finds it. One query."""
    rows = Post.objects.filter(department_id__in=list(department_ids), kind=kind).order_by("-name")
    return {post.department_id: post.id for post in rows}
