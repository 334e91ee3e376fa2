"""Requests over real sockets that no page can answer, and starts that would collide with a running platform."""

import base64
import json
import os
import re
import signal
import socket
import subprocess
import sys
import urllib.error
import urllib.request
from pathlib import Path

import pytest

from tests.ports import free_port
from tests.system.conftest import ROOT, clean_environment
from tests.waiting import until
from tongban.site import processes

END = b"Connection: close\r\n\r\n"
NUMBER = "110101199003078888"
UNREADABLE = {
    "no Host": b"GET /items/ HTTP/1.1\r\n",
    "an empty Host": b"GET / HTTP/1.1\r\nHost:\r\n",
    "two Hosts": b"GET / HTTP/1.1\r\nHost: localhost\r\nHost: evil.example\r\n",
    "the same Host twice": b"GET / HTTP/1.1\r\nHost: localhost\r\nHost: localhost\r\n",
    "a wrong Host": b"GET /account/ HTTP/1.1\r\nHost: evil.example\r\n",
    "a Host of letters and a port that is none": b"GET / HTTP/1.1\r\nHost: localhost:http\r\n",
    "an absolute target elsewhere": b"GET http://evil.example/my/ HTTP/1.1\r\n",
    "bytes in the Host": b"GET / HTTP/1.1\r\nHost: local\xff\xfehost\r\n",
    "no Host in HTTP/1.0": b"GET / HTTP/1.0\r\n",
    "a header that is too long": b"GET / HTTP/1.1\r\nHost: localhost\r\nX-Long: " + b"a" * 70_000 + b"\r\n",
    "a wrong Host at the interface": b"GET /api/v1/items HTTP/1.1\r\nHost: evil.example\r\n",
}


def ask(city, head):
    with socket.create_connection(("127.0.0.1", city.port), timeout=20) as one:
        one.sendall(head + END)
        answer = b""
        while more := one.recv(65536):
            answer += more
    status, _, rest = answer.partition(b"\r\n")
    headers, _, body = rest.partition(b"\r\n\r\n")
    pairs = (line.split(": ", 1) for line in headers.decode().lower().splitlines())
    return int(status.split()[1]), dict(pairs), body.decode(errors="replace")


def new_lines(city, before):
    return city.log.read_text()[before:].splitlines()


def start(*arguments, data, environment=None):
    """Start another `bin/run`, which is expected to end by itself."""
    return subprocess.run(
        [sys.executable, "-m", "tongban.site.run", "--data", str(data), *arguments],
        cwd=ROOT, env=environment or clean_environment(), capture_output=True, text=True, check=False, timeout=60,
    )  # fmt: skip


@pytest.mark.parametrize("what", UNREADABLE)
def test_an_unreadable_request_gets_a_page_and_one_log_line(city, what):
    before = len(city.log.read_text())
    status, headers, body = ask(city, UNREADABLE[what])
    assert status == 400
    assert "请求有误" in body
    assert headers["content-security-policy"].startswith("default-src 'none'")
    assert headers["x-content-type-options"] == "nosniff"
    assert headers["x-frame-options"] == "DENY".lower()
    assert headers["referrer-policy"] == "same-origin"
    assert headers["cache-control"] == "no-store"
    said = until(
        lambda: [line for line in new_lines(city, before) if "tongban.gate" in line or "Traceback" in line], 40
    )
    assert len(said) == 1, said
    assert "evil" not in said[0]


def test_a_request_that_the_web_server_cannot_parse_is_refused_without_harm(city):
    before = len(city.log.read_text())
    assert ask(city, b"GET /\xff\xfe HTTP/1.1\r\nHost: localhost\r\n")[0] == 400
    assert ask(city, b"GET / HTTP/1.1\r\nHost: localhost\r\nX-Long: " + b"a" * 900_000 + b"\r\n")[0] == 431
    assert ask(city, b"GET /%ff%fe%00 HTTP/1.1\r\nHost: localhost\r\n")[0] == 400
    assert ask(city, b"GET http://localhost/livez HTTP/1.1\r\nHost: localhost\r\n")[0] == 200  # RFC 9112, 3.2.2
    assert (
        ask(city, b"GET /livez HTTP/1.1\r\nHost: 10.1.2.3\r\n")[0] == 200
    )  # a load balancer does not know the host name
    assert "Traceback" not in "\n".join(new_lines(city, before))


def test_a_flood_of_similar_requests_writes_only_a_few_log_lines(city):
    before = len(city.log.read_text())
    for number in range(100):
        assert ask(city, f"GET /nowhere/{number} HTTP/1.1\r\nHost: localhost\r\n".encode())[0] == 404
    said = [line for line in new_lines(city, before) if "404 GET /nowhere/" in line]
    assert 1 <= len(said) <= 2 * 10  # at most ten a minute from each web process


def test_text_typed_into_an_address_is_not_in_the_log(city):
    for address in (f"/{NUMBER}", f"/items/{NUMBER}/", f"/verify/?code={NUMBER}", f"/search/?q={NUMBER}&page=x"):
        try:
            urllib.request.urlopen(f"{city.address}{address}", timeout=30).close()
        except urllib.error.HTTPError as refused:
            refused.close()
    assert NUMBER not in city.log.read_text()


def test_the_dictionary_cache_is_writable_only_by_the_platform(city):
    urllib.request.urlopen(f"{city.address}/search/?q=%E8%BA%AB%E4%BB%BD%E8%AF%81", timeout=30).close()
    kept = Path(city.environment["TONGBAN_DATA"]) / "cache"
    assert kept.stat().st_mode & 0o777 == 0o700
    assert (kept / "jieba.cache").exists()


def test_the_sample_systems_use_the_address_of_the_running_platform(city):
    said = city.manage("systems", "samples")
    assert said.returncode == 0, said.stderr
    assert said.stdout.count(f"--issuer http://localhost:{city.port} ") == 2
    client = dict(part.split("=", 1) for part in said.stdout.splitlines()[-1].split()[:2])
    sent = urllib.request.Request(f"{city.address}/sso/token", data=b"grant_type=client_credentials")
    pair = base64.b64encode(f"{client['CLIENT_ID']}:{client['CLIENT_SECRET']}".encode()).decode()
    sent.add_header("Authorization", f"Basic {pair}")
    with urllib.request.urlopen(sent, timeout=30) as answer:
        assert json.load(answer)["scope"] == "introspection"


@pytest.mark.parametrize("arguments", [[], ["--fresh"], ["--bring-back", "2026-01-01T000000Z"]])
def test_a_second_start_on_the_same_folder_is_refused_and_changes_nothing(city, arguments):
    data = Path(city.environment["TONGBAN_DATA"])
    before = sorted(entry.name for entry in data.iterdir())
    refused = start("--port", str(free_port()), *arguments, data=data)
    assert refused.returncode == 3
    assert refused.stdout == ""
    assert len(refused.stderr.splitlines()) == 1
    assert f"already runs on {data} (process {city.process.pid}, http://localhost:{city.port})" in refused.stderr
    assert sorted(entry.name for entry in data.iterdir()) == before
    city.until(city.healthy)


def test_a_second_start_on_the_same_port_is_refused_and_starts_nothing(city, tmp_path):
    refused = start("--port", str(city.port), data=tmp_path / "data")
    assert refused.returncode == 3
    assert refused.stdout == ""
    assert len(refused.stderr.splitlines()) == 1
    assert f"Port {city.port} is taken by another 通办" in refused.stderr
    assert not (tmp_path / "data" / "postgres").exists()


@pytest.mark.parametrize("shared", [True, False])
def test_a_port_used_by_another_program_is_reported_in_one_line_even_if_shared(tmp_path, shared):
    with socket.socket() as one:
        if shared:
            one.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEPORT, 1)
        one.bind(("127.0.0.1", 0))
        one.listen()
        port = one.getsockname()[1]
        refused = start("--port", str(port), data=tmp_path / "data")
    assert refused.returncode == 3
    assert re.fullmatch(rf"bin/run: Port {port} on \S+ is taken by another program \(process .+\)\.\n", refused.stderr)
    assert not (tmp_path / "data" / "postgres").exists()


def test_a_production_platform_refuses_a_fresh_start(tmp_path):
    (tmp_path / "secrets.env").write_text("")
    environment = clean_environment() | {"TONGBAN_ENV": "production"}
    refused = start("--fresh", data=tmp_path, environment=environment)
    assert refused.returncode == 1
    assert "--fresh" in refused.stderr
    assert len(refused.stderr.splitlines()) == 1
    assert (tmp_path / "secrets.env").exists()


def test_a_separate_database_is_not_set_aside(tmp_path):
    environment = clean_environment() | {"DATABASE_URL": "postgresql://nobody@localhost/none"}
    refused = start("--fresh", data=tmp_path, environment=environment)
    assert refused.returncode == 1
    assert "DATABASE_URL" in refused.stderr


def web_processes(city):
    """Return the web server's main process and its workers."""
    instance = processes.of_instance(instance_of(city))
    commands = {pid: Path(f"/proc/{pid}/cmdline").read_bytes() for pid in instance}
    web = {pid for pid, command in commands.items() if b"granian" in command}
    first = {pid for pid in web if parent_of(pid) == city.process.pid}
    return first, web - first


def instance_of(city):
    from tongban.foundation.operations import folder

    return folder.record(Path(city.environment["TONGBAN_DATA"])).instance


def parent_of(pid):
    return int(Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[1])


@pytest.mark.req("G1")
def test_web_processes_end_with_their_parent_and_are_replaced(city):
    first, answering = web_processes(city)
    assert len(first) == 1
    assert len(answering) == 2
    os.kill(first.pop(), signal.SIGKILL)
    until(lambda: not answering & processes.of_instance(instance_of(city)), 40)
    city.wait_until_healthy()
    assert not web_processes(city)[1] & answering
