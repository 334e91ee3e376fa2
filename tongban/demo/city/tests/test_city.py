"""The demo city is built once and passes its checks, which report broken data."""

from datetime import timedelta
from io import StringIO

import pytest
from django.core.management import CommandError, call_command
from django.db import connection
from stdnum.cn import ric, uscc

from tongban.demo.city import build, checks, signins
from tongban.demo.city.founding import PASSWORD
from tongban.exchange.libraries.models import BirthRecord, Enterprise, Household, Marriage, Person
from tongban.exchange.libraries.resources import resources
from tongban.exchange.licences.models import Licence
from tongban.foundation.clock import legal_day
from tongban.foundation.testing import remembered
from tongban.people.identity import queries as identity
from tongban.people.identity.models import Account, Appointment, Subject
from tongban.people.organisation import queries as organisation
from tongban.people.organisation.models import Department, Division, Post
from tongban.people.organisation.rules import ADMINISTRATORS

pytestmark = pytest.mark.django_db
NEWBORN = (
    "市卫生健康委员会",
    "市疾病预防控制局",
    "市公安局",
    "市医疗保障局",
    "市税务局",
    "市人力资源和社会保障局",
    "市妇女联合会",
)


def run(*words: str) -> str:
    out = StringIO()
    call_command("city", *words, stdout=out, stderr=out)
    return out.getvalue()


@pytest.fixture
def city(db):
    return remembered(("demo city",), build.build)


def test_the_city_has_everything_that_was_promised(city):
    assert {level: Division.objects.filter(level=level).count() for level in Division.Levels.values} == {
        "city": 1,
        "district": 4,
        "street": 12,
        "community": 24,
    }
    assert Department.objects.count() >= 38
    assert Post.objects.count() == 4 * Department.objects.count() + len(ADMINISTRATORS)
    assert Appointment.objects.values("subject").distinct().count() == 45 + 8 + 3
    assert Appointment.objects.filter(stand_in_for__isnull=False).count() == 7
    assert Person.objects.count() == 30
    assert Enterprise.objects.count() == 8
    assert (Household.objects.count(), Marriage.objects.count()) == (15, 11)
    assert BirthRecord.objects.filter(status="waiting").count() == 7
    kinds = {"id-card", "household-register", "marriage-certificate", "business-licence"}
    assert set(Licence.objects.values_list("type__key", flat=True)) == kinds


def test_every_newborn_department_can_accept_review_and_decide(city):
    for name in NEWBORN:
        department = organisation.department_named(name)
        for kind in ("window", "handler", "head"):
            assert identity.officers_at(department.id, kind)
    assert identity.officers_at(organisation.department_named("市政务服务和数据管理局").id, "supervisor")


def test_every_department_named_in_the_data_exists(city):
    for resource in resources.values():
        assert organisation.department_named(resource.provider)
    for name in ("海关", "认定部门", "中国人民银行分支机构（商业银行）", "市发展和改革委员会（信用中国）"):
        assert organisation.department_named(name)


@pytest.mark.req("D12")
def test_an_independent_library_accepts_all_numbers_and_codes(city):
    for subject in Subject.objects.all():
        if subject.kind == "person":
            assert ric.calc_check_digit(subject.number) == subject.number[-1]
        else:
            assert uscc.calc_check_digit(subject.number) == subject.number[-1]
    for code in Department.objects.values_list("uscc", flat=True):
        assert uscc.calc_check_digit(code) == code[-1]


def test_the_main_parents_have_a_newborn_daughter(city):
    account = Account.objects.select_related("subject").get(login_name="liwenmin")
    assert account.subject.name == "李文敏"
    assert account.check_password(PASSWORD)
    birth = BirthRecord.objects.get(mother_index=account.subject.number_index)
    assert (birth.father_name, birth.sex) == ("张磊", "female")
    assert timedelta(0) < city.today - legal_day(birth.born_at) < timedelta(days=10)


def test_all_checks_pass_and_a_second_build_changes_nothing(city):
    assert checks.findings() == []
    before = Subject.objects.count()
    assert "已经建好" in run("build")
    with pytest.raises(build.CityExists):
        build.build()
    assert Subject.objects.count() == before


def test_broken_data_of_the_city_is_reported(city):
    with connection.cursor() as cursor:
        cursor.execute("UPDATE organisation_department SET uscc = '11440300007542785T' WHERE short_code = '004'")
    for person in Person.objects.all():
        person.sex = "female" if person.sex == "male" else "male"
        person.save(update_fields=["sex"])
    findings = checks.findings()
    assert "department 市公安局: the check character of its credit code is wrong" in findings
    assert any("day of birth or sex differ" in sentence for sentence in findings)
    assert not any(name in sentence for sentence in findings for name in ("李文敏", "990102199403121228"))
    with pytest.raises(CommandError, match="处不符合"):
        run("check")


def test_the_sign_ins_are_printed_with_the_parents_first(city):
    printed = run("sign-ins")
    assert PASSWORD in printed
    assert signins.sign_ins()[0] == ("liwenmin", "李文敏（群众）")
    assert ("wjw.head", "曹瑞华（市卫生健康委员会 负责人）") in signins.sign_ins()


def test_production_does_not_get_a_demo_city_by_accident(settings, db):
    settings.PRODUCTION = True
    for action in ("build", "history"):
        with pytest.raises(CommandError, match="--yes"):
            run(action)
    assert not Division.objects.exists()
