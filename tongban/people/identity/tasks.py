"""Work of the queue: end mandates after their last day."""

from procrastinate.contrib.django import app


@app.periodic(cron="10 16 * * *")
@app.task(name="identity.end_lapsed_mandates", queue="periodic")
def end_lapsed_mandates(timestamp: int) -> None:
    """Run every day at 00:10 in the city."""
    from tongban.people.identity.services import end_lapsed_mandates

    end_lapsed_mandates()
