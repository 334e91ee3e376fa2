"""Queue tasks: record automatically created keys, and reseal and reindex old values in small steps."""

from procrastinate.contrib.django import app

ROWS = 2000
"""Maximum number of rows that one run rewrites, which takes some seconds."""


@app.periodic(cron="*/5 * * * *")
@app.task(name="keys.tend", queue="periodic")
def tend(timestamp: int) -> None:
    from tongban.trust.keys import services

    services.record_new_keys()
    services.reseal_some(ROWS)
    services.reindex_some(ROWS)
