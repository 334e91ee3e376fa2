"""Work of the queue: after midnight in the city, escalate overdue orders and close answered ones."""

from procrastinate.contrib.django import app


@app.periodic(cron="15 16 * * *")
@app.task(name="workorders.watch", queue="periodic")
def watch(timestamp: int) -> None:
    from tongban.people.workorders import services

    services.escalate_overdue()
    services.close_silent()
