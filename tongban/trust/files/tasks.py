"""Work of the queue: contents that no row names are removed every night."""

from procrastinate.contrib.django import app


@app.periodic(cron="40 18 * * *")  # type: ignore[arg-type]
@app.task(name="files.sweep", queue="periodic")
def sweep(*, timestamp: int) -> None:
    from tongban.trust.files import services

    services.sweep()
