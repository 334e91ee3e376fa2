"""Messages by SMS: queued in the caller's transaction, delivered by the worker."""

import logging
from datetime import datetime, timedelta
from uuid import UUID

from tongban.foundation import clock
from tongban.foundation.city import city
from tongban.foundation.operations.jobs import defer
from tongban.people.signin import gateways
from tongban.people.signin.models import Message
from tongban.people.signin.rules import MAX_TRIES

log = logging.getLogger("tongban.signin")

FIRST = 10
"""The priority of a message that goes before the others."""
RETENTION = timedelta(days=1)
"""How long a message is kept."""


def send_message(
    phone: str, text: str, *, at: datetime, useful_for: timedelta | None = None, first: bool = False
) -> UUID:
    """Queue a message under the city's signature. Return its id.

    Without a text nothing is sent, but everything else is the same and takes as long. A message is sent within five
    minutes or not at all; `useful_for` gives a notice more time. `first` puts it before all others that wait: somebody
    who confirms an act does not wait behind a crowd that signs in.
    """
    state = Message.States.WAITING if text else Message.States.HELD
    text = f"【{city().sms_signature}】{text}" if text else ""
    message = Message.objects.create(
        phone=phone, text=text, state=state, queued_at=at, useful_until=at + useful_for if useful_for else None
    )
    defer("signin.deliver_message", {"message_id": str(message.id)}, priority=FIRST if first else 0)
    return message.id


def deliver_message(message_id: UUID) -> None:
    """Give a waiting message to the gateway. GatewayFailed makes the queue retry later, unless it is the last try.

    A message that is too late to be useful is not sent, nor is one that the gateway refuses. Such messages count as
    failed, which the page where somebody waits for them says (`queries.delivery_of`).
    """
    message = Message.objects.filter(id=message_id, state=Message.States.WAITING).first()
    if message is None:
        return
    gateway = gateways.current()
    if (message.useful_until or message.queued_at + timedelta(minutes=5)) < clock.now():
        message.state, message.text = Message.States.FAILED, ""
    else:
        try:
            message.receipt = gateway.send(message.phone, message.text, key=str(message.id))
        except gateways.GatewayFailed as failure:
            message.tries += 1
            message.save(update_fields=["tries"])
            if message.tries < MAX_TRIES and not isinstance(failure, gateways.GatewayRefused):
                raise
            log.warning("message not sent: %s", failure)
            message.state, message.text = Message.States.FAILED, ""
        else:
            message.state, message.sent_at = Message.States.SENT, clock.now()
            if not gateway.keeps_text:
                message.text = ""
    message.save(update_fields=["state", "text", "receipt", "sent_at"])


def forget_old_messages() -> None:
    """Delete messages older than a day."""
    Message.objects.filter(queued_at__lt=clock.now() - RETENTION).delete()
