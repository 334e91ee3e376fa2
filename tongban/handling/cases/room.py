from typing import ClassVar

from tongban.foundation import rooms
from tongban.foundation.operations.queues import Queue


class Room(rooms.Room):
    name = "tongban.handling.cases"
    label = "cases"
    doors = ("ports",)
    places: ClassVar = {"apply": "cases:start"}
    styles = ("cases/apply.css",)
    queues = (Queue("machine"),)

    def connect(self) -> None:
        from tongban.handling.cases import events
        from tongban.handling.cases.queries import has_open_case_of
        from tongban.handling.cases.services import opening
        from tongban.people.datauses.kinds import register_events, register_use
        from tongban.people.identity.unmasking import privileges

        privileges.add("cases", has_open_case_of)
        register_use(opening.OPENED, events.CaseFileOpened)
        register_use(opening.UPLOAD_OPENED, events.MaterialRead)
        register_events(events.ApplicationTaken)
