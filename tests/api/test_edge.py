"""Malformed input at the edge of the interface: text, JSON, preconditions and idempotency keys."""

import json
import re

import pytest
from django.test.client import BOUNDARY, MULTIPART_CONTENT

from tests.api.test_applying import paper, problem_of, start
from tongban.handling.cases.models import Application
from tongban.people.api.models import IdempotencyKey
from tongban.people.api.pages import etag_of, tags_in

pytestmark = pytest.mark.django_db
BROKEN = [
    '{"answers": {"purpose": "a\\ud800b"}}',
    '{"answers": {"purpose": "\\udc00\\ud800"}}',
    '{"answers": {"\\ud800": "x"}}',
    '{"answers": {"purpose": ["x", {"y": "\\ud83d"}]}}',
    '{"answers": {"purpose": "a\\u0000b"}}',
    '{"answers": {"purpose": NaN}}',
    '{"answers": {"purpose": Infinity}}',
    '{"answers": {"purpose": -Infinity}}',
    '{"answers": {"purpose": 1e999}}',
    '{"answers": {"purpose": [{"y": -1e999}]}}',
    '{"answers": {"purpose": ' + "9" * 5000 + "}}",
    '{"answers": {"purpose": ' + "[" * 100 + "]" * 100 + "}}",
    "[" * 200_000,
    '{"a":' * 100_000,
    b'{"answers": {"purpose": "\xed\xa0\x80"}}',
    b'{"answers": {"purpose": "\xff"}}',
    '{"answers": {"purpose": "x"}',
    "\x00",
]


@pytest.mark.parametrize("number", range(len(BROKEN)))
def test_text_that_cannot_be_stored_is_refused_with_an_explanation(mother, item, number):
    draft = start(mother)
    answer = mother.send("PATCH", f"/applications/{draft['id']}/answers", BROKEN[number])
    assert "请" in problem_of(answer, 400)["detail"]
    assert mother.get(f"/applications/{draft['id']}").json()["answers"] == draft["answers"]


@pytest.mark.parametrize("path", ["/applications", "/verification", "/applications/{}/submission"])
def test_every_operation_with_a_body_refuses_unstorable_text(mother, item, path):
    draft = start(mother)
    for body in BROKEN[:4]:
        problem_of(mother.post(path.format(draft["id"]), body), 400)


def test_a_character_of_two_surrogates_is_accepted(mother, item):
    draft = start(mother)
    body = '{"answers": {"purpose": "入学\\ud83d\\ude00"}}'
    assert mother.send("PATCH", f"/applications/{draft['id']}/answers", body).status_code == 200
    assert mother.get(f"/applications/{draft['id']}").json()["answers"]["purpose"] == "入学😀"


@pytest.mark.parametrize("charset", ["utf-7", "utf-16", "gbk", "hex", "rot13", "no-such"])
def test_an_encoding_other_than_utf_8_is_refused(mother, item, charset):
    """In UTF-7, ASCII bytes can encode a lone surrogate; `hex` is no text encoding at all."""
    draft = start(mother)
    path = f"/api/v1/applications/{draft['id']}/answers"
    headers = mother.headers
    answer = mother.client.generic(
        "PATCH", path, '{"answers": {"purpose": "x"}}', f"application/json; charset={charset}", headers=headers
    )
    body = (
        f'--{BOUNDARY}\r\nContent-Disposition: form-data; name="file"; filename="+2AA-.pdf"\r\n\r\nx\r\n--{BOUNDARY}--'
    )
    upload = mother.client.generic(
        "POST", f"/api/v1/applications/{draft['id']}/materials/paper", body,
        f"{MULTIPART_CONTENT}; charset={charset}", headers=headers,
    )  # fmt: skip
    if charset == "no-such":  # the framework ignores it
        assert answer.status_code == 200
        problem_of(upload, 422)  # the file has no acceptable content
    else:
        problem_of(answer, 400)
        problem_of(upload, 400)
    query = mother.client.get("/search/?q=%2B2AA-", content_type=f"text/plain; charset={charset}")
    assert query.status_code == 200


@pytest.mark.parametrize(
    ("name", "status"),
    [
        ("filename*=utf-7''%2B2AA-.pdf", 422),
        ("filename*=hex''41", 200),
        ("filename*=utf-8''a%00b.pdf", 200),
        ("filename*=idna''xn--a", 422),
    ],
)
def test_a_file_name_that_cannot_be_stored_is_refused_or_cleaned(mother, item, name, status):
    draft = start(mother)
    content = paper().read().decode("latin-1")
    body = f'--{BOUNDARY}\r\nContent-Disposition: form-data; name="file"; {name}\r\n\r\n{content}\r\n--{BOUNDARY}--\r\n'
    answer = mother.client.generic(
        "POST", f"/api/v1/applications/{draft['id']}/materials/paper", body.encode("latin-1"), MULTIPART_CONTENT,
        headers=mother.headers,
    )  # fmt: skip
    assert answer.status_code == status
    page = mother.client.generic("POST", "/verify/", body.encode("latin-1"), MULTIPART_CONTENT)
    assert page.status_code == 422


@pytest.mark.parametrize("kind", ["multipart/form-data", MULTIPART_CONTENT, "multipart/form-data; boundary=天"])
def test_form_data_is_refused_where_json_is_required(mother, item, kind):
    for body in (b"", b"x", b"--BoUnDaRyStRiNg\r\n\r\nx\r\n--BoUnDaRyStRiNg--\r\n"):
        answer = mother.client.generic("POST", "/api/v1/applications", body, kind, headers=mother.headers)
        problem_of(answer, 400 if body else 422)


# -- If-Match, RFC 9110, 13.1.1 and 8.8.3


NO_GUARDS = ["", " ", ",", "abc", "W/", "'x'", '"a', '"a" "b"', '"a", *', "*, *", '"a\x00"', "天"]


@pytest.mark.parametrize("wrong", NO_GUARDS)
def test_an_empty_precondition_allows_no_change(mother, item, wrong):
    draft = start(mother)
    path = f"/applications/{draft['id']}"
    problem = problem_of(mother.send("PATCH", f"{path}/answers", {"answers": {"purpose": "入学"}}, If_Match=wrong), 400)
    assert problem["type"].endswith("bad-if-match")
    assert "ETag" in problem["detail"]
    assert mother.get(path).json()["answers"] == draft["answers"]


def test_if_match_supports_a_star_lists_and_strong_comparison(mother, item):
    draft = start(mother)
    path = f"/applications/{draft['id']}"

    def change(value, guard):
        return mother.send("PATCH", f"{path}/answers", {"answers": {"purpose": value}}, If_Match=guard)

    tag = mother.get(path)["ETag"]
    problem_of(change("一", f"W/{tag}"), 412)  # weak tags never match
    problem_of(change("一", '"a", "b"'), 412)
    assert change("一", f'"a" ,{tag}').status_code == 200
    problem_of(change("二", tag), 412)
    assert change("二", "*").status_code == 200
    assert change("三", " * ").status_code == 200
    gone = mother.send(
        "PATCH", "/applications/0197a000-0000-7000-8000-000000000000/answers", {"answers": {}}, If_Match="*"
    )
    problem_of(gone, 404)


def test_the_documented_pattern_matches_exactly_what_is_accepted(anybody):
    operation = anybody.get("/openapi.json").json()["paths"]["/api/v1/applications/{application_id}/answers"]["patch"]
    (guard,) = [one["schema"] for one in operation["parameters"] if one["name"] == "If-Match"]
    assert guard == {"type": "string", "pattern": guard["pattern"]}
    for taken in (etag_of("x"), "*", " * ", '"a", "b"', f'"a" ,{etag_of("x")}', f"W/{etag_of('x')}", '"a", ,"b"'):
        assert tags_in(taken)
        assert re.search(guard["pattern"], taken), taken
    for wrong in NO_GUARDS:
        assert not re.search(guard["pattern"], wrong), wrong


def test_entity_tags_are_parsed_from_a_list():
    assert tags_in('"a", W/"b" ,, "c,d"') == ['"a"', 'W/"b"', '"c,d"']
    assert tags_in('""') == ['""']
    assert tags_in('"a' + "," * 50_000) is None  # and without endless backtracking


def test_a_malformed_if_none_match_is_ignored(anybody):
    tag = anybody.get("/items/WJ-01")["ETag"]
    for header in ("", "abc", '"a', ","):
        assert anybody.get("/items/WJ-01", If_None_Match=header).status_code == 200
    for header in (f'"a", {tag}', f"W/{tag}", "*"):
        assert anybody.get("/items/WJ-01", If_None_Match=header).status_code == 304


# -- Idempotency-Key, Content-Type, Range


@pytest.mark.parametrize("key", ["", " ", "a b", "a\tb", "a\x00", "a\x7f", "键", "x" * 65, "x" * 10_000])
def test_an_invalid_key_is_refused_and_does_nothing(mother, item, key):
    body = {"kind": "item", "service": "HJ-09"}
    problem = problem_of(mother.post("/applications", body, Idempotency_Key=key), 422)
    assert problem["errors"][0]["pointer"] == "/Idempotency-Key"
    assert not Application.objects.exists()
    assert not IdempotencyKey.objects.exists()


@pytest.mark.parametrize(
    "kind", ["text/plain", "application/xml", "json", "", "application/json;;", "a" * 5000, "天/地"]
)
def test_another_content_type_does_not_crash(mother, item, kind):
    content = json.dumps({"kind": "item", "service": "HJ-09"})
    answer = mother.client.generic("POST", "/api/v1/applications", content, kind, headers=mother.headers)
    assert answer.status_code == (201 if kind.startswith("application/json") else 415)


@pytest.mark.parametrize(
    "asked", ["bytes=0-0", "bytes=-1", "bytes=9-1", "bytes=a", "", "bytes=" + "9" * 5000 + "-", "x"]
)
def test_range_requests_get_the_whole_file(mother, plain_item, city, parents, asked):
    from django.urls import reverse

    from tongban.exchange.licences.models import Licence
    from tongban.people.identity.testing import signed_in

    licence = Licence.objects.filter(holder_id=parents.mother.subject_id).first()
    address = reverse("licences:document", args=[licence.id])
    answer = signed_in(parents.mother.subject_id).get(address, HTTP_RANGE=asked)
    assert (answer.status_code, "Content-Range" in answer.headers) == (200, False)
    assert len(b"".join(answer.streaming_content)) == int(answer["Content-Length"])
