"""Queue tasks: every night, remove contents that no row refers to."""

from procrastinate.contrib.django import app


@app.periodic(cron="40 18 * * *")
@app.task(name="files.sweep", queue="periodic")
def sweep(timestamp: int) -> None:
    from tongban.trust.files import services

    services.sweep()
