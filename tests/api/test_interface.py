"""Rules of every operation: tokens, scopes, problem details, idempotency keys, cursors, entity tags."""

import json
from datetime import timedelta

import pytest
from django.core.cache import cache
from django.test import Client

from tests.api.conftest import ITEM, ApiClient, token_for
from tests.api.test_applying import problem_of, ready, start
from tongban.foundation import clock
from tongban.foundation.errors import Invalid, NotAllowed
from tongban.foundation.testing import together
from tongban.handling.cases.models import Application
from tongban.handling.cases.tests import factories
from tongban.people.api import queries, services
from tongban.people.api.guesses import is_among_first
from tongban.people.api.models import ApiToken, AskedFor, IdempotencyKey
from tongban.people.api.pages import make_cursor
from tongban.people.identity import services as identity
from tongban.people.identity.actors import Channel
from tongban.trust.ledger import queries as ledger

pytestmark = pytest.mark.django_db


# -- tokens


def test_an_answer_does_not_vary_by_a_cookie_that_no_operation_reads(mother):
    answer = mother.get("/results")
    assert answer.status_code == 200
    assert "Cookie" not in answer.headers.get("Vary", "")


def test_a_token_is_stored_only_as_a_digest_and_recorded(parents):
    token, text = services.issue_token(
        parents.mother.subject_id, label="记账软件", scopes=["results:read"], days=30, actor=factories.CITY
    )
    assert text.startswith("tb_")
    assert text not in json.dumps(list(ApiToken.objects.values()), default=str)
    assert queries.actor_of(queries.token_of(text)).channel == Channel.API
    services.revoke_token(token.id, reason="不用了", actor=factories.CITY)
    services.revoke_token(token.id, reason="不用了", actor=factories.CITY)
    assert [e.type.rpartition(".")[2] for e in ledger.entries_of(token.id)] == ["TokenIssued", "TokenRevoked"]


def test_a_call_stores_the_day_of_use_and_looking_up_the_token_does_not(parents, django_assert_num_queries):
    text = token_for(parents.mother.subject_id)
    assert queries.token_of(text).token.used_on is None
    assert ApiToken.objects.get().used_on is None
    with clock.at_moment(clock.now()):
        assert ApiClient(text).get("/applications").status_code == 200
        assert ApiToken.objects.get().used_on == clock.legal_day(clock.now())
        with django_assert_num_queries(1):
            assert services.authenticate_token(text) is not None


@pytest.mark.parametrize(
    ("changes", "error"),
    [
        ({"scopes": []}, Invalid),
        ({"scopes": ["everything"]}, Invalid),
        ({"days": 0}, Invalid),
        ({"days": 4000}, Invalid),
        ({"label": " "}, Invalid),
    ],
)
def test_a_token_with_invalid_data_is_not_issued(parents, changes, error):
    asked = {"label": "测试", "scopes": ["results:read"], "days": 30} | changes
    with pytest.raises(error):
        services.issue_token(parents.mother.subject_id, actor=factories.CITY, **asked)


@pytest.mark.req("B5")
def test_officers_and_strangers_to_a_firm_get_no_tokens(city, parents):
    asked = {"label": "测试", "scopes": ["results:read"], "days": 30, "actor": factories.CITY}
    with pytest.raises(NotAllowed):
        services.issue_token(city.officer("市公安局", "window").subject_id, **asked)
    with pytest.raises(NotAllowed):
        services.issue_token(parents.mother.subject_id, principal_id=parents.father.subject_id, **asked)


@pytest.mark.req("B5")
def test_revoked_expired_and_made_up_tokens_give_no_access(parents):
    text = token_for(parents.mother.subject_id)
    assert ApiClient(text).get("/applications").status_code == 200
    with clock.at_moment(clock.now() + timedelta(days=31)):
        problem_of(ApiClient(text).get("/applications"), 401)
    services.revoke_token(ApiToken.objects.get().id, reason="", actor=factories.CITY)
    for wrong in (text, "tb_made-up", "", "x" * 5000, "令牌"):
        answer = ApiClient(wrong).get("/applications") if wrong.isascii() else ApiClient().get("/applications")
        problem_of(answer, 401)
        assert answer["WWW-Authenticate"] == "Bearer"


@pytest.mark.req("B5")
def test_a_token_ends_with_its_holders_account(parents):
    subject = parents.mother.subject_id
    account = identity.open_account("mother", password="a long one 1", subject_id=subject, actor=factories.CITY)
    text = token_for(subject)
    assert ApiClient(text).get("/applications").status_code == 200
    identity.close_account(account.id, reason="本人注销", actor=factories.CITY)
    problem_of(ApiClient(text).get("/applications"), 401)


@pytest.mark.req("B5")
def test_a_session_does_not_replace_a_token(parents):
    from tongban.people.identity.testing import signed_in

    assert signed_in(parents.mother.subject_id).get("/api/v1/applications").status_code == 401


@pytest.mark.req("B5")
def test_nobody_sees_other_peoples_data(mother, item, parents):
    draft = ready(mother)
    father = ApiClient(token_for(parents.father.subject_id))
    application = f"/applications/{draft['id']}"
    for method, path, body in (
        ("GET", application, None),
        ("PATCH", f"{application}/answers", {"answers": {}}),
        ("POST", f"{application}/submission", {"checked": draft["stamp"]}),
        ("DELETE", application, None),
    ):
        problem_of(father.send(method, path, body), 404)
    assert father.get("/applications").json()["applications"] == []


# -- problems


@pytest.mark.parametrize(
    ("method", "path", "body", "status"),
    [
        ("GET", "/nothing", None, 404),
        ("PUT", "/items", None, 405),
        ("POST", "/verification", "{", 400),
        ("POST", "/verification", b'{"code": "\xff"}', 400),
        ("POST", "/verification", "[" * 100_000, 400),
        ("POST", "/verification", "null", 422),
        ("POST", "/verification", '{"code": "\\u0000\\u0000\\u0000\\u0000\\u0000\\u0000"}', 400),
        ("POST", "/verification", '{"code": "\\ud800aaaaaa"}', 400),
        ("POST", "/verification", {"code": "A" * 20, "more": 1}, 422),
        ("POST", "/verification", {"code": "A" * 20}, 404),
        ("GET", "/items/%00", None, 400),
        ("GET", "/items?limit=0", None, 422),
        ("GET", "/items?q=%00", None, 400),
        ("GET", "/items/hj-01", None, 422),
    ],
)
def test_bad_requests_get_problem_details(anybody, method, path, body, status):
    problem = problem_of(anybody.send(method, path, body), status)
    assert problem["status"] == status
    assert problem["detail"]


@pytest.mark.req("H2")
def test_ten_megabytes_of_json_are_refused_without_being_read(anybody):
    problem_of(anybody.post("/verification", '{"code": "' + "A" * 10_000_000 + '"}'), 413)


def test_another_media_type_is_refused(anybody):
    answer = anybody.client.generic("POST", "/api/v1/verification", "code=1", "application/x-www-form-urlencoded")
    problem_of(answer, 415)


@pytest.mark.req("H2")
def test_an_internal_error_reveals_nothing(anybody, monkeypatch):
    monkeypatch.setattr("tongban.handling.catalog.api.queries.bundles", lambda: 1 / 0)
    problem = problem_of(anybody.get("/bundles"), 500)
    assert "Zero" not in json.dumps(problem)


def test_pointers_name_the_place_of_an_error(anybody):
    problem = problem_of(anybody.post("/verification", {"colour": 1}), 422)
    assert {(e["pointer"], e["detail"]) for e in problem["errors"]} == {
        ("/code", "缺少这个字段，请补上"),
        ("/colour", "没有这个字段，请删去或检查拼写"),
    }


# -- idempotency


def begin(client, key, body=None):
    return client.post("/applications", body or {"kind": "item", "service": ITEM}, Idempotency_Key=key)


def test_a_request_with_a_key_is_executed_once(mother, item):
    first, second = begin(mother, "a"), begin(mother, "a")
    assert first.json() == second.json()
    assert (first.status_code, second.status_code) == (201, 201)
    assert second["Idempotency-Replayed"] == "true"
    assert "Idempotency-Replayed" not in first


def test_a_key_reused_with_another_body_is_refused(mother, item):
    begin(mother, "a")
    problem = problem_of(begin(mother, "a", {"kind": "bundle", "service": "birth"}), 422)
    assert problem["type"] == "urn:tongban:problem:idempotency-key-reused"
    assert Application.objects.count() == 1


def test_a_refusal_is_not_stored_under_its_key(mother, item):
    problem_of(begin(mother, "a", {"kind": "item", "service": "ZZ-99"}), 404)
    assert not IdempotencyKey.objects.exists()
    assert begin(mother, "a").status_code == 201


def test_keys_of_two_tokens_are_independent(mother, item, parents):
    begin(mother, "a")
    father = ApiClient(token_for(parents.father.subject_id))
    assert begin(father, "a").status_code == 201
    assert Application.objects.count() == 2


def test_a_stored_answer_cannot_be_read_in_the_table(mother, item):
    begin(mother, "a")
    raw = bytes(IdempotencyKey.objects.extra(select={"raw": "answer"}).values_list("raw", flat=True)[0])
    assert "李文敏".encode() not in raw
    assert b"HJ-09" not in raw


def test_old_keys_are_forgotten(mother, item):
    begin(mother, "a")
    assert services.forget_old_keys() == 0
    with clock.at_moment(clock.now() + timedelta(hours=25)):
        assert services.forget_old_keys() == 1


@pytest.mark.parametrize("key", ["x" * 65, "a\tb"])
def test_an_idempotency_key_has_a_fixed_format(mother, item, key):
    problem_of(begin(mother, key), 422)


@pytest.mark.django_db(transaction=True)
def test_two_identical_parallel_requests_are_executed_once(parents, item):
    text = token_for(parents.mother.subject_id)
    answers = together(*[lambda: begin(ApiClient(text), "same")] * 2)
    assert {answer.status_code for answer in answers} == {201}
    assert answers[0].content == answers[1].content
    assert Application.objects.count() == 1


# -- cursors and entity tags


def test_a_list_is_paged_by_cursor(anybody):
    codes, cursor, pages = [], "", 0
    while cursor is not None:
        page = anybody.get(f"/items?limit=4&cursor={cursor}").json()
        codes += [row["code"] for row in page["items"]]
        cursor, pages = page["next"], pages + 1
    assert (len(codes), pages) == (9, 3)
    assert codes == sorted(set(codes))


def test_a_cursor_stays_valid_the_next_day(anybody):
    with clock.at_moment(clock.now() - timedelta(days=1)):
        cursor = anybody.get("/items?limit=4").json()["next"]
    assert len(anybody.get(f"/items?limit=4&cursor={cursor}").json()["items"]) == 4


def test_a_forged_cursor_is_refused(anybody):
    own = make_cursor("items", "HJ-01")
    for cursor in ("made-up", "a:b:c", make_cursor("results", "HJ-01"), own[:-1] + ("A" if own[-1] != "A" else "B")):
        problem_of(anybody.get(f"/items?cursor={cursor}"), 400)


def test_unchanged_data_is_not_sent_again(anybody):
    first = anybody.get("/items/WJ-01")
    again = anybody.get("/items/WJ-01", If_None_Match=first["ETag"])
    assert (again.status_code, again.content) == (304, b"")


def test_a_change_based_on_an_old_version_is_refused(mother, item):
    draft = start(mother)
    path = f"/applications/{draft['id']}"
    tag = mother.get(path)["ETag"]
    answers = {"answers": {"purpose": "入学"}}
    assert mother.send("PATCH", f"{path}/answers", answers, If_Match=tag).status_code == 200
    problem_of(mother.send("PATCH", f"{path}/answers", answers, If_Match=tag), 412)


def test_too_many_requests_are_answered_with_the_time_to_wait(anybody, monkeypatch):
    from tongban.site.api import api

    for throttle in api.throttle:
        monkeypatch.setattr(throttle, "address", 2)
    half_past = clock.now().replace(second=30, microsecond=500_000)
    with clock.at_moment(half_past):
        answers = [anybody.get("/items/WJ-01") for _ in range(3)]
        assert [answer.status_code for answer in answers] == [200, 200, 429]
        assert answers[-1]["Retry-After"] == "30"
        assert anybody.get("/items/WJ-01", X_Forwarded_For="203.0.113.9").status_code == 429
    with clock.at_moment(half_past + timedelta(seconds=30)):
        assert anybody.get("/items/WJ-01").status_code == 200


def test_an_ipv6_network_has_one_allowance(anybody, monkeypatch):
    from tongban.site.api import api

    for throttle in api.throttle:
        monkeypatch.setattr(throttle, "address", 2)
    with clock.at_moment(clock.now()):
        answers = [Client(REMOTE_ADDR=f"2001:db8:1:2::{n:x}").get("/api/v1/items/WJ-01") for n in range(1, 4)]
        assert [answer.status_code for answer in answers] == [200, 200, 429]
        assert Client(REMOTE_ADDR="2001:db8:1:3::1").get("/api/v1/items/WJ-01").status_code == 200


def test_each_bearer_has_their_own_allowance(mother, anybody, monkeypatch):
    from tongban.site.api import api

    for throttle in api.throttle:
        monkeypatch.setattr(throttle, "bearer", 2)
    now = clock.now()
    with clock.at_moment(now):
        assert [mother.get("/applications").status_code for _ in range(3)] == [200, 200, 429]
        assert anybody.get("/items/WJ-01").status_code == 200
    counted = dict(AskedFor.objects.values_list("whose", "requests"))
    assert sorted(counted.values()) == [1, 3]
    assert not any("127.0.0.1" in whose for whose in counted)
    with clock.at_moment(now + timedelta(hours=1)):
        services.forget_old_keys()
    assert not AskedFor.objects.exists()


def test_cleaning_up_in_the_middle_of_an_hour_keeps_its_counts(rf, db):
    hour = clock.now().replace(minute=0, second=0)
    request = rf.get("/")
    for minutes in (0, 30, 59):
        with clock.at_moment(hour + timedelta(minutes=minutes)):
            assert is_among_first(request, "search", most=3), minutes
            services.forget_old_keys()
    with clock.at_moment(hour + timedelta(minutes=59, seconds=59)):
        assert not is_among_first(request, "search", most=3)
    with clock.at_moment(hour + timedelta(minutes=60)):
        services.forget_old_keys()
        assert not AskedFor.objects.exists()
        assert is_among_first(request, "search", most=1)


def test_many_callers_do_not_reset_each_others_counts(db):
    """Django's default cache drops entries beyond 300, which would lose the counts and the used one-time codes."""
    cache.set_many({f"caller-{number:03}": number for number in range(400)})
    cache.set("one-more", 1)
    assert len(cache.get_many([f"caller-{number:03}" for number in range(400)])) == 400


def test_filters_narrow_a_search(anybody):
    found = anybody.get("/items?q=新生儿").json()["items"]
    assert found
    assert anybody.get("/items?q=新生儿&serves=organisation").json()["items"] == []
