from tongban.foundation import rooms
from tongban.foundation.operations.queues import Queue


class Room(rooms.Room):
    name = "tongban.trust.backups"
    label = "backups"
    queues = (Queue("backups", own=1),)
    """A worker of its own: a backup or a drill may take an hour, and only one may run at a time."""

    def connect(self) -> None:
        from tongban.trust.backups import checks

        checks.register()
