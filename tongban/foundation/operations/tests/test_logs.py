"""The log never contains text typed into an address, and never floods of similar records."""

import io
import logging

import pytest
from django.core.exceptions import PermissionDenied, SuspiciousOperation
from django.db import OperationalError
from django.http import Http404, HttpResponse
from django.test import Client, override_settings
from django.urls import path

from tongban.foundation.operations.logs import MAX_RECORDS, WINDOW, Console, RequestLogFilter
from tongban.foundation.ui.audience import public

NUMBER, NAME = "110101199003078888", "张秀兰"


def _raising(make):
    @public
    def view(request, typed=""):
        raise make(typed or request.GET.get("q", ""))

    return view


@public
def fine(request):
    return HttpResponse("ok")


urlpatterns = [
    path("gone/<str:typed>/", _raising(Http404)),
    path("refused/<str:typed>/", _raising(PermissionDenied)),
    path("bad/<str:typed>/", _raising(SuspiciousOperation)),
    path("broken/<str:typed>/", _raising(lambda typed: ValueError(f"invalid number {typed!r}"))),
    path("broken/", _raising(lambda typed: ValueError(f"invalid number {typed!r}"))),
    path("away/", _raising(lambda typed: OperationalError("connection refused"))),
    path("fine/", fine),
]
handler400 = "tongban.foundation.ui.errorpages.bad_request"
handler403 = "tongban.foundation.ui.errorpages.forbidden"
handler404 = "tongban.foundation.ui.errorpages.not_found"
handler500 = "tongban.foundation.ui.errorpages.server_error"


class Clock:
    now = 0.0

    def __call__(self):
        return self.now


@pytest.fixture
def written():
    """Everything that our handler writes, configured as in the settings."""
    from django.conf import settings

    configured = settings.LOGGING["handlers"]["console"]
    assert configured["class"].endswith("operations.logs.Console")
    assert configured["filters"] == ["discreet"]
    stream, clock = io.StringIO(), Clock()
    console = Console(stream, now=clock)
    console.addFilter(RequestLogFilter())
    console.setFormatter(logging.Formatter("%(levelname)s %(name)s: %(message)s"))
    root = logging.getLogger()
    root.addHandler(console)
    console.clock = clock
    yield console
    root.removeHandler(console)
    console.close()


def lines(console):
    return console.stream.getvalue().splitlines()


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("address", "status", "place"),
    [
        (f"/{NUMBER}", 404, "404 GET /…"),
        (f"/items/{NUMBER}/x?name={NAME}", 404, "404 GET /items/…"),
        (f"/{NAME}/?q={NUMBER}", 404, "404 GET /…"),
        (f"/gone/{NUMBER}/", 404, "404 GET /gone/<str:typed>/"),
        (f"/refused/{NAME}/", 403, "403 GET /refused/<str:typed>/"),
        (f"/bad/{NUMBER}/", 400, "400 GET /bad/<str:typed>/"),
        (f"/broken/{NUMBER}/", 500, "500 GET /broken/<str:typed>/"),
        (f"/broken/?q={NUMBER}", 500, "500 GET /broken/"),
        (f"/broken/?q={NAME}", 500, "500 GET /broken/"),
    ],
)
@override_settings(ROOT_URLCONF=__name__)
def test_text_typed_into_an_address_stays_out_of_the_log(written, address, status, place):
    client = Client(raise_request_exception=False)
    assert client.get(address).status_code == status
    said = written.stream.getvalue()
    assert place in said
    assert NUMBER not in said
    assert NAME not in said
    assert NAME.encode("unicode_escape").decode() not in said


@pytest.mark.django_db
@override_settings(ROOT_URLCONF=__name__)
def test_a_failure_still_says_where_it_happened(written):
    Client(raise_request_exception=False).get(f"/broken/{NUMBER}/")
    said = written.stream.getvalue()
    assert "ValueError: invalid number '…'" in said
    assert "test_logs.py" in said


@pytest.mark.django_db
@override_settings(ROOT_URLCONF=__name__)
def test_an_unreachable_database_causes_one_log_line_and_an_error_page(written):
    answer = Client(raise_request_exception=False).get("/away/")
    assert answer.status_code == 503
    assert answer.headers["Retry-After"]
    assert "数据库暂时连接不上" in answer.content.decode()
    assert [line for line in lines(written) if "django.request" in line] == [
        "ERROR django.request: 503 GET /away/: the database does not answer"
    ]


def shout(times, logger="django.request", message="Not Found: %s"):
    for number in range(times):
        logging.getLogger(logger).warning(message, f"/{number}")


@pytest.mark.parametrize("logger", ["django.request", "django.security.csrf", "tongban.gate"])
def test_repeated_lines_are_counted_instead_of_written(written, logger):
    for _ in range(500):
        logging.getLogger(logger).warning("400 a Host header that is not served")
    assert len(lines(written)) == MAX_RECORDS
    logging.getLogger("tongban.gate").warning("400 another kind")  # not suppressed because of the first kind
    assert len(lines(written)) == MAX_RECORDS + 1
    written.clock.now = WINDOW
    written.summarise()
    assert lines(written)[-1].endswith(f"{500 - MAX_RECORDS} more like it were left out")
    logging.getLogger(logger).warning("400 a Host header that is not served")
    assert len(lines(written)) == MAX_RECORDS + 3


def test_the_number_of_suppressed_lines_is_logged_at_exit(written):
    shout(MAX_RECORDS + 7)
    written.close()
    assert lines(written)[-1].endswith("7 more like it were left out")


def test_lines_that_strangers_cannot_cause_are_never_suppressed(written):
    shout(50, logger="tongban.worker", message="job %s was left")
    assert len(lines(written)) == 50


def test_an_outage_logs_one_line_per_attempt_up_to_a_limit(written):
    for _ in range(50):
        logging.getLogger("psycopg.pool").warning("error connecting in %r: %s", "pool-1", "refused\nIs it\nrunning?")
    assert lines(written) == ["WARNING psycopg.pool: error connecting in 'pool-1': refused"] * MAX_RECORDS
