"""The smallest city in which the newborn bundle can be applied for, built through the services of its rooms.

The tests of the pages use it too, so extend it instead of writing another one.
"""

from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from uuid import UUID

from tongban.exchange.libraries import services as libraries
from tongban.exchange.licences import services as licences
from tongban.foundation import clock
from tongban.foundation.announcements.testing import run_pending_jobs
from tongban.foundation.codes import credit_code_check, resident_number_check
from tongban.foundation.testing import remembered
from tongban.handling.cases import services
from tongban.handling.cases.models import Application, Case
from tongban.handling.catalog import reading
from tongban.handling.catalog import services as catalog
from tongban.people.identity import queries as identity_queries
from tongban.people.identity import services as identity
from tongban.people.identity.actors import Actor, machine
from tongban.people.organisation import queries as organisation_queries
from tongban.people.organisation import services as organisation
from tongban.people.signin import services as signin

CITY = machine("test-city")
DEPARTMENTS = {
    "市卫生健康委员会": "卫健委",
    "市疾病预防控制局": "疾控局",
    "市公安局": "公安局",
    "市医疗保障局": "医保局",
    "市税务局": "税务局",
    "市人力资源和社会保障局": "人社局",
    "市妇女联合会": "妇联",
    "市民政局": "民政局",
}
POSTS = {"window": "综合窗口", "handler": "经办岗", "head": "审批负责人"}
ANSWERS = {
    "married": "yes",
    "card_delivery": "mail",
    "maternity": "employee",
    "subsidy": "yes",
    "parenting": "yes",
    "surname_of": "father",
    "given_name": "知予",
    "household_of": "mother",
    "premium_payment": "family",
    "mailing_address": "云州市云江区清河街道柳荫路 8 号 2 栋 301 室",
    "account_holder": "mother",
    "bank_name": "云州银行清河支行",
    "bank_account": "6222020200112233445",
    "contact_phone": "13900001234",
}
PDF = b"%PDF-1.7\n1 0 obj<</Type/Catalog/Pages 2 0 R>>endobj\n2 0 obj<</Type/Pages/Kids[3 0 R]/Count 1>>endobj\n" + (
    b"3 0 obj<</Type/Page/Parent 2 0 R/MediaBox[0 0 595 842]>>endobj\ntrailer<</Root 1 0 R>>\n%%EOF\n"
)


@dataclass
class City:
    """The departments by name, and an officer for each of their posts."""

    departments: dict[str, UUID] = field(default_factory=dict)
    officers: dict[tuple[str, str], Actor] = field(default_factory=dict)
    people: int = 0

    def officer(self, department: str, kind: str) -> Actor:
        return self.officers[department, kind]

    def number(self, born: date, sex: str) -> str:
        """Return the next invented number with a correct check character."""
        self.people += 1
        serial = 600 + 2 * self.people + (1 if sex == "m" else 0)
        body = f"990102{born:%Y%m%d}{serial:03d}"
        return body + resident_number_check(body)


@dataclass(frozen=True)
class Parents:
    """A married couple whose child was born three days ago."""

    mother: Actor
    father: Actor
    birth_id: UUID


def make_city() -> City:
    """Create divisions, departments with their posts and officers, and the newborn bundle with its nine items."""
    return remembered(("city",), _make_city)


def _make_city() -> City:
    city = City()
    organisation.establish_division("990100", name="云州市", level="city", actor=CITY)
    organisation.establish_division("990102", name="云江区", level="district", parent="990100", actor=CITY)
    for index, (name, short_name) in enumerate(DEPARTMENTS.items(), 1):
        body = f"11990100MB{index:07d}"
        department = organisation.establish_department(
            name,
            short_name=short_name,
            short_code=f"{index:03d}",
            uscc=body + credit_code_check(body),
            division_code="990100",
            actor=CITY,
        )
        city.departments[name] = department.id
        for kind, post_name in POSTS.items():
            organisation.establish_post(department.id, kind=kind, name=post_name, actor=CITY)
            city.officers[name, kind] = make_officer(city, name, kind)
    make_officer(city, "市医疗保障局", "handler")  # the second of the two opinions on a reimbursement
    for spec in _newborn_specs():
        if hasattr(spec, "code"):
            catalog.publish_item(spec, actor=CITY)
        else:
            catalog.publish_bundle(spec, actor=CITY)
    licences.load_types()
    return city


def make_officer(city: City, department: str, *kinds: str) -> Actor:
    """Add an officer to existing posts."""
    born = date(1980, 5, 6)
    subject = identity.register_person(name="王审核", number=city.number(born, "m"), division_code="990100", actor=CITY)
    for kind in kinds:
        post = organisation_queries.post_of(city.departments[department], kind)
        identity.appoint(subject.id, post_id=post.id, actor=CITY)
    return identity_queries.actor_of_subject(subject.id)


def make_parents(city: City, *, married: bool = True) -> Parents:
    """Create a couple with identity cards and a household, their newborn's birth record, and its medical bill."""
    parents, city.people = remembered(("parents", married, city.people), lambda: _make_parents(city, married))
    return parents


def _make_parents(city: City, married: bool) -> tuple[Parents, int]:
    mother, father = _person(city, "李文敏", date(1994, 3, 12), "f"), _person(city, "张磊", date(1992, 8, 5), "m")
    address = "云州市云江区清河街道柳荫路 8 号 2 栋 301 室"
    libraries.found_household(
        address=address, division_code="990102", members=[(father, "户主"), (mother, "配偶")], actor=CITY
    )
    at = clock.now()
    for person in (mother, father):
        for type_key in ("id-card", "household-register"):
            issue_licence(city, type_key, person, "市公安局", at)
    if married:
        libraries.record_marriage(husband_id=father, wife_id=mother, registered_on=date(2022, 5, 20), actor=CITY)
        for person in (mother, father):
            issue_licence(city, "marriage-certificate", person, "市民政局", at)
    mother_row, father_row = identity_queries.subject(mother), identity_queries.subject(father)
    born_at = datetime.combine(clock.legal_day(at) - timedelta(days=3), time(9, 48), tzinfo=clock.CITY_TIME)
    birth = libraries.record_birth(
        mother=(mother_row.name, mother_row.number),
        father=(father_row.name, father_row.number),
        born_at=born_at,
        sex="female",
        weight=3350,
        length=50,
        weeks=39,
        hospital="云州市妇幼保健院",
        division_code="990102",
        actor=CITY,
    )
    libraries.record_medical_bill(
        patient_id=mother,
        birth_id=birth.id,
        hospital="云州市妇幼保健院",
        amount=Decimal("6280.50"),
        reimbursable=Decimal("4800.00"),
        issued_on=clock.legal_day(born_at),
        actor=CITY,
    )
    parents = Parents(identity_queries.actor_of_subject(mother), identity_queries.actor_of_subject(father), birth.id)
    return parents, city.people


def start_newborn(parent: Actor) -> Application:
    """Start a parent's draft, without any answers."""
    return services.start_draft("birth", kind="bundle", actor=parent)


def answer(application: Application, parent: Actor, **changes: str) -> None:
    """Answer every page of a draft."""
    from tongban.handling.cases.plan import Plan

    answers = ANSWERS | changes
    forget_records(application, changes)
    services.save_answers(application.id, answers, page="questions", actor=parent)
    application.refresh_from_db()
    for page, _, _ in Plan(application).pages:
        services.save_answers(application.id, answers, page=page, actor=parent)
    application.refresh_from_db()


def forget_records(application: Application, changes: dict[str, str]) -> None:
    """Make the draft one for which no record answers the questions in `changes`, so that they can be answered."""
    known = application.sources.keys() & changes.keys()
    if known:
        application.sources = {key: source for key, source in application.sources.items() if key not in known}
        application.save(update_fields=["sources"])


def submitted_newborn(parent: Actor, *, uploads: tuple[str, ...] = (), **changes: str) -> Application:
    """Submit an application. `uploads` names materials to attach, `changes` other answers."""
    name = ("submitted", parent.subject_id, uploads, tuple(sorted(changes.items())))
    return Application.objects.get(id=remembered(name, lambda: _submitted(parent, uploads, changes).id))


def handled_newborn(parent: Actor) -> Application:
    """Submit an application and run the machine; the other cases then wait for officers."""

    def handle() -> UUID:
        application = submitted_newborn(parent)
        run_pending_jobs()
        return application.id

    return Application.objects.get(id=remembered(("handled", parent.subject_id), handle))


def _submitted(parent: Actor, uploads: tuple[str, ...], changes: dict[str, str]) -> Application:
    application = start_newborn(parent)
    answer(application, parent, **changes)
    for material in uploads:
        services.attach(application.id, material, content=PDF, name=f"{material}.pdf", actor=parent)
    return services.submit(application.id, actor=parent)


def case_of(application: Application, step_key: str) -> Case:
    """Read one case of an application from the database."""
    return Case.objects.select_related("department", "application").get(application=application, step_key=step_key)


def _newborn_specs() -> list:
    codes = ("WJ-01", "JK-01", "HJ-01", "YB-01", "SW-08", "SB-01", "YB-11", "WJ-03", "FL-01")
    paths = [reading.FOLDER / "items" / f"{code}.yaml" for code in codes]
    return [reading.read(path).spec for path in [*paths, reading.FOLDER / "bundles" / "birth.yaml"]]


def _person(city: City, name: str, born: date, sex: str) -> UUID:
    subject = identity.register_person(
        name=name, number=city.number(born, sex), phone="13900001234", division_code="990102", actor=CITY
    )
    libraries.record_resident(subject.id, actor=CITY)
    signin.record_proof(subject.id, level=3, kind="window", actor=CITY)
    return subject.id


def issue_licence(city: City, type_key: str, holder: UUID, department: str, at: datetime) -> None:
    licences.issue(
        type_key,
        holder_id=holder,
        issuer_id=city.departments[department],
        surface={},
        valid_from=date(2020, 1, 1),
        actor=CITY,
        at=at,
    )
