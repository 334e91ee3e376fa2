"""Addresses that somebody registered are called only where they may lead, whatever they look like and resolve to."""

import socket
import threading
import time
from http.client import HTTPException
from http.server import BaseHTTPRequestHandler, HTTPServer
from ipaddress import ip_address, ip_network

import pytest

from tongban.foundation import networks, outbound
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
def test_nothing_inside_is_called(text):
    assert not networks.is_callable(ip_address(text))


@pytest.mark.parametrize("text", OUTSIDE)
def test_the_open_internet_is(text):
    assert networks.is_callable(ip_address(text))


def test_a_network_that_the_city_allowed_is_called_and_no_other():
    allowed = networks.networks_of("10.20.0.0/16, fd00:20::/32")
    for text in ("10.20.3.4", "::ffff:10.20.3.4", "fd00:20::1"):
        assert networks.is_callable(ip_address(text), allowed=allowed), text
    for text in ("10.21.3.4", "127.0.0.1", "fd00:21::1", "169.254.169.254"):
        assert not networks.is_callable(ip_address(text), allowed=allowed), text
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
def test_no_registration_names_the_inside_in_any_notation(host):
    assert rules.address_problem(f"https://{host}/out", loopback=False)


def test_addresses_outside_and_allowed_networks_are_registered():
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
    """Counts who knocks; answers with a redirection to itself."""
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
    """A name server that answers each question with the next of these addresses."""
    left = list(addresses)

    def answer(host, port, **given):
        found = left.pop(0)
        return [(socket.AF_INET, socket.SOCK_STREAM, 6, "", (one, port)) for one in found]

    return answer, left


def test_a_name_that_leads_inside_is_refused_before_a_byte_is_sent(server, monkeypatch):
    port, heard = server
    for addresses in (["127.0.0.1"], ["8.8.8.8", "127.0.0.1"], ["169.254.169.254"], []):
        monkeypatch.setattr(outbound, "getaddrinfo", answers_of(addresses)[0])
        with pytest.raises(outbound.NotOutside):
            outbound.tell(f"http://rebind.example:{port}/", b"x", timeout=1, may_call=networks.is_callable)
    assert heard == []


def test_the_name_is_asked_once_and_the_call_goes_to_that_answer(server, monkeypatch):
    """A name server that says something else the second time changes nothing."""
    port, heard = server
    answer, left = answers_of(["127.0.0.1"], ["127.0.0.2"])
    monkeypatch.setattr(outbound, "getaddrinfo", answer)
    good = outbound.tell(
        f"http://gjj.example:{port}/out", b"a=1", timeout=2, may_call=lambda one: str(one) == "127.0.0.1"
    )  # fmt: skip
    assert good == 302
    assert heard == [("/out", f"gjj.example:{port}", b"a=1")]  # the redirection was not followed
    assert left == [["127.0.0.2"]]


@pytest.mark.parametrize("host", ["2130706433", "0x7f000001", "0177.0.0.1", "127.1", "[::ffff:127.0.0.1]", "localhost"])
def test_other_notations_of_this_machine_are_seen_through_by_the_system_itself(server, host):
    port, heard = server
    with pytest.raises((outbound.NotOutside, OSError)):
        outbound.tell(f"http://{host}:{port}/", b"x", timeout=1, may_call=networks.is_callable)
    assert heard == []


def test_a_name_with_very_many_addresses_keeps_nobody_waiting(monkeypatch):
    """Whoever owns the name says how many there are, and lets each of them take its time to be silent."""
    asked = []

    def silent(address, timeout):
        asked.append(address)
        time.sleep(timeout)
        raise TimeoutError

    many = [(0, 0, 0, "", (f"1.2.4.{n}", 443)) for n in range(1, 200)]
    monkeypatch.setattr(outbound, "getaddrinfo", lambda *_, **__: many)
    monkeypatch.setattr(outbound, "create_connection", silent)
    began = time.monotonic()
    with pytest.raises(TimeoutError):
        outbound.tell("https://many.example/", b"", timeout=0.05, may_call=networks.is_callable)
    assert time.monotonic() - began < 1
    assert 1 < len(asked) <= 4


def test_one_that_dribbles_is_cut_off():
    """Each byte comes in time, all of them never would."""
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
        with pytest.raises((OSError, HTTPException)):
            outbound.tell(
                f"http://127.0.0.1:{listening.getsockname()[1]}/", b"x", timeout=0.3, may_call=lambda one: True
            )  # fmt: skip
        assert not ended.is_set()
        ended.set()
