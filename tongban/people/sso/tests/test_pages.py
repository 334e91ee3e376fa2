"""Pages of owners, reviewers and people; and tokens of the provider at the programming interface."""

import pytest
from django.test import Client

from tongban.people.identity.testing import signed_in, with_phone
from tongban.people.signin.testing import confirm, prove_again
from tongban.people.sso import services
from tongban.people.sso.models import System

from .conftest import BACK, Party

pytestmark = [pytest.mark.django_db, pytest.mark.req("B2")]


def form(**given):
    return {
        "name": "公积金查询",
        "kind": "web",
        "purpose": "查询和提取您的住房公积金",
        "redirect_uris": BACK,
        "scopes": ["openid", "profile"],
        "why_profile": "称呼本人",
    } | given


def test_an_owner_registers_a_system_and_gets_its_secret(city):
    owner = prove_again(signed_in(city.owner.subject_id))
    assert "还没有登记系统" in owner.get("/desk/systems/").content.decode()
    answer = owner.post("/desk/systems/new/", form())
    address = answer["Location"]
    assert "提交审核" in owner.get(address).content.decode()
    owner.post(f"{address}submissions/")
    reviewer = prove_again(signed_in(city.system_admin.subject_id))
    assert "公积金查询" in reviewer.get("/desk/systems/?state=waiting").content.decode()
    reviewer.post(f"{address}approvals/", {"reason": "符合规定"})
    assert System.objects.get().state == "approved"
    owner.post(f"{address}secrets/")
    shown = owner.get(address).content.decode()
    secret = shown.split('<code id="secret">')[1].split("<")[0]
    assert Party(System.objects.get(), secret).introspect("x") == {"active": False}
    assert secret not in owner.get(address).content.decode(), "shown twice"


@pytest.mark.req("B3")
def test_reviews_and_secrets_ask_for_a_proof_first(city):
    system = city.system()
    address = f"/desk/systems/{system.id}/"
    reviewer = with_phone(city.security_admin.subject_id)
    asked = reviewer.post(f"{address}suspensions/", {"reason": "密钥泄露"})
    assert System.objects.get().state == "approved"
    assert confirm(reviewer, asked)["Location"] == address
    assert System.objects.get().state == "suspended"
    owner = signed_in(city.owner.subject_id)
    assert owner.post(f"{address}secrets/")["Location"].startswith("/confirm/")
    assert owner.post(f"{address}resumptions/", {"reason": "已更换"}).status_code == 403, (
        "no question for who may not anyway"
    )
    assert reviewer.post(f"{address}secrets/").status_code == 403
    assert signed_in(city.stranger.subject_id).post(f"{address}secrets/").status_code == 403


def test_errors_are_shown_at_their_fields_and_the_input_is_kept(city):
    owner = signed_in(city.owner.subject_id)
    answer = owner.post("/desk/systems/new/", form(redirect_uris="http://gjj.example/", why_profile=""))
    page = answer.content.decode()
    assert answer.status_code == 422
    assert "请填以 https:// 开头的完整网址" in page
    assert "查询和提取您的住房公积金" in page
    assert owner.post("/desk/systems/new/", form(scopes=[])).status_code == 422
    assert owner.post("/desk/systems/new/", form(scopes=["root"])).status_code == 422
    assert not System.objects.exists()


def test_strangers_cannot_see_a_system(city, account):
    address = f"/desk/systems/{city.draft().id}/"
    assert Client().get(address)["Location"].startswith("/sign-in/")
    assert signed_in(account.subject_id).get(address).status_code == 403
    stranger = signed_in(city.stranger.subject_id)
    assert stranger.get(address).status_code == 403
    assert stranger.get(f"{address}edit/").status_code == 403
    assert stranger.post(f"{address}submissions/").status_code == 403
    assert "公积金查询" not in stranger.get("/desk/systems/").content.decode()
    reviewer = signed_in(city.security_admin.subject_id)
    assert reviewer.get(address).status_code == 200
    assert reviewer.get(f"{address}edit/").status_code == 403
    assert reviewer.post(f"{address}secrets/").status_code == 403


def test_a_refused_step_is_explained_on_the_page(city):
    reviewer = prove_again(signed_in(city.system_admin.subject_id))
    address = f"/desk/systems/{city.draft().id}/"
    answer = reviewer.post(f"{address}approvals/", {"reason": "符合规定"})
    assert answer.status_code == 409
    assert "没有等待审核的内容" in answer.content.decode()


def test_a_step_without_a_reason_is_asked_for_one_at_the_field(city):
    system = city.system()
    reviewer = prove_again(signed_in(city.security_admin.subject_id))
    answer = reviewer.post(f"/desk/systems/{system.id}/suspensions/", {"reason": "急"})
    page = answer.content.decode()
    assert answer.status_code == 422
    assert 'href="#id_reason_suspensions"' in page
    assert 'value="急"' in page
    assert "请用 2 至 300 个字写明理由" in page
    assert System.objects.get().state == "approved"


def test_a_secret_is_ended_at_its_own_address(city):
    system = city.system()
    owner = prove_again(signed_in(city.owner.subject_id))
    owner.post(f"/desk/systems/{system.id}/secrets/")
    newest = system.secrets.latest("made_at")
    owner.post(f"/desk/systems/{system.id}/secrets/{newest.id}/endings/")
    newest.refresh_from_db()
    assert newest.ends_at is not None


def test_the_list_needs_the_same_number_of_queries_for_any_length(city, django_assert_num_queries):
    from django.db import connection
    from django.test.utils import CaptureQueriesContext

    reviewer = signed_in(city.system_admin.subject_id)
    counts = []
    for many in (1, 18):
        for number in range(many):
            city.draft(name=f"系统{many}-{number}")
        reviewer.get("/desk/systems/")
        with CaptureQueriesContext(
            connection,
        ) as captured:
            reviewer.get("/desk/systems/")
        counts.append(len(captured))
    assert counts[0] == counts[1]


def test_a_person_sees_which_system_knows_what_and_can_revoke_it(city, party, browser, account):
    tokens = party.sign_in(browser)
    page = browser.get("/my/systems/").content.decode()
    for said in ("公积金查询", "隐去中间字的姓名", "住房公积金管理条例", "已登录"):
        assert said in page
    browser.post(f"/my/systems/{party.system.id}/leave/")
    assert party.userinfo(tokens["access_token"]).status_code == 401
    assert "没有登录" in browser.get("/my/systems/").content.decode()
    stranger = signed_in(city.owner.subject_id)
    assert stranger.post(f"/my/systems/{party.system.id}/leave/").status_code == 404
    assert Client().get("/my/systems/").status_code == 302


def test_a_token_of_the_provider_works_at_the_interface_within_its_scopes(city, browser, account):
    scopes = {"openid": "", "applications:read": "显示办件"}
    system = city.system(scopes=scopes)
    token = Party(system, city.secret(system)).sign_in(browser, scope="openid applications:read")["access_token"]
    api = Client(headers={"authorization": f"Bearer {token}"})
    assert api.get("/api/v1/applications").status_code == 200
    assert api.get("/api/v1/results").status_code == 403
    assert Client(headers={"authorization": f"Bearer {token}x"}).get("/api/v1/applications").status_code == 401
    services.suspend_system(system.id, reason="泄露", actor=city.security_admin)
    assert api.get("/api/v1/applications").status_code == 401


def test_an_officers_token_of_the_provider_is_refused_at_the_interface(city):
    system = city.system(scopes={"openid": "", "applications:read": "显示办件"})
    browser = prove_again(signed_in(city.stranger.subject_id))
    token = Party(system, city.secret(system)).sign_in(browser, scope="openid applications:read")["access_token"]
    assert Client(headers={"authorization": f"Bearer {token}"}).get("/api/v1/applications").status_code == 401


def test_a_system_learns_the_posts_of_an_officer(city):
    system = city.system(scopes={"openid": "", "posts": "内部办公"})
    party = Party(system, city.secret(system))
    browser = prove_again(signed_in(city.stranger.subject_id))
    told = party.userinfo(party.sign_in(browser, scope="openid posts")["access_token"])
    assert told.json()["posts"] == [{"department": "市自然资源局", "kind": "head"}]


def test_a_person_coming_from_our_own_form_gets_a_page_that_redirects(party, browser):
    for headers in ({"sec-fetch-site": "same-origin"}, {"referer": "http://testserver/sign-in/"}):
        browser.defaults.clear()
        given = {f"HTTP_{name.upper().replace('-', '_')}": value for name, value in headers.items()}
        browser.defaults.update(given)
        answer, _ = party.ask(browser)
        assert answer.status_code == 200
        assert f'http-equiv="refresh" content="0;url={BACK}?code=' in answer.content.decode()
