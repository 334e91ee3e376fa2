"""Work of the queue: forget old publications."""

from procrastinate.contrib.django import app


@app.periodic(cron="50 17 * * *")
@app.task(name="ui.forget_old_publications", queue="periodic")
def forget_old_publications(timestamp: int) -> None:
    from tongban.foundation.ui import publications

    publications.forget_old()
