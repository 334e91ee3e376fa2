"""Work of the queue: enter keys that the platform made, seal and index old values again a little at a time."""

from procrastinate.contrib.django import app

ROWS = 2000
"""Rows that one run rewrites at most: some seconds."""


@app.periodic(cron="*/5 * * * *")  # type: ignore[arg-type]
@app.task(name="keys.tend", queue="periodic")
def tend(*, timestamp: int) -> None:
    from tongban.trust.keys import services

    services.record_made()
    services.reseal_some(ROWS)
    services.tend_indexes(ROWS)
