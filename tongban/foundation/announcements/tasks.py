"""Queue task that delivers an announcement to one subscriber."""

from uuid import UUID

from procrastinate import RetryStrategy
from procrastinate.contrib.django import app


@app.task(name="announcements.deliver", queue="announcements", retry=RetryStrategy(max_attempts=10, exponential_wait=2))
def deliver(*, entry_id: str, subscriber: str) -> None:
    from tongban.foundation.announcements import services

    services.deliver(UUID(entry_id), subscriber)
