"""Divisions, departments, posts and officers of the demo city."""

from collections import Counter
from datetime import date
from typing import TYPE_CHECKING, NotRequired, TypedDict

from tongban.demo.city import people
from tongban.demo.city.numbers import person_number
from tongban.people.identity import services as identity
from tongban.people.organisation import queries
from tongban.people.organisation import services as organisation
from tongban.people.organisation.rules import ADMINISTRATORS as KINDS_OF_ADMINISTRATORS
from tongban.people.organisation.rules import POST_LABELS, PostKind

if TYPE_CHECKING:
    from tongban.demo.city.founding import City
    from tongban.people.identity.models import Appointment

POSTS = {
    "w": (PostKind.WINDOW, "综合窗口"),
    "h": (PostKind.HANDLER, "经办岗"),
    "d": (PostKind.HEAD, "审批负责人"),
    "s": (PostKind.SUPERVISOR, "效能监督岗"),
}


class Employee(TypedDict):
    """A person to appoint: kinds of posts or letters of POSTS, at their own department and at others (`also`)."""

    name: str
    department: str
    posts: list[str]
    also: NotRequired[list[str]]


def establish_divisions(city: "City") -> int:
    """Create the divisions and return their number. Streets and communities are numbered 001, 002 … in their parent."""
    plan, made = city.data("divisions"), 0

    def establish(code: str, name: str, level: str, parent: str | None) -> None:
        nonlocal made
        organisation.establish_division(code, name=name, level=level, parent=parent, actor=city.actor)
        made += 1

    establish(plan["code"], plan["name"], "city", None)
    for district in plan["districts"]:
        establish(district["code"], district["name"], "district", plan["code"])
        for s, (street, communities) in enumerate(district["streets"].items(), 1):
            street_code = f"{district['code']}{s:03d}"
            establish(street_code, street, "street", district["code"])
            for c, community in enumerate(communities, 1):
                establish(f"{street_code}{c:03d}", community, "community", street_code)
    return made


def establish_departments(city: "City") -> int:
    """Create each department with its four posts. Return the number of departments."""
    rows = city.data("departments")
    for row in rows:
        department = organisation.establish_department(
            row["name"],
            short_name=row["short_name"],
            short_code=row["short_code"],
            uscc=row["uscc"],
            division_code=row.get("division", "990100"),
            also_known_as=row.get("also_known_as", ()),
            actor=city.actor,
        )
        city.departments[row["name"]] = department.id
        for kind, name in POSTS.values():
            post = organisation.establish_post(department.id, kind=kind, name=name, actor=city.actor)
            city.posts[department.id, kind] = post.id
    return len(rows)


def appoint_officers(city: "City") -> int:
    """Appoint the departments' officers, then their stand-ins. Return the number of officers."""
    rows = city.data("officers")
    appointed = _appoint(city, rows)
    subjects = {name: appointment.subject_id for (name, _), appointment in appointed.items()}
    for row in city.data("stand_ins"):
        first = appointed[row["for"], row["kind"]]
        identity.appoint(subjects[row["officer"]], post_id=first.post_id, stand_in_for=first.id, actor=city.actor)
    return len(rows)


ADMINISTRATORS = {"系统管理员": "郑毅", "安全管理员": "段宁", "审计管理员": "尹秋白"}
"""The three administrators of the platform (三员), at the bureau that runs it."""
BUREAU = "市政务服务和数据管理局"


def appoint_administrators(city: "City") -> int:
    """Appoint the three administrators, unless there are some already. Return how many were appointed."""
    bureau = queries.department_named(BUREAU)
    if queries.posts(bureau.id).filter(kind__in=KINDS_OF_ADMINISTRATORS).exists():
        return 0
    city.departments[BUREAU] = bureau.id
    for kind in KINDS_OF_ADMINISTRATORS:
        post = organisation.establish_post(bureau.id, kind=kind, name=f"{POST_LABELS[kind]}岗", actor=city.actor)
        city.posts[bureau.id, kind] = post.id
    rows: list[Employee] = [
        {"name": ADMINISTRATORS[POST_LABELS[kind]], "department": BUREAU, "posts": [kind]}
        for kind in KINDS_OF_ADMINISTRATORS
    ]
    _appoint(city, rows)
    return len(rows)


def appoint_body_staff(city: "City") -> int:
    """Appoint the staff of the co-operating bodies. Return their number."""
    rows = city.data("body_staff")
    _appoint(city, rows)
    return len(rows)


def _appoint(city: "City", rows: list[Employee]) -> "dict[tuple[str, str], Appointment]":
    """Register people with accounts and appointments. Return those at their own department by name and kind."""
    sign_in = {row["name"]: row["sign_in"] for row in city.data("departments")}
    appointments: dict[tuple[str, str], Appointment] = {}
    logins: Counter[str] = Counter()
    for position, row in enumerate(rows):
        sex = "mf"[position % 2]
        born = date(1970 + city.chance.randrange(28), 1 + city.chance.randrange(12), 1 + city.chance.randrange(28))
        subject = identity.register_person(
            name=row["name"],
            number=person_number(city, "990102", born, sex),
            phone=city.phone(),
            division_code="990100",
            actor=city.actor,
        )
        kinds = [POSTS[letter][0] if letter in POSTS else letter for letter in row["posts"]]
        login = f"{sign_in[row['department']]}.{kinds[0]}"
        logins[login] += 1
        people.open_account(city, login if logins[login] == 1 else f"{login}{logins[login]}", subject, for_post=True)
        for department in (row["department"], *row.get("also", ())):
            for kind in kinds:
                post_id = city.posts[city.departments[department], kind]
                made = identity.appoint(subject.id, post_id=post_id, actor=city.actor)
                appointments.setdefault((row["name"], kind), made)
    return appointments
