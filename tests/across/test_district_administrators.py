"""The administrators of a district see nothing that is the whole city's: how it runs, its keys, its records."""

import pytest

from tongban.foundation.codes import credit_code_check
from tongban.handling.cases.tests import factories
from tongban.people.identity import services as identity
from tongban.people.identity.actors import machine
from tongban.people.identity.testing import signed_in
from tongban.people.organisation import services as organisation
from tongban.people.signin.testing import prove_again

pytestmark = pytest.mark.django_db
OF_THE_CITY = {
    "system-admin": {"/desk/operations/": 200, "/readyz/detail": 503, "/desk/policies/?login=gaj.window&number=1": 422},
    "security-admin": {"/keys/": 200, "/keys/certificates/": 200, "/desk/policies/?login=gaj.window": 422},
    "audit-admin": {"/audit/": 200, "/desk/policies/?number=1": 422},
}
"""The addresses, and the answer to the city's administrator: no worker runs in a test, and there is no such case."""


def administrator(kind, division):
    """A signed-in administrator of one kind at a bureau of the city or of a district."""
    by, body = machine("test"), "11370800MB2855941"
    bureau = organisation.establish_department(
        f"{division}教育局", short_name="教育局", short_code="941", uscc=body + credit_code_check(body),
        division_code=division, actor=by,
    )  # fmt: skip
    post = organisation.establish_post(bureau.id, kind=kind, name="管理员", actor=by)
    person = identity.register_person(name="郑毅", division_code=division, actor=by)
    identity.appoint(person.id, post_id=post.id, actor=by)
    return prove_again(signed_in(person.id))


@pytest.mark.parametrize("kind", OF_THE_CITY)
def test_field_case_the_administrator_of_a_district_is_refused_what_is_the_citys(kind):
    factories.make_city()
    district = administrator(kind, "990102")
    for address in OF_THE_CITY[kind]:
        answer = district.get(address)
        assert answer.status_code == 403, address
        assert "市级" in answer.content.decode(), address
    rules = district.get("/desk/policies/")
    assert rules.status_code == 200, "the rules themselves are nobody's data"
    assert "由市级管理员查看" in rules.content.decode()
    assert "看看判定" not in rules.content.decode()
    shown = district.get("/desk/", follow=True).content.decode()
    assert f'href="{next(iter(OF_THE_CITY[kind]))}' not in shown, "no menu entry and no line leads to a refusal"


@pytest.mark.parametrize("kind", OF_THE_CITY)
def test_the_administrator_at_any_bureau_of_the_city_sees_it(kind):
    """The post at the education bureau counts as well as one at the data bureau."""
    factories.make_city()
    own = administrator(kind, "990100")
    assert {address: own.get(address).status_code for address in OF_THE_CITY[kind]} == OF_THE_CITY[kind]
    assert f'href="{next(iter(OF_THE_CITY[kind]))}' in own.get("/desk/", follow=True).content.decode()


def test_an_administrator_who_is_refused_is_not_told_to_ask_an_administrator():
    factories.make_city()
    answer = administrator("system-admin", "990100").get("/keys/")
    assert answer.status_code == 403
    page = answer.content.decode()
    assert "工作上需要的，请联系本部门负责人。" in page[page.index("<main") : page.index("</main>")]


@pytest.mark.parametrize("kind", ["system-admin", "security-admin"])
def test_field_case_the_menu_leads_no_administrator_of_a_district_to_the_connected_systems(kind):
    """Field case: the desk's menu had 接入系统, which answered 403."""
    factories.make_city()
    district = administrator(kind, "990102")
    assert district.get("/desk/systems/").status_code == 403
    assert 'href="/desk/systems/"' not in district.get("/desk/", follow=True).content.decode()
