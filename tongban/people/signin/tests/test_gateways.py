"""Short messages leave through a gateway over HTTP, and its absence or failure is told without their text."""

import json
import threading
from http.server import BaseHTTPRequestHandler, HTTPServer

import pytest

from tongban.foundation import clock
from tongban.people.signin import carriers, gateways
from tongban.people.signin.models import Message
from tongban.people.signin.services import messages
from tongban.people.signin.tests.conftest import PHONE

pytestmark = [pytest.mark.django_db, pytest.mark.req("B1")]


class _Gateway(BaseHTTPRequestHandler):
    answers: list = []
    taken: list = []

    def do_POST(self):
        body = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
        self.taken.append((body, self.headers.get("Authorization")))
        status = self.answers.pop(0) if self.answers else 200
        self.send_response(status)
        if status == 302:
            self.send_header("Location", "http://127.0.0.1:9/")
        self.end_headers()
        self.wfile.write(b'{"id": "m-1"}')

    def log_message(self, *args):
        pass


@pytest.fixture
def gateway():
    _Gateway.answers, _Gateway.taken = [], []
    server = HTTPServer(("127.0.0.1", 0), _Gateway)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield gateways.HttpGateway(f"http://127.0.0.1:{server.server_port}/sms", "token-1", pause=0)
    server.shutdown()
    server.server_close()


def test_the_gateway_gets_the_documented_request(gateway):
    assert gateway.send("13800000000", "您好", key="k") == "m-1"
    assert _Gateway.taken == [({"phone": "13800000000", "text": "您好", "key": "k"}, "Bearer token-1")]


def test_a_busy_gateway_is_called_again_with_the_same_key(gateway):
    _Gateway.answers = [503, 429]
    assert gateway.send("13800000000", "您好", key="k") == "m-1"
    assert {body["key"] for body, _ in _Gateway.taken} == {"k"}
    assert len(_Gateway.taken) == 3


@pytest.mark.parametrize(("answers", "tries"), [([400], 1), ([302], 1), ([500, 500, 500], 3)])
def test_an_error_of_the_gateway_does_not_contain_the_message(gateway, answers, tries):
    _Gateway.answers = list(answers)
    with pytest.raises(gateways.GatewayFailed) as failed:
        gateway.send("13800000000", "验证码 123456", key="k")
    assert len(_Gateway.taken) == tries
    assert "123456" not in str(failed.value)
    assert "138" not in str(failed.value)


def test_messages_sent_by_a_real_gateway_are_not_stored(gateway, settings, client, account):
    from tongban.foundation.announcements.testing import run_pending_jobs

    settings.SMS_GATEWAY_URL = gateway.url
    client.post("/sign-in/code/", {"phone": PHONE})
    run_pending_jobs()
    message = Message.objects.get()
    assert (message.state, message.text, message.receipt) == ("sent", "", "m-1")


@pytest.mark.parametrize(("name", "value"), [("PRODUCTION", True), ("DEMO", False)])
def test_the_demos_carrier_and_gateway_are_absent_in_production(settings, name, value):
    setattr(settings, name, value)
    assert carriers.current() is None
    with pytest.raises(gateways.GatewayFailed):
        gateways.current().send(PHONE, "x", key="k")


def test_a_notice_without_a_gateway_is_given_up_with_one_line(account, settings, caplog):
    settings.DEMO = False
    messages.send_message(PHONE, "您的账号密码刚刚修改过。", at=clock.now())
    message = Message.objects.get()
    messages.deliver_message(message.id)
    message.refresh_from_db()
    assert (message.state, message.text) == ("failed", "")
    (line,) = [record for record in caplog.records if record.name == "tongban.signin"]
    assert "TONGBAN_SMS_URL" in line.getMessage()
    assert line.exc_info is None
