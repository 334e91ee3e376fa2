"""For tests: give proofs without a device, and read the messages that the demo's phone received."""

import re
import time
from typing import TYPE_CHECKING
from urllib.parse import parse_qs, urlsplit

from allauth.account.internal.flows.login import (
    _AUTHENTICATION_METHODS_USER_SESSION_KEY as WHOSE,
)
from allauth.account.internal.flows.login import AUTHENTICATION_METHODS_SESSION_KEY as RECORDS
from django.test import Client

from tongban.people.signin.models import Message
from tongban.people.signin.pending_acts import ACT
from tongban.people.signin.services.messages import deliver_message

if TYPE_CHECKING:
    from django.test.client import _MonkeyPatchedWSGIResponse as Response

PASSWORD, PHONE = "a long one 1", "13900007654"
"""The password and phone of a client of `identity.testing.with_phone`."""


def prove_again(client: Client, *methods: str) -> Client:
    """Give the client a fresh proof, by default with a second factor, and return it."""
    session = client.session
    session[WHOSE] = session["_auth_user_id"]
    session[RECORDS] = [{"method": method, "at": time.time()} for method in methods or ("password", "mfa")]
    session.save()
    return client


def enter_by_code(client: Client, phone: str, *, password: str = "", **more: str) -> "Response":
    """Sign in with a code, and with the password where the browser is not trusted; return the last answer."""
    client.post("/sign-in/code/", {"phone": phone}, **more)  # type: ignore[arg-type]
    done = client.post("/sign-in/code/check/", {"code": code_sent_to(phone)}, **more)  # type: ignore[arg-type]
    if password and done["Location"] == "/sign-in/device/":
        return client.post("/sign-in/device/", {"password": password}, **more)  # type: ignore[arg-type]
    return done


def confirm(client: Client, asked: "Response", phone: str = PHONE) -> "Response":
    """Give the proof on the page to which a sensitive act was redirected (`asked`); return the act's response."""
    assert asked.status_code == 302, asked
    where = urlsplit(asked["Location"])
    assert where.path == "/confirm/", where
    forward = {"next": parse_qs(where.query)["next"][0]}
    client.post("/confirm/", {"password": PASSWORD, **forward})
    client.post("/confirm/", {"send": "1", **forward})
    done = client.post("/confirm/", {"code": code_sent_to(phone), **forward})
    return client.get(done["Location"]) if ACT in client.session else done


def code_sent_to(phone: str) -> str:
    """Deliver all waiting messages, then return the six digits of the last one that this phone received."""
    for waiting in Message.objects.filter(state=Message.States.WAITING):
        deliver_message(waiting.id)
    for message in Message.objects.filter(state=Message.States.SENT).order_by("-queued_at", "-id"):
        if message.phone == phone and (found := re.search(r"\d{6}", message.text)):
            return found[0]
    raise AssertionError("no code was sent to this phone")
