from tongban.foundation import rooms
from tongban.foundation.operations.queues import Queue
from tongban.foundation.ui.audience import EVERYBODY


class Room(rooms.Room):
    name = "tongban.foundation.operations"
    label = "operations"
    doors = ("postgres", "queues", "companions", "jobs", "folder", "preparing")
    queues = (Queue("periodic", own=1),)
    """Periodic tasks have their own worker, so that a long queue never delays them."""
    audiences = {
        "operations:livez": EVERYBODY,
        "operations:readyz": EVERYBODY,
        "operations:healthz": EVERYBODY,
    }

    def connect(self) -> None:
        from tongban.foundation.operations import probes

        probes.register()
