"""The provider on a live server, two departments' systems as separate processes, and a person's browser."""

import os
import subprocess
import sys
import urllib.error
import urllib.request
from dataclasses import dataclass
from pathlib import Path

import pytest
from authlib.integrations.requests_client import OAuth2Session

from tests.ports import free_port
from tests.waiting import until
from tongban.people.sso.tests.conftest import account, city

__all__ = ["account", "city"]
EXAMPLES = Path(__file__).resolve().parents[2] / "examples"
PATIENCE = 60
BACK = "http://localhost:1/callback"
"""Where nobody listens."""


@pytest.fixture
def provider(live_server, settings):
    """The live server, under the name that its tokens carry."""
    settings.PUBLIC_ADDRESS = live_server.url
    return live_server.url


def relying_client(system, secret):
    """A system that uses an independent client library (authlib)."""
    return OAuth2Session(
        system.client_id,
        secret,
        scope="openid profile",
        redirect_uri=BACK,
        code_challenge_method="S256",
        token_endpoint_auth_method="client_secret_basic",
    )


@dataclass
class Running:
    """One of our programs, listening on this machine."""

    name: str
    port: int
    process: subprocess.Popen | None = None

    @property
    def address(self) -> str:
        return f"http://localhost:{self.port}"

    def start(self, *arguments: str, **environment: str) -> None:
        command = [sys.executable, str(EXAMPLES / f"{self.name}.py"), "--port", str(self.port), *arguments]
        kept = {key: value for key, value in os.environ.items() if not key.startswith(("TONGBAN_", "DATABASE_"))}
        self.process = subprocess.Popen(command, env=kept | environment, stderr=subprocess.PIPE, text=True)
        until(self._answers, PATIENCE, lives=lambda: self.process.poll() is None, said=self._last_words)

    def _answers(self) -> bool:
        try:
            urllib.request.urlopen(self.address, timeout=2).close()
        except urllib.error.HTTPError:
            return True
        except OSError:
            return False
        return True

    def _last_words(self) -> str:
        self.process.kill()  # otherwise reading its output would block
        return f"{self.name}: {self.process.stderr.read()[-2000:]}"

    def stop(self) -> None:
        if self.process is not None:
            self.process.kill()
            self.process.communicate()
            self.process = None


@pytest.fixture
def running():
    """Start programs that end with the test."""
    made = []

    def make(name: str) -> Running:
        made.append(Running(name, free_port()))
        return made[-1]

    yield make
    for one in made:
        one.stop()


@pytest.fixture
def systems(provider, city, running):
    """公积金 and 不动产, registered, approved, and running."""
    started = {}
    for program, name in (("housing_fund", "住房公积金"), ("real_estate", "不动产登记")):
        one = running(program)
        system = city.system(
            name=name,
            redirect_uris=[f"{one.address}/callback"],
            post_logout_uris=[f"{one.address}/"],
            logout_uri=f"{one.address}/backchannel-logout",
            scopes={"openid": "", "real-name": "办理业务要核对本人"},
        )
        one.start("--issuer", provider, "--client-id", system.client_id, CLIENT_SECRET=city.secret(system))
        started[program] = one
    return started
