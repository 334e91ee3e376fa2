"""Queue tasks: every ten minutes, compare samples of all covered rows with their entries."""

from procrastinate.contrib.django import app


@app.periodic(cron="*/10 * * * *")
@app.task(name="ledger.watch", queue="periodic")
def watch(timestamp: int) -> None:
    from tongban.trust.ledger import services

    services.watch()
