"""For tests: prove oneself without a device, and read what the demo's phone received."""

import re
import time

from allauth.account.internal.flows.login import (
    _AUTHENTICATION_METHODS_USER_SESSION_KEY as WHOSE,
)
from allauth.account.internal.flows.login import AUTHENTICATION_METHODS_SESSION_KEY as RECORDS
from django.test import Client

from tongban.foundation.signin.models import Message
from tongban.foundation.signin.services.messages import deliver_message


def prove_again(client: Client, *methods: str) -> Client:
    """A signed-in client whose person has just proved himself, by default with a second factor."""
    session = client.session
    session[WHOSE] = session["_auth_user_id"]
    session[RECORDS] = [{"method": method, "at": time.time()} for method in methods or ("password", "mfa")]
    session.save()
    return client


def code_sent_to(phone: str) -> str:
    """The six digits of the last message that this phone received, once all that waits is delivered."""
    for waiting in Message.objects.filter(state=Message.States.WAITING):
        deliver_message(waiting.id)
    for message in Message.objects.filter(state=Message.States.SENT).order_by("-queued_at", "-id"):
        if message.phone == phone and (found := re.search(r"\d{6}", message.text)):
            return found[0]
    raise AssertionError("no code was sent to this phone")
