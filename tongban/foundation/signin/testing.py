"""For tests: prove oneself without a device, and read what the demo's phone received."""

import re
import time
from typing import Any
from urllib.parse import parse_qs, urlsplit
from uuid import UUID

from allauth.account.internal.flows.login import (
    _AUTHENTICATION_METHODS_USER_SESSION_KEY as WHOSE,
)
from allauth.account.internal.flows.login import AUTHENTICATION_METHODS_SESSION_KEY as RECORDS
from django.test import Client

from tongban.foundation.identity import services as identities
from tongban.foundation.identity.actors import machine
from tongban.foundation.identity.models import Account
from tongban.foundation.identity.testing import signed_in
from tongban.foundation.signin.models import Message
from tongban.foundation.signin.services.messages import deliver_message

PASSWORD = "a long one 1"


def prove_again(client: Client, *methods: str) -> Client:
    """A signed-in client whose person has just proved himself, by default with a second factor."""
    session = client.session
    session[WHOSE] = session["_auth_user_id"]
    session[RECORDS] = [{"method": method, "at": time.time()} for method in methods or ("password", "mfa")]
    session.save()
    return client


def with_phone(subject_id: UUID, phone: str = "13900007654") -> Client:
    """A client signed in as the subject, who can prove himself by `PASSWORD` and a code to his phone."""
    signed_in(subject_id)
    account = Account.objects.get(subject_id=subject_id)
    account.set_password(PASSWORD)
    account.save()
    identities.verify_phone(account.id, phone=phone, actor=machine("test"))
    return signed_in(subject_id)


def confirm(client: Client, asked: Any, phone: str = "13900007654") -> Any:
    """Prove oneself on the page to which a sensitive act led (`asked`); returns what the act answers then."""
    assert asked.status_code == 302, asked
    where = urlsplit(asked["Location"])
    assert where.path == "/confirm/", where
    forward = {"next": parse_qs(where.query)["next"][0]}
    client.post("/confirm/", {"password": PASSWORD, **forward})
    client.post("/confirm/", {"send": "1", **forward})
    return client.post("/confirm/", {"code": code_sent_to(phone), **forward})


def code_sent_to(phone: str) -> str:
    """The six digits of the last message that this phone received, once all that waits is delivered."""
    for waiting in Message.objects.filter(state=Message.States.WAITING):
        deliver_message(waiting.id)
    for message in Message.objects.filter(state=Message.States.SENT).order_by("-queued_at", "-id"):
        if message.phone == phone and (found := re.search(r"\d{6}", message.text)):
            return found[0]
    raise AssertionError("no code was sent to this phone")
