"""`manage.py sequencer`: run the ledger's sequencer without a worker. However many run, one acts at a time."""

import signal
import threading

from django.core.management.base import BaseCommand, CommandParser

from tongban.trust.ledger import services


class Command(BaseCommand):
    help = "Give entries their positions and sign tree heads until asked to stop (SIGTERM, SIGINT)."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument(
            "--until-empty", action="store_true", help="sequence what is waiting, sign a head, and exit"
        )

    def handle(self, *args: object, until_empty: bool, **options: object) -> None:
        if until_empty:
            sequencer, done = services.Sequencer(), 0
            while count := sequencer.sequence():
                done += count
            head = sequencer.sign()
            self.stdout.write(f"{done} entries got their position" + (f"; signed {head.size}" if head else ""))
            return
        stop = threading.Event()
        for number in (signal.SIGTERM, signal.SIGINT):
            signal.signal(number, lambda *_: stop.set())
        services.run_sequencer(stop)
