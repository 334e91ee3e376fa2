"""Tasks: delete old searches."""

from procrastinate.contrib.django import app


@app.periodic(cron="40 17 * * *")
@app.task(name="catalog.forget_old_queries", queue="periodic")
def forget_old_queries(timestamp: int) -> None:
    """Daily at 01:40 city time."""
    from tongban.handling.catalog import services

    services.forget_old_queries()
