"""Data is shown unmasked only with a privilege, a reason and a record."""

import pytest

from tongban.foundation.errors import Invalid, NotAllowed
from tongban.people.datauses.models import DataUse
from tongban.people.identity import queries, services, unmasking
from tongban.people.identity.purposes import TO_HANDLE, Purpose
from tongban.people.identity.tests.conftest import BY
from tongban.trust.ledger import queries as ledger

pytestmark = pytest.mark.req("D6")
NUMBER = "990102199403121228"
REASON = "核对户主姓名是否一致"


@pytest.fixture
def officer(register, office):
    subject = register("王审核")
    services.appoint(subject.id, post_id=office["handler"].id, actor=BY)
    return queries.actor_of_subject(subject.id)


@pytest.fixture
def person(register):
    return register("李文敏", number=NUMBER, phone="13900001234")


@pytest.fixture
def privileged():
    with unmasking.privileges.only(test=lambda actor, subject_id, number: number == "A1"):
        yield


def unmask(person, officer, **given):
    wanted = {"fields": ("name", "number"), "reason": REASON, "case_number": "A1"} | given
    purpose = Purpose(TO_HANDLE, wanted.pop("reason"), wanted.pop("case_number"))
    return services.unmask(person.id, actor=officer, purpose=purpose, **wanted)


def test_unmasking_is_refused_by_default(person, officer):
    with unmasking.privileges.only(), pytest.raises(NotAllowed):
        unmask(person, officer)
    assert not DataUse.objects.filter(kind="unmasked").exists()


def test_a_privilege_does_not_extend_to_another_case(person, officer, privileged):
    with pytest.raises(NotAllowed):
        unmask(person, officer, case_number="A2")


def test_a_citizen_has_no_privilege(person, register, privileged):
    with pytest.raises(NotAllowed):
        unmask(person, queries.actor_of_subject(register("张磊").id))


@pytest.mark.req("D7")
def test_unmasked_values_are_returned_and_the_fields_recorded(person, officer, privileged):
    values, entry_id = unmask(person, officer, also=("户籍地址",))
    assert values == {"name": "李文敏", "number": NUMBER}
    entry = ledger.entry(entry_id)
    assert (entry.subject, entry.reason, entry.actor) == (person.id, REASON, str(officer.subject_id))
    (noted,) = entry.payload.pop("rows")["datauses_use"].values()
    assert (noted["subject_id"], noted["kind"]) == (str(person.id), "unmasked")
    assert entry.payload == {"fields": "姓名、证件号码、户籍地址", "case_number": "A1", "purpose": "办理核对"}
    use = DataUse.objects.get(kind="unmasked")
    assert (use.subject_id, use.entry_id, use.case_number) == (person.id, entry_id, "A1")
    assert use.fields == ["姓名", "证件号码", "户籍地址"]
    assert use.department_id == officer.posts[0].department_id


@pytest.mark.parametrize("reason", ["", "核对", "  核 对 ", "字" * 201])
def test_a_reason_must_have_a_sensible_length(person, officer, privileged, reason):
    with pytest.raises(Invalid, match="6 至 200"):
        unmask(person, officer, reason=reason)


def test_an_unknown_field_is_refused(person, officer, privileged):
    with pytest.raises(Invalid):
        unmask(person, officer, fields=("password",))


@pytest.mark.req("D7")
def test_a_visit_at_the_window_is_a_data_use(register, office):
    clerk = register("窗口员")
    services.appoint(clerk.id, post_id=office["window"].id, actor=BY)
    visit = services.begin_visit(name="李文敏", number=NUMBER, actor=queries.actor_of_subject(clerk.id))
    use = DataUse.objects.get(subject_id=visit.present_id)
    assert (use.kind, use.occasion, use.actor) == ("visit", visit.id, str(clerk.id))
