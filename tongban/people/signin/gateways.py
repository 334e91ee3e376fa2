"""The city's SMS gateway behind one protocol: over HTTP if configured, otherwise the demo's phone.

`SMS_GATEWAY_URL` (`TONGBAN_SMS_URL`) takes `POST` with JSON `{"phone": "13800000000", "text": "…", "key": "…"}` and,
with `SMS_GATEWAY_TOKEN`, the header `Authorization: Bearer …`. A repeated call for one message has the same `key`, so
that the gateway sends it once. It answers 2xx with `{"id": "…"}`. 429 and 5xx are retried. Other answers are final, and
so is a 2xx without an id: gateways report a refusal that way too.
"""

import json
from typing import Protocol

from django.conf import settings

from tongban.foundation.city import has_demo
from tongban.foundation.outbound import Unreached, call
from tongban.foundation.texts import read_json

TIMEOUT = 5
"""Timeout of one try in seconds."""
MAX_TRIES = 3


class GatewayFailed(RuntimeError):
    """The gateway did not accept the message. The text says why, without the message."""


class GatewayRefused(GatewayFailed):
    """The gateway will not send this message, so trying again is useless."""


class NotConfigured(GatewayRefused):
    """There is no gateway."""


class Gateway(Protocol):
    """Sends a message to a phone."""

    keeps_text: bool
    """Whether we keep the text after it was sent."""

    def send(self, phone: str, text: str, *, key: str) -> str:
        """Send the message and return the gateway's id of it. Raises GatewayFailed."""
        ...


class DemoGateway:
    """The demo's phone: nothing leaves the machine, `/demo/messages/` shows what would have been sent."""

    keeps_text = True

    def send(self, phone: str, text: str, *, key: str) -> str:
        return "demo"


class NoGateway:
    """Neither a gateway nor the demo: sending fails."""

    keeps_text = False

    def send(self, phone: str, text: str, *, key: str) -> str:
        raise NotConfigured("no gateway is configured: set TONGBAN_SMS_URL (see docs/settings.md)")


class HttpGateway:
    """The gateway over HTTP, as the module describes."""

    keeps_text = False

    def __init__(self, url: str, token: str = "", *, timeout: float = TIMEOUT, pause: float = 0.5) -> None:
        self.url, self.token, self.timeout, self.pause = url, token, timeout, pause

    def send(self, phone: str, text: str, *, key: str) -> str:
        body = json.dumps({"phone": phone, "text": text, "key": key}, ensure_ascii=False).encode()
        headers = {"Content-Type": "application/json; charset=utf-8"}
        if self.token:
            headers["Authorization"] = f"Bearer {self.token}"
        try:
            answer = call(
                "sms",
                self.url,
                body=body,
                headers=headers,
                timeout=self.timeout,
                tries=MAX_TRIES,
                repeatable=True,  # by `key`
                pause=self.pause,
            )
        except Unreached as failure:
            raise GatewayFailed(str(failure)) from None
        if not answer.ok:
            passing = answer.status == 429 or answer.status >= 500
            raise (GatewayFailed if passing else GatewayRefused)(f"the gateway answered {answer.status}")
        if not (receipt := _id_in(answer.content)):
            raise GatewayRefused("the gateway accepted nothing: its answer has no id")
        return receipt


def _id_in(body: bytes) -> str:
    try:
        found = read_json(body)
    except ValueError:
        return ""
    return str(found.get("id", ""))[:80] if isinstance(found, dict) else ""


def current() -> Gateway:
    """Return the configured gateway."""
    if settings.SMS_GATEWAY_URL:
        return HttpGateway(settings.SMS_GATEWAY_URL, settings.SMS_GATEWAY_TOKEN)
    return DemoGateway() if has_demo() else NoGateway()


def is_there() -> bool:
    """Return whether messages can be sent at all."""
    return bool(settings.SMS_GATEWAY_URL) or has_demo()


def is_demo() -> bool:
    """Return whether messages appear on the demo's phone."""
    return has_demo() and not settings.SMS_GATEWAY_URL
