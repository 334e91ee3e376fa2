from tongban.foundation import rooms
from tongban.foundation.operations.queues import Queue


class Room(rooms.Room):
    name = "tongban.trust.backups"
    label = "backups"
    queues = (Queue("backups", own=1),)
    """A backup or a drill may take an hour; one at a time."""

    def connect(self) -> None:
        from tongban.trust.backups import checks

        checks.register()
