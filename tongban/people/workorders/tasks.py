"""Work of the queue: each night overdue and answered orders; after a new table of working days, all due days."""

from procrastinate.contrib.django import app


@app.periodic(cron="15 16 * * *")
@app.task(name="workorders.watch", queue="periodic")
def watch(timestamp: int) -> None:
    from tongban.people.workorders import services

    services.escalate_overdue()
    services.close_silent()


@app.task(name="workorders.recount", queue="periodic", retry=8)
def recount(*, year: int, notice: str) -> None:
    """Count the due days of open orders again."""
    from tongban.people.workorders import services

    services.recount_due_days(year, notice=notice)
