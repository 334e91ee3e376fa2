"""谁用过我的数据: citizens see each use of their data, and object to one."""

import pytest
from django.urls import reverse

from tongban.foundation import clock
from tongban.foundation.ids import new_id
from tongban.foundation.workdays import queries as workdays
from tongban.handling.cases import services
from tongban.handling.cases.tests import factories
from tongban.people.datauses import services as datauses
from tongban.people.datauses.models import DataUse, Objection
from tongban.people.identity.testing import signed_in
from tongban.people.workorders.models import WorkOrder
from tongban.trust.ledger.models import Entry

pytestmark = pytest.mark.req("D7")
PAGE = "/my/data-uses/"
OBJECTION = "我没有同意，为什么查我的婚姻登记？"


@pytest.fixture
def application(city, parents):
    return factories.handled_newborn(parents.mother)


def opened(city, application, department="市医疗保障局"):
    case = factories.case_of(application, "maternity")
    services.open_case_file(case.number, actor=city.officer(department, "window"))
    return case


def text_of(parent, **asked):
    response = signed_in(parent.subject_id).get(PAGE, asked)
    assert response.status_code == 200
    return response.content.decode()


def test_the_mother_sees_who_used_what_when_and_for_which_case(city, parents, application):
    case = opened(city, application)
    page = text_of(parents.mother, kind="case-opened")
    assert "市医疗保障局，工作人员 王*核" in page
    assert "打开办件" in page
    assert "申请人、" in page
    assert f'href="{reverse("my:application", args=[application.number])}">{case.name}</a>' in page
    assert "王审核" not in page


def test_look_ups_by_the_machine_and_by_herself_are_listed_too(parents, application):
    assert "您本人" not in text_of(parents.mother)
    page = text_of(parents.mother, kind="looked-up", own="yes")
    assert "系统自动" in page
    assert "您本人" in page
    assert "分娩信息" in page
    assert "市卫生健康委员会，系统自动" in page


def test_the_father_sees_uses_of_his_data_without_a_link_to_her_application(city, parents, application):
    case = opened(city, application)
    page = text_of(parents.father, kind="case-opened")
    assert "打开办件" in page
    assert reverse("my:application", args=[application.number]) not in page
    assert " ".join(case.number[i : i + 4] for i in range(0, len(case.number), 4)) in page


def test_parents_see_uses_of_their_childs_data(parents, application):
    child = str(application.__class__.objects.get(id=application.id).facts["child.id"])
    page = text_of(parents.father, of=child)
    assert "出生的孩子" in page
    assert f'value="{child}"' in page
    assert "tb-mine__head" in page


def test_nobody_sees_uses_of_another_persons_data(city, parents, application):
    opened(city, application)
    use = DataUse.objects.filter(subject_id=parents.mother.subject_id, kind="case-opened").get()
    father = signed_in(parents.father.subject_id)
    assert f'value="{parents.mother.subject_id}"' not in text_of(parents.father, of=str(parents.mother.subject_id))
    assert father.get(f"{PAGE}{use.id}/objection/").status_code == 404
    assert father.post(f"{PAGE}{use.id}/objection/", {"text": OBJECTION}).status_code == 404
    officer = signed_in(city.officer("市医疗保障局", "window").subject_id)
    assert officer.get(PAGE).status_code == 403


def test_filters_narrow_the_list_and_an_empty_result_is_explained(city, parents, application):
    opened(city, application)
    department = str(city.departments["市医疗保障局"])
    assert "王*核" in text_of(parents.mother, department=department)
    assert "王*核" not in text_of(parents.mother, department=str(city.departments["市民政局"]))
    month = f"{clock.now().astimezone(clock.CITY_TIME):%Y-%m}"
    assert "王*核" in text_of(parents.mother, month=month, kind="case-opened")
    assert "没有符合条件的记录" in text_of(parents.mother, month="2020-01")
    text_of(parents.mother, month="nonsense", department="nonsense", kind="nonsense", after="nonsense", of="nonsense")


def _many(parents, count):
    for _ in range(count):
        datauses.record_use(
            [parents.father.subject_id], kind="case-opened", fields=["姓名"], entry_id=new_id(), actor=factories.CITY
        )


def test_pages_follow_each_other_with_a_constant_number_of_queries(parents, django_assert_max_num_queries):
    _many(parents, 45)
    client, seen, query = signed_in(parents.father.subject_id), 0, ""
    client.get(PAGE)
    for _ in range(3):
        with django_assert_max_num_queries(16):
            page = client.get(PAGE + query).content.decode()
        seen += page.count("tb-mine__head")
        query = page.partition('rel="next" href="')[2].partition('"')[0].replace("&amp;", "&")
    assert (seen, query) == (45, "")


def test_an_objection_is_stored_encrypted_and_recorded_once(city, parents, application):
    opened(city, application)
    use = DataUse.objects.get(subject_id=parents.mother.subject_id, kind="case-opened")
    mother, address = signed_in(parents.mother.subject_id), f"{PAGE}{use.id}/objection/"
    refused = mother.post(address, {"text": "不对"})
    assert refused.status_code == 422
    assert "不对</textarea>" in refused.content.decode()
    assert mother.post(address, {"text": OBJECTION}).status_code == 302
    objection = Objection.objects.get()
    assert (objection.use_id, objection.text) == (use.id, OBJECTION)
    entry = Entry.objects.get(type="datauses.DataUseObjected")
    assert entry.payload.pop("rows")["datauses_objection"]
    assert entry.payload == {"use": str(use.id), "case_number": use.case_number}
    order = WorkOrder.objects.get()
    assert (order.kind, order.about, order.raised_for_id) == (
        "data-use-objection",
        objection.id,
        parents.mother.subject_id,
    )
    assert (order.post.department_id, order.post.kind) == (city.departments["市医疗保障局"], "head")
    assert order.due_on == workdays.calendar().nth_workday(clock.legal_day(order.raised_at), 10)
    assert "您已提出异议" in text_of(parents.mother, kind="case-opened")
    again = mother.post(address, {"text": OBJECTION})
    assert again.status_code == 409
    assert Objection.objects.count() == 1


def test_the_holder_sees_public_verifications_of_a_licence_as_data_uses(client, parents):
    from tongban.exchange.licences.models import Licence

    licence = Licence.objects.filter(holder_id=parents.mother.subject_id).first()
    for _ in range(2):
        assert client.get(f"/verify/{licence.verify_code}/").status_code == 200
    assert DataUse.objects.filter(subject_id=parents.mother.subject_id, kind="licence-verified").count() == 1
    assert "未登录" in text_of(parents.mother, kind="licence-verified")
    signed_in(parents.mother.subject_id).get(f"/verify/{licence.verify_code}/")
    assert DataUse.objects.filter(kind="licence-verified").count() == 1, "her own look is not counted"
