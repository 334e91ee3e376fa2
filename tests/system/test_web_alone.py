"""The web server, as `bin/run` starts it, while its database cannot be reached."""

import json
import os
import secrets
import signal
import socket
import subprocess
import sys
import urllib.error
import urllib.request

import pytest

from tests.ports import free_port
from tests.system.conftest import ROOT, clean_environment
from tests.waiting import until
from tongban.site import processes, run
from tongban.site.bootstrap import SECRET_NAMES

TOKEN = "a-token-of-this-test-only"


class Web:
    """A web server without worker and database."""

    def __init__(self, folder):
        self.port = free_port()
        self.instance = f"web-alone-{self.port}"  # unique: other test workers end their servers by this name
        self.log = folder / "web.log"
        (folder / "oidc.pem").write_text("")
        environment = clean_environment() | {
            **{name: secrets.token_hex(32) for name in SECRET_NAMES},
            "TONGBAN_DATA": str(folder),
            "TONGBAN_OIDC_KEYS": str(folder / "oidc.pem"),
            "TONGBAN_OPERATIONS_TOKEN": TOKEN,
            "TONGBAN_INSTANCE": self.instance,
            "DATABASE_URL": f"postgresql://nobody@127.0.0.1:{free_port()}/none",
        }
        self.process = subprocess.Popen(
            run.web_command(self.port), cwd=ROOT, env=environment, stdout=self.log.open("wb"), stderr=subprocess.STDOUT
        )

    def ask(self, path, **headers):
        request = urllib.request.Request(f"http://127.0.0.1:{self.port}{path}", headers=headers)
        try:
            with urllib.request.urlopen(request, timeout=60) as answer:
                return answer.status, answer.headers, answer.read().decode()
        except urllib.error.HTTPError as answer:
            with answer:
                return answer.code, answer.headers, answer.read().decode()

    def lines(self):
        return [line for line in self.log.read_text().splitlines() if "psycopg.pool" not in line]


def refuses(port):
    try:
        socket.create_connection(("127.0.0.1", port)).close()
    except ConnectionRefusedError:
        return True
    return False


@pytest.fixture
def web(tmp_path):
    (tmp_path / "static").mkdir()
    one = Web(tmp_path)

    def answers():
        try:
            return one.ask("/livez")[0] == 200
        except OSError:
            return False

    try:
        until(answers, 90, lives=lambda: one.process.poll() is None, said=one.log.read_text)
        yield one
    finally:
        processes.end_instance(one.instance)
        one.process.wait()


def test_pages_and_one_log_line_report_the_unreachable_database(web):
    status, headers, body = web.ask("/")
    assert status == 503
    assert "数据库暂时连接不上" in body
    assert headers["Retry-After"] == "60"
    assert headers["Content-Security-Policy"].startswith("default-src 'none'")
    assert [line.partition(" ERROR ")[2] for line in web.lines()] == [
        "django.request: 503 GET /: the database does not answer"
    ]
    status, headers, body = web.ask("/api/v1/items")
    assert (status, headers["Content-Type"]) == (503, "application/problem+json")


@pytest.mark.req("G1")
def test_the_server_is_live_but_not_ready_and_only_operators_learn_why(web):
    assert web.ask("/livez")[::2] == (200, "ok\n")
    assert web.ask("/readyz")[::2] == (503, "not ok\n")
    assert web.ask("/healthz")[::2] == (503, "not ok\n")
    assert web.ask("/readyz/detail", Authorization="Bearer no")[0] == 401
    status, _, body = web.ask("/readyz/detail", Authorization=f"Bearer {TOKEN}", Host="10.9.8.7")
    found = json.loads(body)
    assert (status, found["instance"]) == (503, web.instance)
    assert found["checks"]["files"]["ok"]
    assert not found["checks"]["database"]["ok"]


def test_a_launcher_does_not_mistake_another_platform_for_its_own(web, monkeypatch):
    monkeypatch.setenv("TONGBAN_OPERATIONS_TOKEN", TOKEN)
    monkeypatch.setenv("TONGBAN_INSTANCE", "mine")
    monkeypatch.setattr(run, "STARTUP_TIMEOUT", 0)
    with subprocess.Popen([sys.executable, "-c", "import sys; sys.stdin.read()"], stdin=subprocess.PIPE) as child:
        with pytest.raises(run.StartRefused, match="another program answers on the port"):
            run._wait_until_up(web.port, {"web": child})
        monkeypatch.setenv("TONGBAN_INSTANCE", web.instance)
        with pytest.raises(run.StartRefused, match="not ready: .*database"):
            run._wait_until_up(web.port, {"web": child})


def test_web_processes_do_not_outlive_their_parent(web):
    children = processes.of_instance(web.instance) - {web.process.pid}
    assert len(children) >= 2
    os.kill(web.process.pid, signal.SIGKILL)
    web.process.wait()
    until(lambda: not processes.of_instance(web.instance))
    until(lambda: refuses(web.port))
