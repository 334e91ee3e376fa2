"""A gateway that refuses is not reported as having sent, and the person is told what to do next."""

import threading
from http.server import BaseHTTPRequestHandler, HTTPServer

import pytest
from django.test import Client

from tongban.foundation.announcements.testing import run_pending_jobs
from tongban.people.identity.tests.conftest import PASSWORD
from tongban.people.signin import gateways, queries, rules
from tongban.people.signin.models import Code, Message
from tongban.people.signin.services.messages import deliver_message
from tongban.people.signin.tests.conftest import PHONE

pytestmark = [pytest.mark.django_db, pytest.mark.req("B1")]
NEW = {
    "name": "张磊", "number": "990102199208050014", "phone": "13900001111", "password": "Sunny-day-7",
    "again": "Sunny-day-7",
}  # fmt: skip
FAILED = "短信没有发出去"


@pytest.fixture
def gateway(settings):
    """A gateway over HTTP. `answer(status, body)` says how it answers from then on."""
    given = {"status": 200, "body": b'{"id": "m-1"}'}

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self):
            self.rfile.read(int(self.headers["Content-Length"]))
            self.send_response(given["status"])
            self.end_headers()
            self.wfile.write(given["body"])

        def log_message(self, *args):
            pass

    server = HTTPServer(("127.0.0.1", 0), Handler)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    settings.SMS_GATEWAY_URL = f"http://127.0.0.1:{server.server_port}/sms"
    settings.INTERNAL_NETWORKS = []
    yield lambda status, body=b"": given.update(status=status, body=body)
    server.shutdown()
    server.server_close()


@pytest.mark.parametrize(
    ("status", "body"),
    [(400, b""), (403, b'{"error": "signature"}'), (200, b'{"code": "isv.BUSINESS_LIMIT_CONTROL"}'), (200, b"no JSON")],
)
def test_a_refusal_is_final_and_the_registering_person_sees_it(gateway, client, status, body):
    gateway(status, body)
    client.post("/register/", NEW)
    assert "短信正在发送" in client.get("/register/check/").content.decode()
    run_pending_jobs()
    message = Message.objects.get()
    assert (message.state, message.text) == ("failed", "")
    page = client.get("/register/check/").content.decode()
    assert FAILED in page
    assert "带身份证到就近的政务服务中心" in page


def test_an_accepted_message_is_reported_as_handed_over(gateway, client):
    client.post("/register/", NEW)
    run_pending_jobs()
    assert "短信已经交给运营商" in client.get("/register/check/").content.decode()


def test_a_gateway_that_stays_silent_has_failed_after_the_last_try(gateway, client):
    gateway(500)
    client.post("/register/", NEW)
    message = Message.objects.get()
    for _ in range(rules.MAX_TRIES - 1):
        with pytest.raises(gateways.GatewayFailed):
            deliver_message(message.id)
        message.refresh_from_db()
        assert message.state == "waiting", "the queue tries again"
    deliver_message(message.id)
    message.refresh_from_db()
    assert message.state == "failed"


def test_nobody_learns_from_a_failure_whether_a_phone_has_an_account(gateway, account):
    known, unknown = Client(), Client()
    gateway(400)
    known.post("/sign-in/code/", {"phone": PHONE})
    unknown.post("/sign-in/code/", {"phone": "13900009999"})
    run_pending_jobs()
    for visitor in (known, unknown):
        assert FAILED in visitor.get("/sign-in/code/check/").content.decode()
    gateway(200, b'{"id": "m-2"}')
    Client().post("/register/", NEW)
    run_pending_jobs()
    for visitor in (known, unknown):
        assert FAILED not in visitor.get("/sign-in/code/check/").content.decode()


def test_an_officer_who_confirms_is_told_too(gateway, client, account):
    client.post("/sign-in/", {"login_name": "liwenmin", "password": PASSWORD})
    gateway(400)
    client.post("/confirm/", {"send": "1", "next": "/account/password/"})
    run_pending_jobs()
    assert queries.delivery_of(Code.objects.get().id) == "failed"
    page = client.get("/confirm/?next=/account/password/").content.decode()
    assert FAILED in page
    assert "动态口令" in page
