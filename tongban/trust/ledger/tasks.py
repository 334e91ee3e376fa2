"""Work of the queue: every ten minutes samples of all rows that are proof are compared with their entries."""

from procrastinate.contrib.django import app


@app.periodic(cron="*/10 * * * *")  # type: ignore[arg-type]
@app.task(name="ledger.watch", queue="periodic")
def watch(*, timestamp: int) -> None:
    from tongban.trust.ledger import services

    services.watch()
