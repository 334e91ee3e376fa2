"""Work of the queue: old search words are forgotten."""

from procrastinate.contrib.django import app


@app.periodic(cron="40 17 * * *")  # type: ignore[arg-type]
@app.task(name="catalog.forget_old_queries", queue="periodic")
def forget_old_queries(*, timestamp: int) -> None:
    from tongban.handling.catalog import services

    services.forget_old_queries()
