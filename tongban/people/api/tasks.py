"""Work of the queue: delete old idempotency keys."""

from procrastinate.contrib.django import app


@app.periodic(cron="20 17 * * *")
@app.task(name="api.forget_old_keys", queue="periodic")
def forget_old_keys(timestamp: int) -> None:
    from tongban.people.api import services

    services.forget_old_keys()
