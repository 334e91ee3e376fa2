"""The mobile carrier's three-factor check over HTTP, if configured; outside production also a demo.

`CARRIER_URL` takes `POST` with JSON `{"name": "…", "number": "18 characters", "phone": "11 digits"}`, with
`CARRIER_TOKEN` as bearer, and answers `{"match": true}` or `{"match": false}`.
"""

import json

from django.conf import settings

from tongban.foundation.city import has_demo
from tongban.foundation.errors import DomainError
from tongban.foundation.names import same_name
from tongban.foundation.outbound import Unreached, call
from tongban.foundation.texts import read_json
from tongban.people.identity import queries as identity
from tongban.people.signin.gateways import TIMEOUT
from tongban.people.signin.ports import Carrier


class Unreachable(DomainError):
    code = "carrier-unreachable"
    status = 503
    message = "运营商的核验现在连不上，请过几分钟再试，或用其他方式核验。"


class HttpCarrier:
    """The carrier over HTTP, as the module describes."""

    def __init__(self, url: str, token: str = "") -> None:
        self.url, self.token = url, token

    def agrees(self, name: str, number: str, phone: str) -> bool:
        body = json.dumps({"name": name, "number": number, "phone": phone}, ensure_ascii=False).encode()
        headers = {"Content-Type": "application/json; charset=utf-8"}
        if self.token:
            headers["Authorization"] = f"Bearer {self.token}"
        try:
            answer = call("carrier", self.url, body=body, headers=headers, timeout=TIMEOUT)
            found = read_json(answer.content) if answer.ok else None
        except (Unreached, ValueError) as failure:
            raise Unreachable from failure
        if not answer.ok:
            raise Unreachable
        return isinstance(found, dict) and found.get("match") is True


class DemoCarrier:
    """The demo's carrier: it knows the holders of phones from the city's registrations."""

    def agrees(self, name: str, number: str, phone: str) -> bool:
        known = identity.subject_by_number(number)
        return known is not None and same_name(known.name, name) and known.phone == phone


def name() -> str:
    """Return the name of the carrier in use, for the evidence."""
    return type(current()).__name__


def current() -> Carrier | None:
    """Return the configured carrier, or the demo's; None if there is neither."""
    if settings.CARRIER_URL:
        return HttpCarrier(settings.CARRIER_URL, settings.CARRIER_TOKEN)
    return DemoCarrier() if has_demo() else None
