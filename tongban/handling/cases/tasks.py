"""Tasks: the machine's steps, the periodic checks of deadlines and stuck cases, and recounting after a new table."""

from contextlib import ExitStack
from uuid import UUID

from procrastinate import RetryStrategy
from procrastinate.contrib.django import app


@app.task(name="cases.decide_by_machine", queue="machine", retry=RetryStrategy(max_attempts=8, exponential_wait=2))
def decide_by_machine(*, case_id: str) -> None:
    """Do the machine's step of a case. Retried up to eight times, with growing pauses."""
    from tongban.handling.cases.services import machine

    machine.decide_by_machine(UUID(case_id))


@app.periodic(cron="5 16 * * *")
@app.task(name="cases.watch", queue="periodic")
def watch(timestamp: int) -> None:
    """Daily at 00:05 city time: act where nobody did.

    Accept unanswered cases, end lapsed corrections, discard idle drafts, empty discarded ones, and delete the files
    that no draft needs any more.
    """
    from tongban.handling.cases import services

    with ExitStack() as acts:  # which calls all of them, the last one first, whatever one of them raises
        acts.callback(services.delete_unneeded_files)
        acts.callback(services.empty_discarded_drafts)
        acts.callback(services.discard_idle_drafts)
        acts.callback(services.lapse_uncorrected_cases)
        acts.callback(services.accept_silent_cases)


@app.periodic(cron="*/5 * * * *")
@app.task(name="cases.refer_stuck", queue="periodic")
def refer_stuck(timestamp: int) -> None:
    """Every five minutes: refer cases that the machine could not finish to officers."""
    from tongban.handling.cases.services import refer_stuck_cases

    refer_stuck_cases()


@app.task(name="cases.recount_due_days", queue="periodic", retry=RetryStrategy(max_attempts=8, exponential_wait=2))
def recount_due_days(*, year: int, notice: str) -> None:
    """After a table of working days was loaded: count the due days from that year on again."""
    from tongban.handling.cases import services

    services.recount_due_days(year, notice=notice)
