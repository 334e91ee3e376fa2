"""Work of the queue: yesterday's idempotency keys are forgotten."""

from procrastinate.contrib.django import app


@app.periodic(cron="20 17 * * *")  # type: ignore[arg-type]
@app.task(name="api.forget_old_keys", queue="periodic")
def forget_old_keys(*, timestamp: int) -> None:
    from tongban.people.api import services

    services.forget_old_keys()
