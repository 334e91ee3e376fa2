"""The registry of systems: who may do what, and what is in force when."""

from dataclasses import replace

import pytest

from tongban.foundation.errors import Conflict, Invalid, NotAllowed
from tongban.people.identity.queries import actor_of_subject
from tongban.people.sso import rules, services
from tongban.people.sso.models import Secret
from tongban.trust.ledger import queries as ledger

from .conftest import Party, answered, officer

pytestmark = [pytest.mark.django_db, pytest.mark.req("B2")]
PERSONAL = {"openid": "", "real-name": "办理提取", "number": "办理提取"}


def types_of(system):
    return [entry.type.removeprefix("sso.") for entry in ledger.entries_of(system.id)]


def test_a_system_goes_from_draft_to_use_with_a_reason_at_each_step(city):
    system = city.draft(scopes=PERSONAL)
    assert system.state == "draft"
    services.submit_system(system.id, actor=city.owner)
    with pytest.raises(Conflict, match="先由安全管理员同意"):
        services.approve_system(system.id, reason="符合规定", actor=city.system_admin)
    services.agree_to_data(system.id, reason="职责需要", actor=city.security_admin)
    system = services.approve_system(system.id, reason="符合规定", actor=city.system_admin)
    assert (system.state, system.client.get_scopes()) == ("approved", ["number", "openid", "real-name"])
    assert types_of(system) == ["SystemDrafted", "SystemSubmitted", "SystemAgreed", "SystemApproved"]
    entry = ledger.entries_of(system.id)[-1]
    assert (entry.reason, entry.actor) == ("符合规定", city.system_admin.name_for_record)


def test_without_personal_data_one_reviewer_is_enough(city):
    system = city.draft(scopes={"openid": ""})
    services.submit_system(system.id, actor=city.owner)
    assert services.approve_system(system.id, reason="符合规定", actor=city.system_admin).state == "approved"


def test_only_the_owners_department_registers_and_only_the_bureaus_administrators_review(city):
    with pytest.raises(NotAllowed):
        services.draft_system(city.department.id, contact_id=city.contact_id, wanted=city.wanted(), actor=city.stranger)
    system = city.draft()
    for act in (services.submit_system, services.make_secret):
        with pytest.raises(NotAllowed):
            act(system.id, actor=city.stranger)
    services.submit_system(system.id, actor=city.owner)
    elsewhere = officer("外人", city.other, "system-admin")
    for who in (city.owner, city.stranger, elsewhere, city.security_admin):
        with pytest.raises(NotAllowed):
            services.approve_system(system.id, reason="符合规定", actor=who)
    with pytest.raises(NotAllowed):
        services.agree_to_data(system.id, reason="符合规定", actor=city.system_admin)


def test_the_settings_name_the_department_that_reviews(city, settings):
    elsewhere = officer("外人", city.other, "system-admin")
    settings.CITY = replace(settings.CITY, data_bureau="003")
    system = city.draft(scopes={"openid": ""})
    services.submit_system(system.id, actor=city.owner)
    with pytest.raises(NotAllowed):
        services.approve_system(system.id, reason="符合规定", actor=city.system_admin)
    assert services.approve_system(system.id, reason="符合规定", actor=elsewhere).state == "approved"


def test_a_returned_system_has_a_reason_and_can_be_submitted_again(city):
    system = city.draft()
    services.submit_system(system.id, actor=city.owner)
    system = services.return_system(system.id, reason="用途没有写清", actor=city.system_admin)
    assert (system.state, system.returned_for) == ("draft", "用途没有写清")
    assert services.submit_system(system.id, actor=city.owner).returned_for == ""


def test_a_change_to_a_system_in_use_takes_effect_after_its_review(city, browser):
    system = city.system()
    party = Party(system, city.secret(system))
    new = "https://gjj.example/new"
    services.change_system(system.id, wanted={"redirect_uris": [new]}, actor=city.owner)
    moved = Party(system, party.secret, new)
    assert moved.ask(browser)[0].status_code == 400
    assert party.sign_in(browser)
    services.submit_system(system.id, actor=city.owner)
    services.approve_system(system.id, reason="符合规定", actor=city.system_admin)
    assert moved.sign_in(browser)
    assert party.ask(browser)[0].status_code == 400


def test_a_change_made_after_the_security_review_is_reviewed_again(city):
    system = city.draft(scopes={"openid": "", "real-name": "办理提取"})
    services.submit_system(system.id, actor=city.owner)
    services.agree_to_data(system.id, reason="职责需要", actor=city.security_admin)
    services.approve_system(system.id, reason="符合规定", actor=city.system_admin)
    services.change_system(system.id, wanted={"scopes": PERSONAL}, actor=city.owner)
    services.submit_system(system.id, actor=city.owner)
    with pytest.raises(Conflict, match="先由安全管理员同意"):
        services.approve_system(system.id, reason="符合规定", actor=city.system_admin)


def test_a_suspended_system_is_out_of_use_at_once_and_can_be_resumed(city, browser):
    system = city.system()
    party = Party(system, city.secret(system))
    tokens = party.sign_in(browser)
    services.suspend_system(system.id, reason="密钥泄露", actor=city.security_admin)
    assert party.userinfo(tokens["access_token"]).status_code == 401
    assert party.ask(browser)[0].status_code == 400
    assert party.post("introspect", token="x").status_code == 401
    services.resume_system(system.id, reason="已换密钥", actor=city.system_admin)
    assert party.sign_in(browser)
    assert party.userinfo(tokens["access_token"]).status_code == 401
    services.retire_system(system.id, reason="不用了", actor=city.owner)
    with pytest.raises(Conflict):
        services.resume_system(system.id, reason="再用", actor=city.system_admin)


def test_secrets_overlap_when_changed_and_end_at_once_after_a_leak(city):
    system = city.system()
    first, second = city.secret(system), city.secret(system)
    for text in (first, second):
        assert Party(system, text).introspect("x") == {"active": False}
    third = city.secret(system)
    assert Party(system, first).post("introspect", token="x").status_code == 401
    leaked = Secret.objects.get(ending=third[-4:])
    services.end_secret(system.id, leaked.id, reason="泄露", actor=city.owner)
    assert Party(system, third).post("introspect", token="x").status_code == 401
    assert Party(system, second).introspect("x") == {"active": False}
    assert types_of(system)[-4:] == ["SecretMade", "SecretMade", "SecretMade", "SecretEnded"]


def test_native_programs_and_drafts_get_no_secret(city):
    with pytest.raises(Conflict):
        services.make_secret(city.system(kind="native").id, actor=city.owner)
    with pytest.raises(Conflict):
        services.make_secret(city.draft(name="草稿").id, actor=city.owner)


@pytest.mark.parametrize(
    ("given", "field"),
    [
        ({"name": "一"}, "name"),
        ({"purpose": "短"}, "purpose"),
        ({"kind": "app"}, "kind"),
        ({"scopes": {"admin": "想要"}}, "scopes"),
        ({"scopes": {"openid": "", "number": ""}}, "scopes"),
        ({"redirect_uris": ["http://gjj.example/"]}, "redirect_uris"),
        ({"logout_uri": "ftp://gjj.example/"}, "logout_uri"),
    ],
)
def test_errors_are_shown_at_their_fields(city, given, field):
    with pytest.raises(Invalid) as refusal:
        city.draft(**given)
    assert refusal.value.field == field


@pytest.mark.parametrize(
    "given",
    [
        {"redirect_uris": []},
        {"scopes": {"profile": "称呼"}},
        {"scopes": {"openid": "", "introspection": "查验"}},
        {"kind": "service", "scopes": {"openid": ""}},
    ],
)
def test_a_contradictory_system_cannot_be_submitted(city, given):
    system = city.draft(**given)
    with pytest.raises(Invalid):
        services.submit_system(system.id, actor=city.owner)


def test_a_system_name_is_unique_within_a_department(city):
    city.draft()
    with pytest.raises(Conflict):
        city.draft()


@pytest.mark.parametrize(
    "address",
    [
        "https://gjj.example/a#b",
        "https://gjj.example/a?b=c",
        "https://u:p@gjj.example/",
        "https://*.example/",
        "https://GJJ.example/",
        "https://gjj.example/a/../b",
        "https://gjj.example\\@evil.example/",
        "https:///callback",
        "https://[bad/",
        "javascript:alert(1)",
        "//gjj.example/",
        "gjj.example",
        "http://localhost.evil.example/",
        "http://127.0.0.1.evil.example/",
        "https://gjj.example:x/",
        "https://公积金.example/",
        "",
    ],
)
def test_ambiguous_addresses_are_not_registered(address):
    assert rules.address_problem(address, loopback=True)


@pytest.mark.parametrize("address", ["https://gjj.example/callback", "https://gjj.example:8443/"])
def test_plain_https_addresses_are_registered(address):
    assert rules.address_problem(address, loopback=False) == ""


@pytest.mark.parametrize("address", ["http://localhost:9000/cb", "http://127.0.0.1/cb", "http://[::1]:9000/cb"])
def test_addresses_without_tls_are_registered_only_for_this_machine_in_development(address):
    assert rules.address_problem(address, loopback=True) == ""
    assert rules.address_problem(address, loopback=False)


def test_every_move_leads_to_an_existing_state():
    assert {to for moves in rules.MOVES.values() for to in moves} <= set(rules.STATES)
    assert set(rules.MOVES) == set(rules.STATES)


def test_an_officer_of_two_departments_cannot_review_their_own_system(city):
    from tongban.people.identity import services as identity

    from .conftest import BY

    identity.appoint(city.system_admin.subject_id, post_id=city.contact_id, actor=BY)
    both = actor_of_subject(city.system_admin.subject_id)
    system = city.draft(scopes={"openid": ""})
    services.submit_system(system.id, actor=city.owner)
    with pytest.raises(NotAllowed, match="自己部门"):
        services.approve_system(system.id, reason="符合规定", actor=both)


def test_consent_is_asked_for_once_and_again_for_more_data(city, browser, account):
    system = city.system(duty="", scopes={"openid": "", "profile": "称呼", "number": "核对"})
    party = Party(system, city.secret(system))
    answer, _ = party.ask(browser, prompt="none")
    assert answered(answer)["error"] == "consent_required"
    page, _ = party.ask(browser)
    words = page.content.decode()
    for said in ("公积金查询", "查询和提取您的住房公积金", "隐去中间字的姓名", "称呼"):
        assert said in words
    asked = words.split('name="asked" value="')[1].split('"')[0]
    refused = browser.post("/sso/consent", {"asked": asked, "decision": "refuse"})
    assert answered(refused) == {"error": "access_denied", "state": "s-1", "iss": answered(refused)["iss"]}
    agreed = browser.post("/sso/consent", {"asked": asked, "decision": "allow"})
    assert "code" in answered(browser.get(agreed["Location"]))
    assert "code" in answered(party.ask(browser)[0])
    assert party.ask(browser, scope="openid number")[0].status_code == 200
    assert party.ask(browser, prompt="consent")[0].status_code == 200


def test_unrequested_consent_cannot_be_given(city, browser):
    assert browser.post("/sso/consent", {"asked": "made-up", "decision": "allow"}).status_code == 422
