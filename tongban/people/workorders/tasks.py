"""Work of the queue: every night after midnight in the city, what is late goes up and what is silent is closed."""

from procrastinate.contrib.django import app


@app.periodic(cron="15 16 * * *")  # type: ignore[arg-type]
@app.task(name="workorders.watch", queue="periodic")
def watch(*, timestamp: int) -> None:
    from tongban.people.workorders import services

    services.escalate_overdue()
    services.close_silent()
