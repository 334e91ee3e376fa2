"""Registered addresses are called only if they lead outside, whatever they look like and resolve to."""

import re
import socket
import ssl
import threading
import time
import traceback
from contextlib import suppress
from datetime import UTC, datetime, timedelta
from http.server import BaseHTTPRequestHandler, HTTPServer
from ipaddress import ip_address, ip_network

import httpcore
import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from cryptography.x509.oid import NameOID
from django.http import HttpResponse

from tongban.foundation import networks, outbound, tracing
from tongban.foundation.operations.middleware import TraceMiddleware
from tongban.people.sso import rules

pytestmark = pytest.mark.req("H2")
INSIDE = [
    "127.0.0.1", "127.8.9.1", "10.1.2.3", "172.16.0.1", "172.31.255.255", "192.168.1.1", "169.254.169.254",
    "100.64.0.1", "100.100.100.200", "0.0.0.0", "0.1.2.3", "255.255.255.255", "224.0.0.1", "240.0.0.1", "192.0.0.1", 
    "198.18.0.1",
    "192.0.2.1", "198.51.100.1", "203.0.113.1", "::", "::1", "fe80::1", "fec0::1", "fc00::1", "fd00:ec2::254",
    "ff02::1",
    "::ffff:127.0.0.1", "::ffff:10.0.0.1", "::ffff:169.254.169.254", "::127.0.0.1", "2002:7f00:1::", "2002:a00:1::1",
    "64:ff9b::7f00:1", "64:ff9b::a9fe:a9fe", "64:ff9b:1::1", "2001:db8::1", "2001:0:4136:e378:8000:63bf:80ff:fffe",
]  # fmt: skip
OUTSIDE = ["1.2.4.8", "8.8.8.8", "223.5.5.5", "2400:3200::1", "::ffff:8.8.8.8", "64:ff9b::808:808"]


@pytest.mark.parametrize("text", INSIDE)
def test_internal_addresses_are_never_called(text):
    assert not networks.may_be_called(ip_address(text))


@pytest.mark.parametrize("text", OUTSIDE)
def test_public_addresses_are_called(text):
    assert networks.may_be_called(ip_address(text))


def test_only_internal_networks_that_the_city_allowed_are_called():
    allowed = networks.networks_of("10.20.0.0/16, fd00:20::/32")
    for text in ("10.20.3.4", "::ffff:10.20.3.4", "fd00:20::1"):
        assert networks.may_be_called(ip_address(text), allowed=allowed), text
    for text in ("10.21.3.4", "127.0.0.1", "fd00:21::1", "169.254.169.254"):
        assert not networks.may_be_called(ip_address(text), allowed=allowed), text
    with pytest.raises(ValueError, match="10.20.0.1/16"):
        networks.networks_of("10.20.0.1/16")


HOSTS = [
    "localhost", "a.localhost", "intranet", "db", "service.internal", "metadata.google.internal", "printer.local",
    "127.0.0.1", "127.1", "2130706433", "0x7f000001", "0177.0.0.1", "0x7f.1", "127.0.0.01", "10.0.0.1",
    "169.254.169.254",
    "[::1]", "[::ffff:127.0.0.1]", "[::ffff:7f00:1]", "[fe80::1]", "[fe80::1%25eth0]", "[fd00:ec2::254]",
    "[0:0:0:0:0:0:0:1]",
    "[64:ff9b::7f00:1]", "localhost.", "127.0.0.1.", "1.2.4.8.", "-a.example", "a..example", "user@gjj.example",
    "gjj.example:22", "gjj.example:0", "gjj.example:6379", "gjj.example:65536", "１２７.0.0.1", "gjj。example",
    "127.0.0.1:8000", "user:pw@10.0.0.1",
]  # fmt: skip


@pytest.mark.parametrize("host", [host for host in HOSTS if host != "gjj.example:6379"])
def test_an_internal_address_is_not_registered_in_any_notation(host):
    assert rules.address_problem(f"https://{host}/out", loopback=False)


def test_public_addresses_and_allowed_networks_are_registered():
    allowed = [ip_network("10.20.0.0/16")]
    for host in (
        "gjj.example",
        "gjj.yunzhou.gov.cn:8443",
        "8.8.8.8",
        "[2400:3200::1]",
        "xn--fiqs8s.example",
        "10.20.1.2",
    ):
        assert rules.address_problem(f"https://{host}/out", loopback=False, allowed=allowed) == "", host
    assert rules.address_problem("https://10.21.1.2/out", loopback=False, allowed=allowed)
    assert rules.address_problem("http://10.20.1.2/out", loopback=False, allowed=allowed)
    assert rules.address_problem("http://localhost:8000/out", loopback=True) == ""
    assert rules.address_problem("https://10.0.0.1/out", loopback=True)


@pytest.fixture
def server():
    """A server that counts requests and answers with a redirect to itself."""
    heard = []

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self):
            heard.append((self.path, self.headers["Host"], self.rfile.read(int(self.headers["Content-Length"]))))
            self.send_response(302)
            self.send_header("Location", "/secret")
            self.end_headers()

        do_GET = do_POST

        def log_message(self, *args):
            pass

    made = HTTPServer(("127.0.0.1", 0), Handler)
    threading.Thread(target=made.serve_forever, daemon=True).start()
    yield made.server_port, heard
    made.shutdown()
    made.server_close()


def answers_of(*addresses):
    """Return a name server that answers each question with the next of these addresses."""
    left = list(addresses)

    def answer(host, port, **given):
        found = left.pop(0)
        return [(socket.AF_INET, socket.SOCK_STREAM, 6, "", (one, port)) for one in found]

    return answer, left


def test_a_name_that_resolves_to_an_internal_address_is_refused_before_a_byte_is_sent(server, monkeypatch):
    port, heard = server
    for addresses in (["127.0.0.1"], ["8.8.8.8", "127.0.0.1"], ["169.254.169.254"], []):
        monkeypatch.setattr(outbound, "getaddrinfo", answers_of(addresses)[0])
        with pytest.raises(outbound.AddressNotAllowed):
            outbound.call("x", f"http://rebind.example:{port}/", body=b"x", timeout=1, may_call=networks.may_be_called)
    assert heard == []


def test_the_name_is_resolved_once_and_the_call_goes_to_that_address(server, monkeypatch):
    """A name server that gives another answer the second time changes nothing."""
    port, heard = server
    answer, left = answers_of(["127.0.0.1"], ["127.0.0.2"])
    monkeypatch.setattr(outbound, "getaddrinfo", answer)
    address = f"http://gjj.example:{port}/out"
    good = outbound.call("x", address, body=b"a=1", timeout=2, may_call=lambda one: str(one) == "127.0.0.1")
    assert good.status == 302
    assert heard == [("/out", f"gjj.example:{port}", b"a=1")]  # the redirect was not followed
    assert left == [["127.0.0.2"]]


@pytest.mark.parametrize("host", ["2130706433", "0x7f000001", "0177.0.0.1", "127.1", "[::ffff:127.0.0.1]", "localhost"])
def test_other_notations_of_this_machine_are_recognised(server, host):
    port, heard = server
    with pytest.raises((outbound.AddressNotAllowed, OSError)):
        outbound.call("x", f"http://{host}:{port}/", body=b"x", timeout=1, may_call=networks.may_be_called)
    assert heard == []


def test_a_name_with_very_many_addresses_delays_nobody(monkeypatch):
    """The owner of the name controls how many addresses there are, and how slowly each one fails to answer."""
    asked = []

    def silent(address, port, timeout):
        asked.append(address)
        time.sleep(timeout)
        raise httpcore.ConnectTimeout

    many = [(0, 0, 0, "", (f"1.2.4.{n}", 443)) for n in range(1, 200)]
    monkeypatch.setattr(outbound, "getaddrinfo", lambda *_, **__: many)
    monkeypatch.setattr(outbound, "_connect", silent)
    began = time.monotonic()
    with pytest.raises(TimeoutError):
        outbound.call("x", "https://many.example/", timeout=0.05, may_call=networks.may_be_called)
    assert time.monotonic() - began < 1
    assert 1 < len(asked) <= 4


def test_a_slow_answer_is_cut_off():
    """Each byte arrives in time, but the whole answer never would."""
    with socket.create_server(("127.0.0.1", 0)) as listening:
        ended = threading.Event()

        def dribble():
            found, _ = listening.accept()
            with found:
                for byte in b"HTTP/1.1 200 OK\r\n" + b"X" * 1000:
                    if ended.wait(0.05):
                        return
                    try:
                        found.send(bytes([byte]))
                    except OSError:
                        return

        threading.Thread(target=dribble, daemon=True).start()
        began = time.monotonic()
        with pytest.raises(outbound.TooSlow):
            outbound.call("x", f"http://127.0.0.1:{listening.getsockname()[1]}/", body=b"x", timeout=0.3)
        assert time.monotonic() - began < 10
        assert not ended.is_set()
        ended.set()


SECRET = "Bearer secret-of-the-service"
PERSON = "990102199403121228"


class Service:
    """A service of the city that gives prepared answers and keeps what it received."""

    def __init__(self):
        self.answers, self.heard = [], []

        class Handler(BaseHTTPRequestHandler):
            def do_POST(handler):
                handler.rfile.read(int(handler.headers.get("Content-Length") or 0))
                self.heard.append(handler.headers)
                status, content = self.answers.pop(0) if self.answers else (200, b"good")
                handler.send_response(status)
                handler.send_header("Set-Cookie", "a=b")
                handler.end_headers()
                with suppress(OSError):
                    handler.wfile.write(content)

            do_GET = do_POST

            def log_message(handler, *args):
                pass

        self.server = HTTPServer(("127.0.0.1", 0), Handler)
        self.url = f"http://127.0.0.1:{self.server.server_port}/ask?number={PERSON}"
        threading.Thread(target=self.server.serve_forever, daemon=True).start()

    def ask(self, **given):
        given = {"body": PERSON.encode(), "headers": {"Authorization": SECRET}, "timeout": 20, "pause": 0} | given
        return outbound.call("faces", self.url, **given)


@pytest.fixture
def service():
    made = Service()
    yield made
    made.server.shutdown()
    made.server.server_close()


def test_an_oversized_answer_is_refused_and_not_requested_again(service):
    service.answers = [(200, b"x" * 1000), (200, b"x" * 1001)]
    assert len(service.ask(largest=1000).content) == 1000
    with pytest.raises(outbound.TooLarge):
        service.ask(largest=1000, tries=3, repeatable=True)
    assert len(service.heard) == 2


@pytest.mark.parametrize(
    ("given", "asked"),
    [({}, 1), ({"tries": 3}, 1), ({"tries": 3, "repeatable": True}, 3), ({"tries": 3, "method": "GET"}, 3)],
)
def test_only_repeatable_requests_are_retried(service, given, asked):
    service.answers = [(503, b""), (429, b""), (200, b"at last")]
    answer = service.ask(**given)
    assert len(service.heard) == asked
    assert answer.ok is (asked == 3)


def test_a_refusal_is_final_and_retries_are_limited(service):
    service.answers = [(400, b"")] + [(500, b"")] * 9
    assert service.ask(tries=3, repeatable=True).status == 400
    assert len(service.heard) == 1
    assert service.ask(tries=3, repeatable=True).status == 500
    assert len(service.heard) == 4


def test_pauses_between_retries_grow_up_to_a_limit(service, monkeypatch):
    slept = []
    monkeypatch.setattr("tenacity.nap.time.sleep", slept.append)
    service.answers = [(500, b"")] * 9
    service.ask(tries=7, repeatable=True, pause=0.5)
    assert slept == [0.5, 1, 2, 4, 8, 8]


def test_proxies_passwords_and_cookies_of_the_environment_are_not_used(service, monkeypatch, tmp_path):
    for name in ("HTTP_PROXY", "http_proxy", "ALL_PROXY", "all_proxy"):
        monkeypatch.setenv(name, "http://127.0.0.1:9")
    netrc = tmp_path / "netrc"
    netrc.write_text("machine 127.0.0.1 login a password b\n")
    monkeypatch.setenv("NETRC", str(netrc))
    assert service.ask(headers={}).ok
    assert service.ask(headers={}).ok
    assert all(heard["Authorization"] is None and heard["Cookie"] is None for heard in service.heard)


def test_each_call_logs_one_line_without_the_sent_data(service, caplog):
    caplog.set_level("DEBUG", logger="tongban.outbound")
    service.answers = [(500, b""), (200, b"")]
    with tracing.within(tracing.trace_of()) as trace:
        service.ask(tries=2, repeatable=True)
    [line] = [record.getMessage() for record in caplog.records if record.name == "tongban.outbound"]
    form = r"service=faces host=127\.0\.0\.1 method=POST outcome=200 ms=\d+ tries=2 request=" + trace.id
    assert re.fullmatch(form, line)
    assert PERSON not in caplog.text
    assert SECRET not in caplog.text
    sent = [heard["traceparent"] for heard in service.heard]
    assert len(set(sent)) == 2
    assert {tracing.trace_of(one).id for one in sent} == {trace.id}


def test_a_failure_names_the_service_and_the_kind_of_error_only(caplog):
    url = f"http://user:{SECRET.split()[1]}@127.0.0.1:9/ask?number={PERSON}"
    with pytest.raises(outbound.Unreached) as failed:
        outbound.call("faces", url, body=PERSON.encode(), headers={"Authorization": SECRET}, timeout=5)
    text = "".join(traceback.format_exception(failed.value)) + caplog.text
    assert "service=faces host=127.0.0.1 method=POST outcome=Unreached" in caplog.text
    assert "faces was not reached: ConnectError" in text
    assert failed.value.__context__ is None
    assert PERSON not in text.replace(url, "")
    assert "secret-of-the-service" not in str(failed.value) + caplog.text


@pytest.mark.parametrize("url", ["ftp://a.example/", "file:///etc/passwd", "no address", "http://[::1", "http://", ""])
def test_a_non_web_address_is_not_called(url):
    with pytest.raises(outbound.Unreached):
        outbound.call("faces", url, timeout=1)


def test_a_request_continues_the_trace_of_its_caller(rf):
    seen = []

    def view(request):
        seen.append(tracing.current().header())
        return HttpResponse()

    given = f"00-{'ab' * 16}-{'cd' * 8}-01"
    for header in (given, "00-" + "0" * 32 + "-" + "cd" * 8 + "-01", f"{given}\n", "", "drop table"):
        TraceMiddleware(view)(rf.get("/", headers={"traceparent": header}))
    assert re.fullmatch(r"00-(ab){16}-[0-9a-f]{16}-01", seen[0])
    assert len({one[:36] for one in seen}) == 5
    assert all(re.fullmatch(r"00-[0-9a-f]{32}-[0-9a-f]{16}-0[01]", one) for one in seen)


def certified(name, folder):
    """Return a server's TLS context for a name, and a client's context that trusts it."""
    key = ec.generate_private_key(ec.SECP256R1())
    subject = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name)])
    now = datetime.now(UTC)
    certificate = (
        x509.CertificateBuilder(
            subject, subject, key.public_key(), x509.random_serial_number(), now, now + timedelta(1)
        )
        .add_extension(x509.SubjectAlternativeName([x509.DNSName(name)]), critical=False)
        .add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
        .sign(key, hashes.SHA256())
    )
    (folder / "cert.pem").write_bytes(certificate.public_bytes(Encoding.PEM))
    (folder / "key.pem").write_bytes(key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()))
    server = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    server.load_cert_chain(folder / "cert.pem", folder / "key.pem")
    return server, ssl.create_default_context(cafile=str(folder / "cert.pem"))


@pytest.mark.parametrize(
    ("asked", "trusted", "good"),
    [("gjj.example", True, True), ("other.example", True, False), ("gjj.example", False, False)],
)
def test_a_pinned_address_must_present_the_certificate_of_its_name(
    service, monkeypatch, tmp_path, asked, trusted, good
):
    on_server, on_client = certified("gjj.example", tmp_path)
    service.server.socket = on_server.wrap_socket(service.server.socket, server_side=True)
    service.server.handle_error = lambda *_: None
    if trusted:
        monkeypatch.setattr(outbound, "_tls", lambda: on_client)
    monkeypatch.setattr(outbound, "getaddrinfo", answers_of(["127.0.0.1"])[0])
    service.url = f"https://{asked}:{service.server.server_port}/"
    if good:
        assert service.ask(may_call=lambda one: True).content == b"good"
    else:
        with pytest.raises(outbound.Unreached, match="ConnectError"):
            service.ask(may_call=lambda one: True)
        assert service.heard == []
