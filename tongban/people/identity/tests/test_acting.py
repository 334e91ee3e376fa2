"""Representatives act for their firm, and clerks for the person present at the window."""

from datetime import timedelta

import pytest

from tongban.foundation import clock
from tongban.foundation.codes import credit_code_check
from tongban.foundation.errors import Conflict, DomainError, Invalid, NotAllowed, NotFound
from tongban.foundation.ui import shell
from tongban.people.identity import queries, services
from tongban.people.identity.actors import Actor
from tongban.people.identity.models import Subject, Visit
from tongban.people.identity.tests.conftest import BY, PASSWORD
from tongban.trust.ledger import queries as ledger

pytestmark = pytest.mark.django_db
NUMBER = "990102199403121228"


def firm(name="云州云帆软件有限公司", body="91990100MA0Y00021"):
    code = body + credit_code_check(body)
    return services.register_organisation(name=name, number=code, division_code="990104", actor=BY)


@pytest.fixture
def wanghao(register):
    """A person with an account who represents one firm."""
    person = register(name="王浩", number=NUMBER)
    services.open_account("wanghao", password=PASSWORD, subject_id=person.id, actor=BY)
    return person


@pytest.fixture
def signed_in(client, wanghao):
    client.post("/sign-in/", {"login_name": "wanghao", "password": PASSWORD})
    return client


def types_of(subject_id):
    return [entry.type.rpartition(".")[2] for entry in ledger.entries_of(subject_id)]


@pytest.mark.req("B1")
def test_a_representative_acts_for_their_firm_until_the_right_ends(wanghao):
    yunfan = firm()
    services.entitle_representative(yunfan.id, person_id=wanghao.id, actor=BY)
    services.entitle_representative(yunfan.id, person_id=wanghao.id, actor=BY)
    assert queries.represented_by(wanghao.id) == [yunfan]
    services.end_representation(yunfan.id, person_id=wanghao.id, reason="法定代表人变更", actor=BY)
    assert not queries.represents(wanghao.id, yunfan.id)
    assert types_of(yunfan.id)[1:] == ["RepresentativeEntitled", "RepresentativeEnded"]
    with pytest.raises(NotFound):
        services.end_representation(yunfan.id, person_id=wanghao.id, reason="", actor=BY)


@pytest.mark.req("B1")
def test_nobody_represents_a_person(wanghao, register):
    with pytest.raises(NotFound):
        services.entitle_representative(register(name="李敏").id, person_id=wanghao.id, actor=BY)


@pytest.mark.req("B1")
def test_a_person_without_a_firm_is_told_so(signed_in):
    page = signed_in.get("/acting-for/").content.decode()
    assert "您还没有可以代表的企业" in page
    assert "切换到企业" not in page


def test_the_switch_is_always_visible_and_allows_switching_back(signed_in, wanghao):
    yunfan = firm()
    services.entitle_representative(yunfan.id, person_id=wanghao.id, actor=BY)
    assert "切换到企业" in signed_in.get("/acting-for/").content.decode()
    answer = signed_in.post("/acting-for/", {"principal": str(yunfan.id), "next": "/acting-for/"}, follow=True)
    assert answer.redirect_chain == [("/acting-for/", 302)]
    assert "正在代表<b>云州云帆软件有限公司</b>办事" in answer.content.decode()
    signed_in.post("/acting-for/", {"principal": "self"})
    assert "正在代表" not in signed_in.get("/acting-for/").content.decode()


@pytest.mark.req("B1")
def test_two_firms_of_one_agent_are_two_identities(signed_in, wanghao):
    first, second = firm(), firm("云州第二软件有限公司", "91990100MA0Y00999")
    for one in (first, second):
        services.entitle_representative(one.id, person_id=wanghao.id, actor=BY)
    for one in (first, second):
        signed_in.post("/acting-for/", {"principal": str(one.id), "next": "/acting-for/"})
        assert f"正在代表<b>{one.name}</b>办事" in signed_in.get("/acting-for/").content.decode()


@pytest.mark.req("B1")
@pytest.mark.parametrize("wanted", ["", "nonsense", NUMBER, "00000000-0000-0000-0000-000000000000"])
def test_nobody_can_switch_to_a_firm_that_they_do_not_represent(signed_in, wanted):
    other = firm()
    for principal in (wanted, str(other.id)):
        page = signed_in.post("/acting-for/", {"principal": principal})
        assert page.status_code == 422
        assert "请从列出的身份里选择" in page.content.decode()


def test_switching_leads_somewhere_without_the_pages_that_list_applications(signed_in, wanghao):
    yunfan = firm()
    services.entitle_representative(yunfan.id, person_id=wanghao.id, actor=BY)
    with shell.places.only():
        assert signed_in.post("/acting-for/", {"principal": str(yunfan.id)}).url == "/"


@pytest.mark.req("B1", "B5")
def test_a_right_that_ends_during_the_session_is_dropped_with_a_message(signed_in, wanghao):
    yunfan = firm()
    services.entitle_representative(yunfan.id, person_id=wanghao.id, actor=BY)
    signed_in.post("/acting-for/", {"principal": str(yunfan.id)})
    services.end_representation(yunfan.id, person_id=wanghao.id, reason="法定代表人变更", actor=BY)
    page = signed_in.get("/acting-for/").content.decode()
    assert "您已不能代表刚才的企业" in page
    assert "正在代表" not in page


@pytest.mark.req("B1")
def test_input_for_the_firm_is_not_submitted_in_the_persons_own_name(signed_in, wanghao):
    yunfan = firm()
    services.entitle_representative(yunfan.id, person_id=wanghao.id, actor=BY)
    signed_in.post("/acting-for/", {"principal": str(yunfan.id)})
    services.end_representation(yunfan.id, person_id=wanghao.id, reason="法定代表人变更", actor=BY)
    refused = signed_in.post("/apply/item/HJ-09/")
    assert refused.status_code == 403
    assert "刚才这一步没有办理" in refused.content.decode()


# -- at a window


@pytest.fixture
def clerk(register, office):
    subject = register(name="韩雪", number="990102198805060048")
    services.appoint(subject.id, post_id=office["window"].id, actor=BY)
    return queries.actor_of_subject(subject.id)


def begin(clerk, **changes):
    return services.begin_visit(**{"name": "王浩", "number": NUMBER} | changes, actor=clerk)


@pytest.mark.req("A11")
def test_a_clerk_serves_one_person_at_a_time_and_each_visit_is_recorded(clerk, wanghao, register):
    first = begin(clerk)
    register(name="赵晓燕", number="990102199507210022")
    second = begin(clerk, name="赵晓燕", number="990102199507210022")
    assert queries.open_visit(clerk.subject_id) == second
    services.end_visit(second.id, actor=clerk)
    services.end_visit(second.id, actor=clerk)
    assert queries.open_visit(clerk.subject_id) is None
    assert types_of(first.id) == types_of(second.id) == ["VisitBegun", "VisitEnded"]


@pytest.mark.req("A11")
def test_a_first_time_visitor_is_registered(clerk):
    visit = begin(clerk, phone="13900001111")
    assert visit.applicant.division_code == "990100"
    assert types_of(visit.applicant_id) == ["PersonRegistered"]


@pytest.mark.req("A11")
def test_a_clerk_acts_for_a_firm_whose_representative_is_present(clerk, wanghao):
    yunfan = firm()
    with pytest.raises(Conflict, match="法定代表人"):
        begin(clerk, credit_code=yunfan.number)
    services.entitle_representative(yunfan.id, person_id=wanghao.id, actor=BY)
    visit = begin(clerk, credit_code=yunfan.number.lower())
    assert (visit.present, visit.applicant) == (wanghao, yunfan)


@pytest.mark.parametrize(
    ("changes", "field", "sentence"),
    [
        ({"number": "990102199403121229"}, "number", "公民身份号码不对"),
        ({"number": "990102940312122"}, "number", "15 位号码是一代证"),
        ({"name": ""}, "name", "证件上的姓名"),
        ({"name": "李敏"}, "name", "不一致"),
        ({"credit_code": "91990100MA0Y00029X"}, "credit_code", "统一社会信用代码不对"),
        ({"credit_code": "11370800MB28559184"}, "credit_code", "没有找到这个代码"),
        ({"number": "990102198805060048", "name": "韩雪"}, "number", "不能为自己"),
    ],
)
def test_errors_in_the_document_are_shown_at_their_fields(clerk, wanghao, changes, field, sentence):
    with pytest.raises(DomainError, match=sentence) as refusal:
        begin(clerk, **changes)
    assert refusal.value.field == field
    assert not Visit.objects.exists()


def test_a_wrong_phone_registers_nobody(clerk):
    with pytest.raises(Invalid, match="11 位手机号"):
        begin(clerk, phone="139")
    assert not Subject.objects.filter(number_index__isnull=False).exclude(id=clerk.subject_id).exists()


@pytest.mark.req("A11", "B5")
def test_only_a_window_clerk_can_begin_a_visit(register, office, wanghao):
    head = register(name="彭卫东")
    services.appoint(head.id, post_id=office["head"].id, actor=BY)
    for actor in (queries.actor_of_subject(head.id), Actor(subject_id=wanghao.id)):
        with pytest.raises(NotAllowed):
            begin(actor)


def test_nobody_can_end_another_clerks_visit(clerk, wanghao):
    visit = begin(clerk)
    with pytest.raises(NotFound):
        services.end_visit(visit.id, actor=Actor(subject_id=wanghao.id))


def test_a_visit_that_nobody_ends_expires_after_two_hours(clerk, wanghao):
    visit = begin(clerk)
    with clock.at_moment(visit.began_at + queries.MAX_VISIT + timedelta(minutes=1)):
        assert queries.open_visit(clerk.subject_id) is None
        begin(clerk)
