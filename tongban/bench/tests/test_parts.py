"""The parts of the benchmarks: wrong answers are problems, forms are read as by browsers, statements are counted."""

import pytest
from django.db import connection, transaction

from tongban.bench.browser import Browser, Refused, links
from tongban.bench.compare import table
from tongban.bench.forms import forms_of, hidden_values
from tongban.bench.load import together
from tongban.bench.pages.measuring import first_view, measure
from tongban.bench.problems import SHOWN, Problems
from tongban.bench.statements import counted
from tongban.bench.transports import InProcess

PAGE = """
<form action="/sign-out/" method="post"><input type="hidden" name="token" value="other"></form>
<form method="post">
  <input type="hidden" name="token" value="a&amp;b"><input name="name" required><input name="given" value="李">
  <input type="radio" name="sex" value="f"><input type="radio" name="sex" value="m">
  <input type="radio" name="way" value="1"><input type="radio" name="way" value="2" checked>
  <input type="checkbox" name="sure" value="yes" required><input type="checkbox" name="more" value="yes">
  <select name="town"><option value="">请选择</option><option value="990102">云江区</option></select>
  <textarea name="why"></textarea><input type="file" name="scan"><input name="off" disabled value="x">
  <button>下一步</button><button name="later" value="1">以后再填</button>
</form>
<a href="/my/?page=2&amp;q=1">我的</a>
<a href="//elsewhere/">别处</a><a href="https://gov.cn/">外面</a><a href="#main">主要</a>
"""


def answering(*answers):
    """Return a WSGI application that gives these (status, body) one after the other, and the last one for ever."""
    left = list(answers)

    def application(environ, start_response):
        status, body = left.pop(0) if len(left) > 1 else left[0]
        start_response(f"{status} said", [("Content-Type", "text/html"), ("Set-Cookie", "session=1; Path=/")])
        return [body.encode()]

    return application


@pytest.mark.django_db
@pytest.mark.parametrize("later", [(403, "refused"), (500, "x" * 4000), (200, "much less")])
def test_an_answer_that_differs_from_the_first_is_a_problem(later):
    """`bench read` measured a page of refusal and reported that the platform was nearly as fast as a bare view."""
    problems = Problems()
    measure(Browser(InProcess(answering(*[(200, "x" * 4000)] * 2, later))), "/", 3, problems)
    assert problems.count == 3 + 3 * (later[0] == 403)


@pytest.mark.django_db
def test_equal_answers_are_no_problem():
    problems = Problems()
    found = measure(Browser(InProcess(answering((200, "x" * 4000)))), "/", 3, problems)
    assert problems.count == 0
    assert (found["status"], found["bytes"], found["sent"], found["queries"]) == (200, 4000, 4000, 0)


@pytest.mark.django_db
def test_a_style_sheet_that_is_missing_is_a_problem():
    problems = Problems()
    page = '<link rel="stylesheet" href="/a.css">'
    found = first_view(Browser(InProcess(answering((200, page), (200, page), (404, "none")))), "/", problems)
    assert problems.figures()["first"] == ["/a.css, which / loads, answered 404 (1×)"]
    assert found["requests"] == 2


def test_a_client_that_fails_is_a_problem():
    problems = Problems()

    def work(number, going):
        raise Refused("403")

    together(2, 0.01, work, problems)
    assert problems.figures() == {"count": 2, "first": ["Refused: 403 (2×)"]}


def test_problems_are_counted_and_the_first_ones_shown():
    problems = Problems()
    for number in range(SHOWN + 5):
        problems.add(f"problem {number}")
    problems.expect(True, "no problem")
    assert problems.figures()["count"] == SHOWN + 5
    assert len(problems.figures()["first"]) == SHOWN


def test_a_form_is_filled_in_as_a_person_does():
    form = forms_of(PAGE)[1]
    sent = form.filled({"name": "李文敏", "sex": "m", "unknown": "x"}, "办事使用")
    assert sent == {
        "token": "a&b", "name": "李文敏", "given": "李", "sex": "m", "way": "2", "sure": "yes", "town": "990102",
        "why": "办事使用",
    }  # fmt: skip
    assert form.filled({"more": "yes"})["more"] == "yes"
    assert form.with_values({"token": "new", "other": "x"}).values == {"token": "new", "given": "李", "way": "2"}


def test_hidden_fields_and_links_of_a_page():
    assert hidden_values(PAGE) == {"token": "a&b"}
    assert links(PAGE) == ["/my/?page=2&q=1"]


def test_a_browser_keeps_cookies_until_they_end():
    seen = []

    def application(environ, start_response):
        seen.append(environ.get("HTTP_COOKIE", ""))
        ends = "; Max-Age=0" if len(seen) > 1 else ""
        start_response("200 OK", [("Set-Cookie", f"session=1{ends}")])
        return [b""]

    browser = Browser(InProcess(application))
    for _ in range(3):
        browser.get("/")
    assert seen == ["", "session=1", ""]


@pytest.mark.django_db
def test_statements_are_counted_with_savepoints_and_past_django():
    with counted() as statements, transaction.atomic():
        with connection.cursor() as cursor:
            cursor.execute("SELECT 1")
        connection.connection.execute("SELECT 2")
        connection.connection.execute("")
    assert statements.checks == 1
    assert [text.split()[0] for text in statements.texts] == ["SAVEPOINT", "SELECT", "SELECT", "RELEASE"]
    with connection.cursor() as cursor:
        cursor.execute("SELECT 3")
    assert len(statements) == 4


def test_two_results_are_compared_page_by_page():
    def result(ms, more=()):
        row = {"page": "home", "role": "nobody", "ms": ms, "queries": 4, "sent": 100}
        return {"fixed": [{**row, "page": "shell"}], "pages": [row, *more]}

    found = table(result(4.0), result(0.5, [{"page": "new", "role": "nobody", "ms": 1, "queries": 0, "sent": 1}]))
    assert "| home | nobody | 4.0 | 0.5 | 4 | 4 | 100 | 100 |" in found
    assert "| (shell) | nobody | 4.0 | 0.5 |" in found
    assert "new" not in found
    assert "2 pages: 8 ms before, 1 ms after." in found
