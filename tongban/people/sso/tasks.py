"""Work of the queue: notify systems of sign-outs, delete old rows."""

from uuid import UUID

from procrastinate import RetryStrategy
from procrastinate.contrib.django import app


@app.task(name="sso.tell_of_logout", queue="sso", retry=RetryStrategy(max_attempts=8, exponential_wait=2))
def tell_of_logout(*, connection_id: str) -> None:
    from tongban.people.sso.services.notifying import notify_logout

    notify_logout(UUID(connection_id))


@app.periodic(cron="20 * * * *")
@app.task(name="sso.forget_old", queue="periodic")
def forget_old(timestamp: int) -> None:
    from tongban.people.sso import services

    services.forget_old()
