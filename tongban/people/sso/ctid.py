"""The national network-identity service (国家网络身份认证公共服务): voluntary, one of several ways to sign in.

The HTTP adapter speaks, below `TONGBAN_CTID_URL` and with the header `Authorization: Bearer <secret>`:

- `GET /present?app=…&state=…&back=…`: the browser goes there, the person presents their 网证 and returns with
  `credential` and `state`;
- `POST /redeem` with JSON `{"app", "credential"}` -> `{"network_id": "…", "verified": true}`, once for a credential;
- `POST /match` with JSON `{"app", "network_id", "name", "number"}` -> `{"match": true}`.

A city's connection to the real service (over its own gateway) translates to these three.
"""

import json
from typing import Protocol
from urllib.parse import urlencode

from django.conf import settings

from tongban.foundation.errors import DomainError
from tongban.foundation.outbound import Unreached, call
from tongban.foundation.texts import read_json

TIMEOUT = 5
"""Timeout of one call in seconds."""


class Unreachable(DomainError):
    code = "network-identity-unreachable"
    status = 503
    message = "网络身份认证服务暂时没有回应，请稍后再试，或改用其他方式登录。"


class NetworkIdentityRefused(DomainError):
    code = "network-identity-refused"
    status = 422
    message = "没有收到有效的网络身份凭证，请重新认证，或改用其他方式登录。"


class NetworkIdentity(Protocol):
    """The service, whichever adapter reaches it."""

    def address(self, *, state: str, back: str) -> str:
        """Return the address where the person presents their credential."""
        ...

    def redeem(self, credential: str) -> str:
        """Exchange the credential for the person's 网号. Raises NetworkIdentityRefused or Unreachable."""
        ...

    def matches(self, network_id: str, *, name: str, number: str) -> bool:
        """Return whether name and number belong to the 网号. Raises Unreachable."""
        ...


class HttpNetworkIdentity:
    """The service over HTTP, as the module describes."""

    def __init__(self, url: str, app: str, secret: str) -> None:
        self.url, self.app, self.secret = url.rstrip("/"), app, secret

    def address(self, *, state: str, back: str) -> str:
        return f"{self.url}/present?{urlencode({'app': self.app, 'state': state, 'back': back})}"

    def redeem(self, credential: str) -> str:
        found = self._ask("redeem", credential=credential)
        if found.get("verified") is not True or not isinstance(found.get("network_id"), str):
            raise NetworkIdentityRefused
        return str(found["network_id"])

    def matches(self, network_id: str, *, name: str, number: str) -> bool:
        return self._ask("match", network_id=network_id, name=name, number=number).get("match") is True

    def _ask(self, what: str, **content: str) -> dict[str, object]:
        headers = {"Content-Type": "application/json", "Authorization": f"Bearer {self.secret}"}
        body = json.dumps({"app": self.app, **content}).encode()
        try:
            answer = call("network-identity", f"{self.url}/{what}", body=body, headers=headers, timeout=TIMEOUT)
            found = read_json(answer.content) if answer.ok else None
        except (Unreached, ValueError):
            raise Unreachable from None
        if answer.status == 400:
            raise NetworkIdentityRefused
        if not answer.ok:
            raise Unreachable
        return found if isinstance(found, dict) else {}


def current() -> NetworkIdentity | None:
    """Return the configured service; None where the city does not offer it."""
    if not settings.CTID_URL:
        return None
    return HttpNetworkIdentity(settings.CTID_URL, settings.CTID_APP, settings.CTID_SECRET)
