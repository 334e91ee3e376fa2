"""Work of the queue: hand messages to the gateway; register phones named at windows; forget what is kept for a time."""

from uuid import UUID

from procrastinate import RetryStrategy
from procrastinate.contrib.django import app

from tongban.people.signin.rules import MAX_TRIES


@app.task(
    name="signin.deliver_message",
    queue="messages",
    retry=RetryStrategy(max_attempts=MAX_TRIES, exponential_wait=2),
)
def deliver_message(*, message_id: str) -> None:
    from tongban.people.signin.services import messages

    messages.deliver_message(UUID(message_id))


@app.periodic(cron="*/5 * * * *")
@app.task(name="signin.register_new_phones", queue="periodic")
def register_new_phones(timestamp: int) -> None:
    from tongban.people.signin import services

    services.register_new_phones()


@app.periodic(cron="40 17 * * *")
@app.task(name="signin.forget_old", queue="periodic")
def forget_old(timestamp: int) -> None:
    from tongban.people.signin import services

    services.forget_old()
